/**
 * How nodes find the delivery of a message that no event caused, but the clock: by its `_msgid`, which is the id of
 * the delivery. `msg.delivery` is for what an event caused.
 */
import { randomUUID } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import { ConsumerDeliveries } from '../../../src/delivery/consumer-deliveries';

const PREFIX = 'clock-';

export function newClockDeliveryId(): string {
  return `${PREFIX}${randomUUID()}`;
}

export function isClockDelivery(messageId: string | undefined): messageId is string {
  return messageId?.startsWith(PREFIX) === true;
}

const shared = new WeakMap<object, ConsumerDeliveries>();

/** Those of all watches of a runtime, each of whose node types has a `RED` of its own. */
export function sharedClockDeliveries(RED: NodeAPI): ConsumerDeliveries {
  const deliveries = shared.get(RED.events) ?? new ConsumerDeliveries();
  shared.set(RED.events, deliveries);
  return deliveries;
}
