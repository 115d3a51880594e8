/** When a delivery sets out: after those before it in its lane, and alone where it must run alone. */

import { LoneDeliveries, type LoneDeliveriesOptions } from './attempts/lone-deliveries';
import type { EventDelivery } from './event-delivery';
import { Lanes } from './lanes';

export class Departures<Content> {
  readonly #lanes: Lanes<EventDelivery<Content>>;
  readonly #lone: LoneDeliveries;

  constructor(
    private readonly options: LoneDeliveriesOptions,
    /** Milliseconds that a delivery may stay unanswered. */
    private readonly patience: number,
    private readonly outputs: { send(delivery: EventDelivery<Content>): void },
  ) {
    this.#lanes = new Lanes({ setOut: (delivery) => this.#setOut(delivery) });
    this.#lone = new LoneDeliveries(options, patience);
  }

  /** It sets out now or later; `due` is when it goes back if it has not. */
  enter(delivery: EventDelivery<Content>): void {
    delivery.phase = 'waiting';
    // a flow that begins later would have less than its deadline before the broker loses its patience
    delivery.due = delivery.startedAt + this.patience - this.options.deadline;
    this.#lanes.enter(delivery.lane, delivery);
  }

  /** The same for what leaves by output 2, which no lane holds up. */
  enterAlone(delivery: EventDelivery<Content>, go: () => void): void {
    this.#lone.setOut(delivery, go);
  }

  /** It is held for a retry: those behind it pass. */
  letPass(delivery: EventDelivery<Content>): void {
    this.#lanes.leave(delivery.lane, delivery);
  }

  ended(delivery: EventDelivery<Content>, isDone: boolean): void {
    this.#lone.ended(delivery, isDone);
    this.#lanes.leave(delivery.lane, delivery);
  }

  /** Those of a lane, or of all, that wait there: together, else one would come again behind those that came after it. */
  dismiss(lane?: string): EventDelivery<Content>[] {
    return this.#lanes.dismiss(lane);
  }

  /** The broker has every delivery back. */
  lose(): void {
    this.#lanes.clear();
    this.#lone.lose();
  }

  #setOut(delivery: EventDelivery<Content>): void {
    const { clock, deadline } = this.options;
    delivery.phase = 'flow';
    delivery.due = Math.min(clock.elapsed() + deadline, delivery.startedAt + this.patience);
    this.#lone.setOut(delivery, () => this.outputs.send(delivery));
  }
}
