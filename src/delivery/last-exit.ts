/** The way out by output 2. What cannot take it goes back to the queue, later each time: it is never lost, and never goes round and round. */
import { errorText } from '../errors/error-text';
import type { Exhaustion } from './attempts/exhaustion';
import type { EventDelivery } from './event-delivery';
import type { FlowListener } from './outcome';
import type { TopicDeliveriesOptions } from './topic-deliveries-options';

interface Queue<Content> {
  /** Gives it back after `delay` milliseconds. */
  giveBack(delivery: EventDelivery<Content>, reason: string, delay: number): void;
}

export class LastExit<Content> {
  /** Those whose store has not said yet that it keeps them. */
  readonly #parking = new Set<EventDelivery<Content>>();

  constructor(
    private readonly options: Pick<TopicDeliveriesOptions<Content>, 'attempts' | 'outputs'>,
    private readonly queue: Queue<Content>,
  ) {}

  leave(
    delivery: EventDelivery<Content>,
    why: Exhaustion | undefined,
    listener: FlowListener,
  ): void {
    const failed = (error: unknown): void => {
      this.#parking.delete(delivery);
      if (delivery.phase === 'output-2') this.failed(delivery, errorText(error));
    };
    try {
      const parking = this.options.outputs.giveUp(delivery, why, listener);
      if (!(parking instanceof Promise)) return;
      this.#parking.add(delivery);
      parking.then(() => this.#parking.delete(delivery), failed);
    } catch (error) {
      failed(error);
    }
  }

  /** It has not left: there is no further way out, so it stays with the broker. */
  failed(delivery: EventDelivery<Content>, reason: string): void {
    const { attempts, outputs } = this.options;
    const times = outputs.timesStuck?.(delivery) ?? 1;
    this.queue.giveBack(delivery, reason, attempts.delayAfter(delivery.attempt + times - 1));
  }

  /** Whether only its store is waited for, so that nobody has it yet. */
  isParking(delivery: EventDelivery<Content>): boolean {
    return this.#parking.has(delivery);
  }
}
