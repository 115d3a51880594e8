/** One event, from its delivery to the answer that the broker gets. */
import { boundedKey } from '../time/bounded-key';
import type { Participant } from './participant';
import type { Verdict } from './verdict';

/**
 * `waiting` = for the one before it in its lane; `in line` = it waits until it may run alone; `held` = it failed
 * and goes back to the queue later; `ending` = its participants are being told.
 */
export type Phase = 'waiting' | 'in line' | 'flow' | 'output-2' | 'held' | 'ending';

/** The flow does not have it: it waits for its turn, or for its next attempt. */
export function isResting({ phase }: { readonly phase: Phase }): boolean {
  return phase === 'waiting' || phase === 'in line' || phase === 'held';
}

/** What a delivery is known by. */
export interface DeliveryNames {
  /** unique per delivery: the same event delivered twice has two */
  readonly id: string;
  /** What recognises the event when it comes again. */
  readonly eventId: string;
  /** Which attempt this is, 1 = the first. */
  readonly attempt: number;
  /** Deliveries of one lane set out one after the other; without one it never waits. */
  readonly lane?: string | undefined;
}

export class EventDelivery<Content> implements DeliveryNames {
  readonly id: string;
  readonly eventId: string;
  readonly attempt: number;
  readonly lane: string | undefined;
  phase: Phase = 'flow';
  /** By the clock's elapsed milliseconds: when it came (-1 = not yet), and when its phase ends if nobody has decided before. */
  startedAt = -1;
  due = Number.POSITIVE_INFINITY;
  participants: Participant[] | undefined;
  /** It is held because its flow was taken away under it. */
  isCutOff = false;
  /** Stays pending when the channel is lost: nobody is answered then. */
  readonly verdict: Promise<Verdict>;
  #resolve: ((verdict: Verdict) => void) | undefined;

  constructor(
    { id, eventId, attempt, lane }: DeliveryNames,
    /** milliseconds since 1970 */
    readonly since: number,
    /** What is put into the flow. */
    readonly content: Content,
  ) {
    this.id = id;
    this.eventId = boundedKey(eventId);
    this.attempt = attempt;
    this.lane = lane === undefined ? undefined : boundedKey(lane);
    this.verdict = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  answer(verdict: Verdict): void {
    this.#resolve?.(verdict);
    this.release();
  }

  /**
   * It is over: drops what it refers to. A Map that many entries pass through leaves outgrown tables
   * behind, and what those refer to (else whole messages) lives until the next full garbage collection.
   */
  release(): void {
    this.#resolve = undefined;
    this.participants = undefined;
    (this as { content: Content | undefined }).content = undefined;
  }
}
