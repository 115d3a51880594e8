/** Consumes the queue of one topic and turns each delivery into one message. */
import type { Node, NodeAPI, NodeInitializer } from 'node-red';
import type { Delivery, Subscription, SubscriptionState, Verdict } from '../src/broker/broker';
import { type InvalidEvent, parseEvent, type Remark } from '../src/events/envelope';
import { type ConsumerNode, findConsumer } from './runtime/consumer-node';
import {
  type DeliveryInfo,
  deliveryInfo,
  eventMessage,
  invalidMessage,
} from './runtime/event-message';
import { invalidStatus, subscriptionStatus } from './runtime/status';
import {
  type TopicInConfig,
  type TopicInSettings,
  topicInSettings,
} from './runtime/topic-settings';

interface TopicInNode extends Node {
  /** Where the outputs lead, one list of node ids for each. */
  readonly wires: readonly (readonly string[])[];
}

const initialize: NodeInitializer = (RED) => {
  function InversTopicIn(this: TopicInNode, config: TopicInConfig): void {
    RED.nodes.createNode(this, config);
    try {
      const subscription = consume(RED, this, config);
      this.on('close', (_removed: boolean, done: () => void) => {
        subscription.close().then(done, done);
      });
    } catch (error) {
      this.status(invalidStatus(this.type));
      this.error((error as Error).message);
    }
  }

  RED.nodes.registerType('invers-topic-in', InversTopicIn);
};

function consume(RED: NodeAPI, node: TopicInNode, config: TopicInConfig): Subscription {
  const settings = topicInSettings(config);
  const consumer = findConsumer(RED, config.consumer);
  return consumer.subscribe({
    queue: settings.queue,
    prefetch: settings.prefetch,
    onState: (state) => showState(node, state),
    handle: createHandler(node, consumer, settings),
  });
}

function createHandler(
  node: TopicInNode,
  consumer: ConsumerNode,
  { topic, queue }: TopicInSettings,
): (delivery: Delivery) => Verdict {
  const remarkOnce = createRemarkOnce(node);
  return (delivery) => {
    const info = deliveryInfo(delivery, consumer.id, queue);
    const parsed = parseEvent(delivery.body, delivery.properties);
    if ('invalid' in parsed) {
      sendInvalid(node, topic, parsed.invalid, info);
    } else {
      if (parsed.remark) remarkOnce(parsed.remark);
      node.send([eventMessage(topic, parsed.event, info), null]);
    }
    return 'acknowledge';
  };
}

/** Without a wire at output 2 a Catch node gets it: nothing disappears unseen. */
function sendInvalid(
  node: TopicInNode,
  topic: string,
  invalid: InvalidEvent,
  info: DeliveryInfo,
): void {
  const message = invalidMessage(topic, invalid, info);
  if (node.wires[1]?.length) node.send([null, message]);
  else node.error(invalid.message, message);
}

function showState(node: TopicInNode, state: SubscriptionState): void {
  node.status(subscriptionStatus(node.type, state));
  const { error } = state;
  // what concerns the whole connection is said once, by the consumer
  if (error?.scope !== 'queue') return;
  if (error.needsPerson) node.error(error.message);
  else node.warn(error.message);
}

/** What is odd about one event is odd about thousands: each kind of remark is made once. */
function createRemarkOnce(node: TopicInNode): (remark: Remark) => void {
  const made = new Set<Remark['code']>();
  return ({ code, text }) => {
    if (made.has(code)) return;
    made.add(code);
    node.warn(`Odd event: ${text} Said once.`);
  };
}

export = initialize;
