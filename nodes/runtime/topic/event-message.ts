/** The messages that invers-topic-in sends: plain data that survives being cloned. */
import type { NodeMessage } from 'node-red';
import type { IncomingMessage } from '../../../src/broker/broker';
import type { Exhaustion } from '../../../src/delivery/attempts/exhaustion';
import type { InvalidEvent, InversEvent } from '../../../src/events/envelope';
import type { EventCheck } from '../../../src/events/read-event';
import type {
  AnyEvent,
  InversCheck,
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
  check: EventCheck,
): NodeMessage & InversMessage<AnyEvent> {
  const named = vehicle !== undefined && { vehicle: { id: vehicle } };
  return { topic, payload: data, metadata, ...named, delivery, check: copyOf(check) };
}

/** The flow may change what it gets, and another message may say the same. */
function copyOf({ schema, problems, source }: EventCheck): InversCheck {
  return { schema, problems: problems.map((problem) => ({ ...problem })), source };
}

export function invalidMessage(
  topic: string,
  { payload, metadata, code, message, details }: InvalidEvent,
  delivery: DeliveryInfo,
  check: EventCheck,
): NodeMessage & InversInvalidMessage {
  const error = { code, message, ...(details && { details }) };
  return { topic, payload, metadata, delivery, check: copyOf(check), error };
}

/** Quorum queues count the deliveries before this one; other queues do not. */
export function countedByBroker({ properties }: IncomingMessage): number | undefined {
  const count = properties.headers['x-delivery-count'];
  return Number.isSafeInteger(count) && (count as number) >= 0 ? (count as number) : undefined;
}

/** An event that is not tried again, with the reason. */
export function exhaustedMessage(
  topic: string,
  event: InversEvent,
  vehicle: string | undefined,
  delivery: DeliveryInfo,
  check: EventCheck,
  why: Exhaustion | undefined,
): NodeMessage & InversExhaustedMessage<AnyEvent> {
  const { message = '', reason = '' } = why ?? {};
  const error = { code: 'attempts-exhausted', message, details: { reason } } as const;
  return { ...eventMessage(topic, event, vehicle, delivery, check), error };
}
