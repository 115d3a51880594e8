/** Whom to blame when a channel was lost: mostly nobody, and sometimes an event that the flow had for too long. */
import type { Suspects } from './suspects';

/** Why deliveries were lost, as far as an event can be the reason. */
export type LossCause =
  /** The process did nothing for longer than the broker waits for a sign of life. */
  | { readonly kind: 'blocked' }
  /** The broker waits no longer for an acknowledgement; `patience` = milliseconds, where it says so. */
  | { readonly kind: 'late'; readonly patience: number | undefined }
  /** The broker ended the consumer: the queue is gone, or newer brokers' way to say `late`. */
  | { readonly kind: 'cancelled' };

interface InFlow {
  readonly id: string;
  readonly eventId: string;
  /** When it came, by the clock's elapsed milliseconds. */
  readonly startedAt: number;
}

/** Milliseconds by which the broker's clock and ours may differ about when a delivery began. */
const TOLERANCE = 1_000;
/** Milliseconds: RabbitMQ does not take less for its patience. */
const SHORTEST_PATIENCE = 60_000;

export class Culprits {
  /** Those to blame if the queue turns out to be there. */
  #inDoubt: readonly InFlow[] = [];

  constructor(
    private readonly suspects: Suspects,
    private readonly clock: { elapsed(): number },
  ) {}

  /** `inFlow` = the deliveries that a flow had. To be called before they are dropped. */
  lost(cause: LossCause | undefined, inFlow: readonly InFlow[]): void {
    this.#inDoubt = [];
    // what is no event is known by nothing when it comes again
    const events = inFlow.filter(({ id, eventId }) => id !== eventId);
    if (cause?.kind === 'blocked') this.suspects.blame(events, false);
    else if (cause?.kind === 'late') this.suspects.blame(this.#late(events, cause.patience), true);
    else if (cause) this.#inDoubt = this.#late(events, SHORTEST_PATIENCE).slice(0, 1);
  }

  /** The topic consumes again; `isQueueMissing`: it cannot, because the queue is gone. */
  resolve(isQueueMissing: boolean): void {
    if (!isQueueMissing) this.suspects.blame(this.#inDoubt, true);
    this.#inDoubt = [];
  }

  /** Those that the broker waited for too long; where it does not say how long, the oldest. */
  #late(events: readonly InFlow[], patience: number | undefined): InFlow[] {
    const oldestFirst = events.toSorted((one, other) => one.startedAt - other.startedAt);
    if (patience === undefined) return oldestFirst.slice(0, 1);
    const before = this.clock.elapsed() - patience + TOLERANCE;
    return oldestFirst.filter(({ startedAt }) => startedAt <= before);
  }
}
