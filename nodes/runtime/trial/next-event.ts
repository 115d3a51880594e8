/** The event at the head of a queue, as a topic would send it. */
import type { NodeAPI } from 'node-red';
import type { IncomingMessage } from '../../../src/broker/broker';
import { SchemaSet } from '../../../src/events/schema-set';
import { vehicleIdReader } from '../../../src/events/vehicle-id';
import { systemClock } from '../../../src/time/clock';
import type { ConsumerNode } from '../consumer/consumer-node';
import { type ConsumerConfig, vehicleIdPath } from '../settings/consumer';
import type { TopicInSettings } from '../settings/topic';
import { DeliveryInfos } from '../topic/delivery-info';
import { eventMessage, invalidMessage } from '../topic/event-message';
import { EventReader } from '../topic/event-reader';

/** By which output it would leave, and the message as JSON for people. */
export interface ShownEvent {
  readonly output: 1 | 2;
  readonly message: string;
}

/** Characters; an event may have a million. */
const LONGEST = 50_000;

export function nextEvent(
  RED: NodeAPI,
  consumer: ConsumerConfig,
  { queue, topic, validate }: TopicInSettings,
  delivery: IncomingMessage,
): ShownEvent {
  // the schemas of one's own are read at the deploy
  const deployed = RED.nodes.getNode(consumer.id) as Partial<ConsumerNode> | null;
  const schemas = validate === 'envelope' ? undefined : (deployed?.schemas ?? new SchemaSet());
  const reader = new EventReader({ schemas, isStrict: validate === 'strict' }, () => undefined);
  const info = new DeliveryInfos(consumer.id, queue).create(delivery, 1, systemClock.now());
  const read = reader.read(delivery);
  if ('invalid' in read) {
    return { output: 2, message: shown(invalidMessage(topic, read.invalid, info, read.check)) };
  }
  const vehicle = vehicleIdReader(vehicleIdPath(consumer))(read.event.data);
  return { output: 1, message: shown(eventMessage(topic, read.event, vehicle, info, read.check)) };
}

function shown(message: object): string {
  const text = JSON.stringify(message, null, 2);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
