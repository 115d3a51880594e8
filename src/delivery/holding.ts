/**
 * Holds a topic while its flow fails at everything: no more events come, what is here goes back to the queue,
 * and one event is tried from time to time. A few are kept here for that, so that the broker need not give
 * them out for each try; several of them, because one may be an event that always fails. A flow that waits for
 * more events before it does anything with them (Batch, Join) gets more.
 */
import type { Clock } from '../time/clock';
import type { Attempts } from './attempts/attempts';
import type { EventDelivery } from './event-delivery';
import { Outage, type OutagePolicy } from './outage';
import type { Verdict } from './verdict';

export interface HoldingOptions<Content> {
  readonly clock: Clock;
  readonly policy?: OutagePolicy;
  /** The same event as a new delivery, to try it once more. */
  renew(delivery: EventDelivery<Content>): EventDelivery<Content>;
  /** Puts it into the flow. */
  start(delivery: EventDelivery<Content>): Promise<Verdict>;
  readonly attempts: Attempts;
  /** Asks the broker for no more; resolves when nothing more arrives. */
  pause(): Promise<void>;
  /** Asks for events again, unless somebody else wants none. */
  resume(): void;
  /** Whether a person wants no events. */
  isPaused(): boolean;
  /** Whether the flow with a tried event only waits for others (Batch, Join); undefined where nobody knows. */
  awaitsOthers(delivery: EventDelivery<Content>): boolean | undefined;
  began(reason: string): void;
  /** It is over after so many milliseconds. */
  ended(length: number): void;
}

/** Milliseconds between two looks whether something is due, while it holds. */
const TICK = 1_000;
/** Deliveries that are kept for tries. */
const KEPT = 5;
/** Milliseconds that one is kept: then the flow still has some minutes before the broker loses its patience. */
const KEPT_FOR = 20 * 60_000;

export class Holding<Content> {
  readonly #outage: Outage;
  #kept: EventDelivery<Content>[] = [];
  readonly #trying = new Set<EventDelivery<Content>>();
  #tryAt = 0;
  /** So many of the events that arrive next are to be tried. */
  #wanted = 0;
  /** The broker may still send what it is given back. */
  #isArriving = false;
  #isStopped = false;
  #cancelTick: (() => void) | undefined;

  constructor(private readonly options: HoldingOptions<Content>) {
    this.#outage = new Outage(options.clock, options.policy);
  }

  get isHolding(): boolean {
    return this.#outage.isHolding && !this.#isStopped;
  }

  /** An event arrives, or is tried: true when it is kept back. */
  takes(delivery: EventDelivery<Content>): boolean {
    if (!this.isHolding || this.#trying.has(delivery)) return false;
    if (this.#wanted > 0) {
      this.#trying.add(delivery);
      this.#want(this.#wanted - 1);
      return false;
    }
    this.#keep(delivery);
    return true;
  }

  /** An attempt failed: whether it counts, or begins or belongs to an outage and costs nothing. */
  failed(
    { eventId }: EventDelivery<Content>,
    reason: string,
    work?: string,
  ): 'counts' | 'begins' | 'lasts' {
    if (this.#isStopped && !this.#outage.isHolding) return 'counts';
    const { attempts } = this.options;
    const role = this.#outage.failed(eventId, attempts.failures(eventId), work);
    if (role === 'begins') {
      for (const [event, failures] of this.#outage.takeRow()) attempts.refund(event, failures);
      this.#stopArriving();
      this.#planNextTry();
      this.#tick();
      this.options.began(reason);
    }
    return role;
  }

  /** The flow has managed an event. */
  succeeded(): void {
    const { length } = this.#outage;
    if (!this.#outage.succeeded() || this.#isStopped) return;
    this.#letGo();
    this.options.resume();
    this.options.ended(length);
  }

  /** A delivery has ended with this verdict: true when it is kept here, and answered later. */
  keeps(delivery: EventDelivery<Content>, verdict: Verdict): boolean {
    if (this.#trying.delete(delivery) && this.#trying.size === 0) {
      this.#want(0);
      this.#planNextTry();
    }
    if (verdict !== 'requeue' || !this.isHolding) return false;
    this.#keep(delivery);
    return true;
  }

  /** The channel is gone, and with it all that is kept. */
  lost(): void {
    this.#kept = [];
    this.#trying.clear();
    if (this.isHolding) this.#planNextTry();
  }

  /** The topic stops: what is kept goes back, and nothing is tried any more. */
  stop(): void {
    this.#isStopped = true;
    this.#letGo();
  }

  /** The topic consumes (again), as if nothing had failed. */
  begin(): void {
    this.#isStopped = false;
    this.#outage.succeeded();
  }

  #keep(delivery: EventDelivery<Content>): void {
    this.#kept.push(delivery);
    if (!this.#isArriving) this.#giveBackSurplus();
  }

  /** What is given back before the broker has stopped sending would come again at once. */
  #stopArriving(): void {
    this.#isArriving = true;
    void this.options.pause().then(() => {
      if (this.#wanted > 0 || !this.isHolding) return;
      this.#isArriving = false;
      this.#giveBackSurplus();
    });
  }

  #giveBackSurplus(): void {
    for (const delivery of this.#kept.splice(KEPT)) delivery.answer('requeue');
  }

  #letGo(): void {
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    this.#trying.clear();
    this.#wanted = 0;
    for (const delivery of this.#kept.splice(0)) delivery.answer('requeue');
  }

  #planNextTry(): void {
    this.#tryAt = this.options.clock.elapsed() + this.#outage.untilNextTry();
  }

  readonly #tick = (): void => {
    const { clock, isPaused } = this.options;
    const now = clock.elapsed();
    this.#giveBackOld(now);
    if (now >= this.#tryAt && !isPaused()) this.#try(this.#nextTries());
    this.#cancelTick = clock.after(TICK, this.#tick);
  };

  #giveBackOld(now: number): void {
    const old = this.#kept.filter(({ startedAt }) => startedAt + KEPT_FOR <= now);
    if (old.length === 0) return;
    this.#kept = this.#kept.filter(({ startedAt }) => startedAt + KEPT_FOR > now);
    for (const delivery of old) delivery.answer('requeue');
  }

  /** One at first; more when those that are tried do nothing but wait for others. */
  #nextTries(): number {
    const trying = [...this.#trying];
    if (trying.length === 0) return 1;
    const answers = trying.map((delivery) => this.options.awaitsOthers(delivery));
    if (answers.includes(false)) return 0;
    // where nobody knows, the service behind the flow is not to be asked more often for it
    return answers.includes(undefined) ? 1 : trying.length;
  }

  #try(count: number): void {
    if (count === 0) return;
    if (this.#trying.size > 0) this.#planNextTry();
    const kept = this.#kept.splice(0, count);
    for (const delivery of kept) this.#tryAgain(delivery);
    this.#want(count - kept.length);
  }

  /** So many events are to arrive, and no more. */
  #want(count: number): void {
    const { resume } = this.options;
    const before = this.#wanted;
    this.#wanted = count;
    if (count > 0) {
      this.#isArriving = true;
      if (before === 0) resume();
    } else if (before > 0) this.#stopArriving();
  }

  #tryAgain(kept: EventDelivery<Content>): void {
    const again = this.options.renew(kept);
    again.startedAt = kept.startedAt;
    this.#trying.add(again);
    void this.options.start(again).then((verdict) => kept.answer(verdict));
  }
}
