/**
 * Deliveries whose channel is gone while their flows may still finish. The broker gives those events
 * out again; what comes again meanwhile is not to be worked on twice at the same time, nor a second
 * time when the first run has come to a good end.
 */
import type { Clock } from '../time/clock';
import type { Outcome } from './open-deliveries';

/** `finished` = the flow is done with the event all the same. */
export type LostEnding = 'finished' | 'lost';

export interface LostDelivery {
  readonly id: string;
  /** Whoever consumed it. */
  readonly group: object;
  /** Told once, when the flow has finished or nobody waits for it any longer. */
  readonly watchers: readonly ((ending: LostEnding) => void)[];
}

/** Milliseconds that a flow has to finish with an event whose channel is gone. */
const GRACE = 5_000;

export class LostDeliveries {
  readonly #waiting = new Map<string, LostDelivery & { cancelTimer: () => void }>();

  constructor(private readonly clock: Clock) {}

  /** `decided`: what the flow had decided before. */
  add(delivery: LostDelivery, decided: Outcome['kind'] | undefined): void {
    const { id } = delivery;
    const cancelTimer = this.clock.after(GRACE, () => this.#end(id, 'lost'));
    this.#waiting.set(id, { ...delivery, cancelTimer });
    if (decided) this.decide(id, decided);
  }

  /** The flow has decided now, which counts for those who watch, and no longer for the broker. */
  decide(id: string, kind: Outcome['kind']): void {
    this.#end(id, kind === 'acknowledge' || kind === 'discard' ? 'finished' : 'lost');
  }

  /** Nobody can tell any more whether the flows finish with what the group has lost. */
  abandon(group: object): void {
    for (const delivery of this.#waiting.values()) {
      if (delivery.group === group) this.#end(delivery.id, 'lost');
    }
  }

  #end(id: string, ending: LostEnding): void {
    const delivery = this.#waiting.get(id);
    if (!delivery) return;
    this.#waiting.delete(id);
    delivery.cancelTimer();
    for (const watch of delivery.watchers) watch(ending);
  }
}
