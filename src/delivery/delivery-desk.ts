/** Sees each delivery of one topic through: from its arrival to the answer that the broker gets. */
import type { Attempts } from './attempts';
import type { OpenDeliveries, Outcome } from './open-deliveries';
import type { Statistics } from './statistics';

/** What the broker is told; the words of the broker port. */
export type Answer = 'acknowledge' | 'requeue' | 'discard';

export interface Arrival {
  readonly deliveryId: string;
  /** What recognises the event when it comes again. */
  readonly eventId: string;
  /** Which attempt this is, 1 = the first. */
  readonly attempt: number;
}

/** What the flow has to do with a delivery. */
export interface Steps {
  /** Puts the event into the flow; the decision comes through the open deliveries. */
  begin(): void;
  /** Why the deadline passed, in words that name who holds the event. */
  explain(): string;
  /** An attempt failed; the event is tried again after `delay` milliseconds. */
  retrying(reason: string, delay: number): void;
  /** The last attempt failed: puts the event out by the other output; see `PutOut`. */
  giveUp(reason: string): Promise<boolean>;
}

/** Resolves when the flow at the other output has the event; with false when it was cut off before. */
export type PutOut = () => Promise<boolean>;

/** Milliseconds that an event rests whose flow was deployed anew: the deploy may still be going on. */
const REST = 1_000;

export class DeliveryDesk {
  #isDraining = false;

  constructor(
    private readonly group: object,
    private readonly deliveries: OpenDeliveries,
    private readonly attempts: Attempts,
    private readonly statistics: Statistics,
    /** milliseconds a flow may take */
    private readonly deadline: number,
  ) {}

  /** Nothing is held for its retry delay any longer: what has failed, or fails now, goes back at once. */
  drain(): void {
    this.#isDraining = true;
    this.deliveries.giveBack(this.group);
  }

  async handle(arrival: Arrival, steps: Steps): Promise<Answer> {
    const { deliveryId } = arrival;
    // what arrives says that the topic consumes again
    this.#isDraining = false;
    const open = this.deliveries.open(deliveryId, this.group, this.deadline, steps.explain);
    steps.begin();
    return this.#conclude(arrival, steps, await open.outcome);
  }

  /** A delivery that is no usable event gets no further attempt: it would be none then either. */
  async handleUnusable(deliveryId: string, putOut: PutOut): Promise<Answer> {
    this.#isDraining = false;
    this.deliveries.open(deliveryId, this.group, this.deadline, () => 'deadline');
    const arrival = { deliveryId, eventId: deliveryId, attempt: 1 };
    return (await putOut()) ? this.#acknowledge(arrival) : this.#return(arrival, REST);
  }

  async #conclude(arrival: Arrival, steps: Steps, outcome: Outcome): Promise<Answer> {
    const { deliveryId, eventId, attempt } = arrival;
    switch (outcome.kind) {
      case 'acknowledge':
        return this.#acknowledge(arrival);
      case 'discard':
        if (this.deliveries.end(deliveryId, 'discarded')) this.attempts.forget(eventId);
        return 'discard';
      case 'return':
        return this.#return(arrival, REST);
    }
    this.statistics.counts.failed += 1;
    const delay = this.attempts.failed(eventId, attempt);
    if (delay === undefined) {
      const isOut = await steps.giveUp(outcome.reason);
      return isOut ? this.#acknowledge(arrival) : this.#return(arrival, REST);
    }
    steps.retrying(outcome.reason, this.#isDraining ? 0 : delay);
    return this.#return(arrival, delay);
  }

  /** Held for so many milliseconds, then the broker's again. */
  async #return({ deliveryId }: Arrival, delay: number): Promise<Answer> {
    if (!this.#isDraining) await this.deliveries.hold(deliveryId, delay);
    if (this.deliveries.end(deliveryId, 'returned')) this.statistics.counts.retried += 1;
    return 'requeue';
  }

  #acknowledge({ deliveryId, eventId }: Arrival): Answer {
    if (this.deliveries.end(deliveryId, 'acknowledged')) {
      this.attempts.forget(eventId);
      this.statistics.acknowledged();
    }
    return 'acknowledge';
  }
}
