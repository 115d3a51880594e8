/** What the other nodes know of an invers-consumer. */
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { Subscription, SubscriptionOptions } from '../../../src/broker/broker';
import type {
  Decision,
  Ending,
  OpenDeliveries,
  Outcome,
} from '../../../src/delivery/open-deliveries';
import type { SchemaSet } from '../../../src/events/schema-set';
import type { Following } from '../../../src/memory/dedupe';
import type { FlowCompletion } from '../flow/completion';
import type { ConsumerCredentials } from '../settings/consumer';
import { ConfigError } from '../settings/values';

export interface ConsumerNode extends Node<ConsumerCredentials> {
  /** Its events are made up. */
  readonly isSandbox: boolean;
  /** What is on its way through the flows, over all topics of this consumer. */
  readonly deliveries: OpenDeliveries;
  /** Tells when a flow has finished with an event. */
  readonly completion: FlowCompletion;
  /** What the events of all topics are held against. */
  readonly schemas: SchemaSet;
  /** Shares the consumer's one connection; it opens with the first subscription. */
  subscribe(options: SubscriptionOptions): Subscription;
}

/** The consumer that a node names; throws a ConfigError where there is none. */
export function findConsumer(RED: NodeAPI, id: string | undefined): ConsumerNode {
  const node = id ? (RED.nodes.getNode(id) as ConsumerNode | null) : null;
  if (!node) throw new ConfigError('Consumer is missing or disabled: choose an event consumer.');
  return node;
}

/** The delivery that a message came with, as long as its consumer is there. */
export interface MessageDelivery {
  readonly id: string;
  /** The first decision counts; the answer tells whether this one did. */
  decide(outcome: Outcome): Decision;
  /** Milliseconds since 1970 at which it counts as failed; undefined when it is not on its way. */
  deadline(): number | undefined;
  /** See `Arrival.follow` of the dedupe. */
  follow(onEnd: (isDone: boolean) => void): Following;
}

/** Undefined for a message that brings no delivery with it. */
export function findDelivery(RED: NodeAPI, message: NodeMessage): MessageDelivery | undefined {
  const delivery = message['delivery'] as { id?: unknown; consumer?: unknown } | null | undefined;
  const { id, consumer } = delivery ?? {};
  if (typeof id !== 'string' || typeof consumer !== 'string') return undefined;
  const deliveries = (RED.nodes.getNode(consumer) as ConsumerNode | null)?.deliveries;
  return {
    id,
    decide: (outcome) => deliveries?.decide(id, outcome) ?? 'unknown',
    deadline: () => deliveries?.deadline(id),
    follow: (onEnd) => {
      const isDone = (ending: Ending) => ending !== 'returned' && ending !== 'lost';
      const found = deliveries?.watch(id, (ending) => onEnd(isDone(ending))) ?? 'unknown';
      if (found === 'open' || found === 'unknown') return found;
      return isDone(found) ? 'done' : 'returned';
    },
  };
}
