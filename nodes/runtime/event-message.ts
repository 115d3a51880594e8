/** The messages that invers-topic-in sends: plain data that survives being cloned. */
import { randomUUID } from 'node:crypto';
import type { NodeMessage } from 'node-red';
import type { Delivery } from '../../src/broker/broker';
import type { InvalidEvent, InversEvent } from '../../src/events/envelope';

/** What an event's message says of its way through the broker. */
export interface DeliveryInfo {
  /** unique per delivery: the same event delivered twice has two */
  readonly id: string;
  /** id of the invers-consumer */
  readonly consumer: string;
  readonly queue: string;
  readonly redelivered: boolean;
  /** which try this is, as far as the broker tells; 1 = the first */
  readonly attempt: number;
  /** ISO 8601, UTC */
  readonly received_at: string;
}

export function deliveryInfo(delivery: Delivery, consumer: string, queue: string): DeliveryInfo {
  return {
    id: randomUUID(),
    consumer,
    queue,
    redelivered: delivery.redelivered,
    attempt: attemptOf(delivery),
    received_at: new Date().toISOString(),
  };
}

export function eventMessage(
  topic: string,
  { data, metadata }: InversEvent,
  delivery: DeliveryInfo,
): NodeMessage {
  return { topic, payload: data, metadata, delivery, schema: null };
}

export function invalidMessage(
  topic: string,
  { payload, metadata, code, message }: InvalidEvent,
  delivery: DeliveryInfo,
): NodeMessage {
  return { topic, payload, metadata, delivery, schema: null, error: { code, message } };
}

/** Quorum queues count the deliveries before this one; other queues only say that there was one. */
function attemptOf({ properties, redelivered }: Delivery): number {
  const count = properties.headers['x-delivery-count'];
  if (typeof count === 'number') return count + 1;
  return redelivered ? 2 : 1;
}
