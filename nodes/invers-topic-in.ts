/** Consumes the queue of one topic and turns each delivery into one message. */

import type { NodeAPI, NodeInitializer, NodeMessage } from 'node-red';
import type { SubscriptionState } from '../src/broker/broker';
import { LoneLine } from '../src/delivery/attempts/lone-line';
import { errorText } from '../src/errors/error-text';
import { systemClock } from '../src/time/clock';
import { findConsumer } from './runtime/consumer/consumer-node';
import { type Hearings, sharedHearings } from './runtime/consumer/shared-hearings';
import { FlowStart } from './runtime/flow/flow-start';
import { parkedPlace } from './runtime/memory/store-node';
import { addParkedEndpoints } from './runtime/parking/endpoints';
import { type Parking, sharedParking } from './runtime/parking/parking';
import { type TopicInConfig, topicInSettings } from './runtime/settings/topic';
import { ConfigError } from './runtime/settings/values';
import { FlowsState } from './runtime/status/flows-state';
import { FolderWarnings } from './runtime/status/folder-warnings';
import { fail, warn } from './runtime/status/say';
import { invalidStatus } from './runtime/status/subscription';
import { SuspectsFile } from './runtime/topic/files/suspects-file';
import { SharedQueues } from './runtime/topic/shared-queues';
import { Topic } from './runtime/topic/topic';
import type { TopicInNode } from './runtime/topic/topic-outputs';
import { TopicStatus } from './runtime/topic/topic-status';
import { addQueueTrial } from './runtime/trial/broker-endpoints';

/** One of each for all topics of the process. */
interface Shared {
  readonly flowStart: FlowStart;
  readonly flowsState: FlowsState;
  readonly loneLine: LoneLine;
  readonly parking: Parking;
  readonly sharedQueues: SharedQueues;
  readonly folder: FolderWarnings;
  readonly hearings: Hearings;
}

const initialize: NodeInitializer = (RED) => {
  const shared: Shared = {
    flowStart: new FlowStart(RED),
    flowsState: new FlowsState(RED),
    loneLine: new LoneLine(systemClock),
    parking: sharedParking(RED),
    sharedQueues: new SharedQueues(),
    folder: new FolderWarnings(RED),
    hearings: sharedHearings(RED),
  };
  addParkedEndpoints(RED, shared.parking);
  addQueueTrial(RED);

  function InversTopicIn(this: TopicInNode, config: TopicInConfig): void {
    RED.nodes.createNode(this, config);
    try {
      start(RED, this, config, shared);
    } catch (error) {
      const code = error instanceof ConfigError ? error.code : undefined;
      this.status(invalidStatus(this.type, code));
      fail(this, errorText(error));
    }
  }

  RED.nodes.registerType('invers-topic-in', InversTopicIn);
};

function start(RED: NodeAPI, node: TopicInNode, config: TopicInConfig, shared: Shared): void {
  const { flowStart, flowsState, folder, hearings, loneLine, parking, sharedQueues } = shared;
  const settings = topicInSettings(config);
  const onState = (state: SubscriptionState) => watch.subscriptionChanged(state);
  const suspectsFile = new SuspectsFile(RED.settings.userDir ?? '.', node.id, (text) =>
    warn(node, text),
  );
  if (settings.store !== '') parking.keepIn(node.id, parkedPlace(RED, settings.store));
  const hearing = hearings.of(findConsumer(RED, config.consumer).id);
  const company = { loneLine, suspectStorage: suspectsFile, parking, hearing };
  const topic = new Topic(RED, node, config.consumer, settings, onState, company);
  const watch = new TopicStatus(RED, node, topic, settings, flowsState, (report) => {
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
  const { place } = findConsumer(RED, config.consumer);
  const reader = { queue: `${place} ${settings.queue}`, name: node.name || settings.topic };
  const leaveQueue = sharedQueues.join(reader);
  const stopWaiting = flowStart.onStarted(() => {
    const shares = sharedQueues.warningFor(reader);
    if (shares !== undefined) warn(node, shares);
    folder.look();
    topic.warnOfLongDelays();
    void topic.connect();
  });
  node.on('close', (removed: boolean, done: () => void) => {
    stopWaiting();
    leaveQueue();
    watch.close(removed);
    const closed = topic.close().then(() => {
      if (removed) suspectsFile.remove();
    });
    closed.then(done, done);
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
