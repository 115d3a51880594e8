/** What the other nodes know of an invers-consumer. */
import type { Node, NodeAPI } from 'node-red';
import type { Subscription, SubscriptionOptions } from '../../../src/broker/broker';
import type { ConsumerDeliveries } from '../../../src/delivery/consumer-deliveries';
import type { SchemaSet } from '../../../src/events/schema-set';
import type { VehicleIdReader } from '../../../src/events/vehicle-id';
import type { FlowCompletion } from '../flow/completion';
import type { ConsumerCredentials } from '../settings/consumer';
import { ConfigError, optionalText } from '../settings/values';
import type { SandboxHost } from './sandbox-host';

export interface ConsumerNode extends Node<ConsumerCredentials> {
  /** Its events are made up. */
  readonly isSandbox: boolean;
  /** Where its queues are: the same for consumers of the same virtual host of one broker. */
  readonly place: string;
  /** Where they are made up. */
  readonly sandbox?: SandboxHost | undefined;
  /** What is on its way through the flows, over all topics of this consumer. */
  readonly deliveries: ConsumerDeliveries;
  /** Tells when a flow has finished with an event; one for all consumers. */
  readonly completion: FlowCompletion;
  /** What the events of all topics are held against. */
  readonly schemas: SchemaSet;
  /** Which vehicle an event names. */
  readonly vehicleIdOf: VehicleIdReader;
  /** Shares the consumer's one connection; it opens with the first subscription. */
  subscribe(options: SubscriptionOptions): Subscription;
}

/** The consumer that a node names; throws a ConfigError where there is none. */
export function findConsumer(RED: NodeAPI, id: string | undefined): ConsumerNode {
  const known = optionalText('Consumer', id);
  const node = known ? (RED.nodes.getNode(known) as ConsumerNode | null) : null;
  if (node) return node;
  const name = nameOfDisabled(RED, known);
  if (name === undefined) {
    throw new ConfigError('Consumer is missing: choose an event consumer.');
  }
  throw new ConfigError(
    `The consumer ${JSON.stringify(name)} is disabled: enable it in the sidebar “Configuration nodes”, or choose another one.`,
    'consumer-disabled',
  );
}

/** Node-RED starts no node that is disabled itself or with its flow, but knows what it was deployed with. */
function nameOfDisabled(RED: NodeAPI, id: string): string | undefined {
  let name: string | undefined;
  RED.nodes.eachNode((deployed) => {
    if (deployed.id === id && id !== '') name = deployed.name || id;
  });
  return name;
}
