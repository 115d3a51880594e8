/** What an event's message says of its way through the broker. */
import { randomBytes } from 'node:crypto';
import type { Delivery } from '../../../src/broker/broker';
import type { InversDelivery } from '../../../src/index';

export type DeliveryInfo = Readonly<InversDelivery>;

/** Makes those of one topic; an id is unique over all topics and processes. */
export class DeliveryInfos {
  readonly #prefix = randomBytes(12).toString('hex');
  #count = 0;
  /** Many events come in one millisecond. */
  #now = Number.NaN;
  #receivedAt = '';

  constructor(
    private readonly consumer: string,
    private readonly queue: string,
  ) {}

  /** `now`: milliseconds since 1970. */
  create({ redelivered }: Delivery, attempt: number, now: number): DeliveryInfo {
    if (now !== this.#now) {
      this.#now = now;
      this.#receivedAt = new Date(now).toISOString();
    }
    this.#count += 1;
    return {
      id: `${this.#prefix}-${this.#count}`,
      consumer: this.consumer,
      queue: this.queue,
      redelivered,
      attempt,
      received_at: this.#receivedAt,
    };
  }
}
