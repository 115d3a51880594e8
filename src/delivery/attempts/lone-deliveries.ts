/** The deliveries of one topic that must run alone: each waits for its turn, and is noted before it sets out. */
import type { Clock } from '../../time/clock';
import type { EventDelivery } from '../event-delivery';
import type { LoneLine, LoneRun } from './lone-line';
import type { Suspects } from './suspects';

export interface LoneDeliveriesOptions {
  readonly suspects: Suspects;
  /** One for all topics of the process. */
  readonly loneLine: LoneLine;
  readonly outputs: { isHeldOnPurpose(deliveryId: string): boolean };
  /** milliseconds a flow may take */
  readonly deadline: number;
  readonly clock: Clock;
}

export class LoneDeliveries {
  readonly #runs = new Map<string, LoneRun>();

  constructor(
    private readonly options: LoneDeliveriesOptions,
    /** Milliseconds that a delivery may stay unanswered. */
    private readonly patience: number,
  ) {}

  /** Puts it into the flow: at once, or when it is its turn to run alone. */
  setOut(delivery: EventDelivery<unknown>, go: () => void): void {
    const { clock, deadline, loneLine, outputs, suspects } = this.options;
    const { id, eventId } = delivery;
    if (!suspects.runsAlone(eventId)) {
      go();
      return;
    }
    const until = delivery.startedAt + this.patience;
    delivery.phase = 'in line';
    delivery.due = until;
    const run = {
      setOut: () => {
        delivery.phase = 'flow';
        delivery.due = Math.min(clock.elapsed() + deadline, until);
        suspects.setsOut(id, eventId);
        go();
      },
      isHeldOnPurpose: () => outputs.isHeldOnPurpose(id),
    };
    this.#runs.set(id, run);
    loneLine.enter(run);
  }

  /** Its delivery has ended: the next one may set out. */
  ended({ id, eventId }: EventDelivery<unknown>, isDone: boolean): void {
    this.options.suspects.ended(id, eventId, isDone);
    this.#leave(id);
  }

  /** The broker has every delivery back. */
  lose(): void {
    this.options.suspects.lost();
    // those that wait before the one that is out: nobody is to set out now
    for (const id of [...this.#runs.keys()].reverse()) this.#leave(id);
  }

  #leave(id: string): void {
    const run = this.#runs.get(id);
    if (!run) return;
    this.#runs.delete(id);
    this.options.loneLine.leave(run);
  }
}
