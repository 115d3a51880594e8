/** The endpoints behind “Test connection” and “Test queue”: the values of an open form are tried, deployed or not. */
import type { NodeAPI } from 'node-red';
import type { BrokerSettings } from '../../../src/broker/settings';
import { type Answer, tryBroker } from '../../../src/broker/trial';
import { addEndpoint } from '../admin/endpoint';
import type { ConsumerNode } from '../consumer/consumer-node';
import {
  type ConsumerConfig,
  consumerSettings,
  environmentOf,
  type TlsConfigNode,
} from '../settings/consumer';
import { sandboxSettings } from '../settings/sandbox';
import { type TopicInConfig, topicInSettings } from '../settings/topic';
import { type FilledForm, fillIn, readForm, type SentForm, tlsNodeOf } from './form';
import { nextEvent } from './next-event';
import { MAY_DEPLOY, Trials } from './outcome';

const TYPE = 'invers-consumer';
const NOT_RUNNING = { sandbox: 'not-running' } as const;

export function addConnectionTrial(RED: NodeAPI): void {
  const trials = new Trials();
  addEndpoint(RED, {
    method: 'post',
    path: 'test/connection',
    permission: 'invers.write',
    furtherPermission: MAY_DEPLOY,
    read: readForm,
    answer: (sent) => {
      const form = fillIn(RED, TYPE, sent);
      return trials.outcomeOf(form.secrets, async () => {
        const settings = await placeOf(RED, form);
        if (settings === undefined) return NOT_RUNNING;
        await tryBroker(settings, {});
        return {};
      });
    },
  });
}

interface SentQueue {
  readonly consumer: SentForm;
  readonly topic: SentForm;
  readonly look: boolean;
}

export function addQueueTrial(RED: NodeAPI): void {
  const trials = new Trials();
  addEndpoint(RED, {
    method: 'post',
    path: 'test/queue',
    permission: 'invers.write',
    furtherPermission: MAY_DEPLOY,
    read: readQueue,
    answer: ({ consumer, topic, look }) => {
      const form = fillIn(RED, TYPE, consumer);
      const { config, secrets } = fillIn(RED, 'invers-topic-in', topic);
      return trials.outcomeOf([...form.secrets, ...secrets], async () => {
        const settings = topicInSettings(config as unknown as TopicInConfig);
        const place = await placeOf(RED, form);
        if (place === undefined) return NOT_RUNNING;
        const question = { queue: settings.queue, look };
        const { waiting, readers, next, isHidden } = (await tryBroker(place, question)) as Answer;
        // named as they are typed: what a variable holds is not shown
        const queue = String(topic.fields['queue']);
        const named = { ...settings, queue, topic: String(topic.fields['topic'] || queue) };
        const event = next ? nextEvent(RED, form.config as never, named, next) : null;
        return { waiting, readers, hidden: isHidden, event };
      });
    },
  });
}

function readQueue(body: unknown): SentQueue {
  const { consumer, topic, look } = (body ?? {}) as Record<string, unknown>;
  return { consumer: readForm(consumer), topic: readForm(topic), look: look === true };
}

/** Undefined for a sandbox that does not run: it is there from its first topic to its last. Throws a ConfigError. */
async function placeOf(
  RED: NodeAPI,
  { config, credentials }: FilledForm,
): Promise<BrokerSettings | undefined> {
  const consumer = config as unknown as ConsumerConfig;
  if (environmentOf(consumer) !== 'sandbox') {
    return consumerSettings(consumer, credentials, tlsNodeOf<TlsConfigNode>(RED, config['tls']));
  }
  // what is typed is not what runs, but it has to be right
  sandboxSettings(consumer);
  const deployed = RED.nodes.getNode(config.id) as ConsumerNode | null;
  return deployed?.type === TYPE ? deployed.sandbox?.running() : undefined;
}
