/** What an event's message says of its way through the broker. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from '../../../src/broker/broker';
import type { InversDelivery } from '../../../src/index';

export type DeliveryInfo = Readonly<InversDelivery>;

/** Makes those of one topic; an id is unique over all topics and processes. */
export class DeliveryInfos {
  /** A UUID without its last group, in whose place the deliveries are counted: that is quicker than one for each. */
  readonly #prefix = randomUUID().slice(0, -12);
  #count = 0;
  /** Many events come in one millisecond. */
  #now = Number.NaN;
  #receivedAt = '';

  constructor(
    private readonly consumer: string,
    private readonly queue: string,
  ) {}

  /** `now`: milliseconds since 1970. */
  create({ redelivered }: IncomingMessage, attempt: number, now: number): DeliveryInfo {
    if (now !== this.#now) {
      this.#now = now;
      this.#receivedAt = new Date(now).toISOString();
    }
    this.#count += 1;
    return {
      id: `${this.#prefix}${this.#count.toString(16).padStart(12, '0')}`,
      consumer: this.consumer,
      queue: this.queue,
      redelivered,
      attempt,
      received_at: this.#receivedAt,
    };
  }
}
