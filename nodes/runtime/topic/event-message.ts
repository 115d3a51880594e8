/** The messages that invers-topic-in sends: plain data that survives being cloned. */
import { randomUUID } from 'node:crypto';
import type { NodeMessage } from 'node-red';
import type { Delivery } from '../../../src/broker/broker';
import type { InvalidEvent, InversEvent } from '../../../src/events/envelope';

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

export function deliveryInfo(
  { redelivered }: Delivery,
  consumer: string,
  queue: string,
  attempt: number,
): DeliveryInfo {
  const received_at = new Date().toISOString();
  return { id: randomUUID(), consumer, queue, redelivered, attempt, received_at };
}

export function eventMessage(
  topic: string,
  { data, metadata }: InversEvent,
  delivery: DeliveryInfo,
  schema: string | null,
): NodeMessage {
  return { topic, payload: data, metadata, delivery, schema };
}

export function invalidMessage(
  topic: string,
  { payload, metadata, code, message, details }: InvalidEvent,
  delivery: DeliveryInfo,
): NodeMessage {
  const schema = details?.schema ?? null;
  const error = { code, message, ...(details && { details }) };
  return { topic, payload, metadata, delivery, schema, error };
}

/** Quorum queues count the deliveries before this one; other queues do not. */
export function countedByBroker({ properties }: Delivery): number | undefined {
  const count = properties.headers['x-delivery-count'];
  return typeof count === 'number' ? count : undefined;
}

/** An event that the flow did not manage, with the reason of its last attempt. */
export function exhaustedMessage(
  topic: string,
  event: InversEvent,
  delivery: DeliveryInfo,
  schema: string | null,
  reason: string,
): NodeMessage {
  const message = `The flow failed at this event ${delivery.attempt} times, the last time because: ${reason}`;
  const error = { code: 'attempts-exhausted', message, details: { reason } };
  return { ...eventMessage(topic, event, delivery, schema), error };
}
