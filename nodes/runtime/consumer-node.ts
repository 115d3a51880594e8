/** What the other nodes know of an invers-consumer. */
import type { Node, NodeAPI } from 'node-red';
import type { Subscription, SubscriptionOptions } from '../../src/broker/broker';
import { ConfigError } from './config';
import type { ConsumerCredentials } from './consumer-settings';

export interface ConsumerNode extends Node<ConsumerCredentials> {
  /** Shares the consumer's one connection; it opens with the first subscription. */
  subscribe(options: SubscriptionOptions): Subscription;
}

/** The consumer that a node names; throws a ConfigError where there is none. */
export function findConsumer(RED: NodeAPI, id: string | undefined): ConsumerNode {
  const node = id ? (RED.nodes.getNode(id) as ConsumerNode | null) : null;
  if (!node) throw new ConfigError('Consumer is missing or disabled: choose an event consumer.');
  return node;
}
