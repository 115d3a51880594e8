/** Consumes the queue of one topic and turns each delivery into one message. */
import type { NodeAPI, NodeInitializer, NodeMessage } from 'node-red';
import type { SubscriptionState } from '../src/broker/broker';
import { systemClock } from '../src/time/clock';
import { FlowStart } from './runtime/flow/flow-start';
import { addParkedEndpoints } from './runtime/parking/endpoints';
import { Parking } from './runtime/parking/parking';
import { type TopicInConfig, topicInSettings } from './runtime/settings/topic';
import { invalidStatus } from './runtime/status/subscription';
import { Topic } from './runtime/topic/topic';
import type { TopicInNode } from './runtime/topic/topic-outputs';
import { TopicStatus } from './runtime/topic/topic-status';

const initialize: NodeInitializer = (RED) => {
  const flowStart = new FlowStart(RED);
  // one for all topics: an event outlives the topic that parked it
  const parking = new Parking(RED);
  addParkedEndpoints(RED, parking);

  function InversTopicIn(this: TopicInNode, config: TopicInConfig): void {
    RED.nodes.createNode(this, config);
    try {
      start(RED, this, config, flowStart, parking);
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
  flowStart: FlowStart,
  parking: Parking,
): void {
  const settings = topicInSettings(config);
  const onState = (state: SubscriptionState) => watch.subscriptionChanged(state);
  const { consumer } = config;
  const topic = new Topic(RED, node, consumer, settings, onState, systemClock, parking);
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
  const stopWaiting = flowStart.onStarted(() => {
    topic.warnOfLongDelays();
    void topic.connect();
  });
  node.on('close', (removed: boolean, done: () => void) => {
    stopWaiting();
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
