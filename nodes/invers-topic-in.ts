/** Consumes the queue of one topic and turns each delivery into one message. */
import type { NodeAPI, NodeInitializer, NodeMessage } from 'node-red';
import {
  type TopicInConfig,
  type TopicInSettings,
  topicInSettings,
} from './runtime/settings/topic';
import { invalidStatus } from './runtime/status/subscription';
import { Topic } from './runtime/topic/topic';
import type { TopicInNode } from './runtime/topic/topic-outputs';
import { TopicStatus } from './runtime/topic/topic-status';

const initialize: NodeInitializer = (RED) => {
  function InversTopicIn(this: TopicInNode, config: TopicInConfig): void {
    RED.nodes.createNode(this, config);
    try {
      start(RED, this, config, topicInSettings(config));
    } catch (error) {
      this.status(invalidStatus(this.type));
      this.error((error as Error).message);
    }
  }

  RED.nodes.registerType('invers-topic-in', InversTopicIn);
};

function start(
  RED: NodeAPI,
  node: TopicInNode,
  config: TopicInConfig,
  settings: TopicInSettings,
): void {
  const topic = new Topic(RED, node, config.consumer, settings, (state) =>
    watch.subscriptionChanged(state),
  );
  const watch = new TopicStatus(RED, node, topic, settings, (report) => {
    if (settings.control) node.send([null, null, { payload: report }]);
  });
  if (settings.control) {
    node.on('input', (message, send, done) => {
      act(message, topic, () => send([null, null, { ...message, payload: watch.report() }])).then(
        () => done(),
        done,
      );
    });
  }
  // Node-RED drops without a word what is sent to a node that it has not made yet.
  const begin = () => void topic.connect();
  RED.events.once('flows:started', begin);
  node.on('close', (removed: boolean, done: () => void) => {
    RED.events.off('flows:started', begin);
    watch.close(removed);
    topic.close().then(done, done);
  });
}

/** What a control message asks for. */
async function act(message: NodeMessage, topic: Topic, report: () => void): Promise<void> {
  switch (message['action']) {
    case 'pause':
      return topic.pause();
    case 'resume':
      return topic.resume();
    case 'connect':
      return topic.connect();
    case 'disconnect':
      return topic.disconnect();
    case 'status':
      return report();
    default:
      throw new Error(
        `msg.action is ${JSON.stringify(message['action'])}: set it to pause, resume, connect, disconnect or status.`,
      );
  }
}

export = initialize;
