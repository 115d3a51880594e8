/** The messages that invers-topic-in sends: plain data that survives being cloned. */
import type { NodeMessage } from 'node-red';
import type { Delivery } from '../../../src/broker/broker';
import type { Exhaustion } from '../../../src/delivery/attempts/exhaustion';
import type { InvalidEvent, InversEvent } from '../../../src/events/envelope';
import type {
  AnyEvent,
  InversExhaustedMessage,
  InversInvalidMessage,
  InversMessage,
} from '../../../src/index';
import type { DeliveryInfo } from './delivery-info';

export function eventMessage(
  topic: string,
  { data, metadata }: InversEvent,
  vehicle: string | undefined,
  delivery: DeliveryInfo,
  schema: string | null,
): NodeMessage & InversMessage<AnyEvent> {
  const named = vehicle !== undefined && { vehicle: { id: vehicle } };
  return { topic, payload: data, metadata, ...named, delivery, schema };
}

export function invalidMessage(
  topic: string,
  { payload, metadata, code, message, details }: InvalidEvent,
  delivery: DeliveryInfo,
): NodeMessage & InversInvalidMessage {
  const schema = details?.schema ?? null;
  const error = { code, message, ...(details && { details }) };
  return { topic, payload, metadata, delivery, schema, error };
}

/** Quorum queues count the deliveries before this one; other queues do not. */
export function countedByBroker({ properties }: Delivery): number | undefined {
  const count = properties.headers['x-delivery-count'];
  return Number.isSafeInteger(count) && (count as number) >= 0 ? (count as number) : undefined;
}

/** An event that is not tried again, with the reason. */
export function exhaustedMessage(
  topic: string,
  event: InversEvent,
  vehicle: string | undefined,
  delivery: DeliveryInfo,
  schema: string | null,
  why: Exhaustion | undefined,
): NodeMessage & InversExhaustedMessage<AnyEvent> {
  const { message = '', reason = '' } = why ?? {};
  const error = { code: 'attempts-exhausted', message, details: { reason } } as const;
  return { ...eventMessage(topic, event, vehicle, delivery, schema), error };
}
