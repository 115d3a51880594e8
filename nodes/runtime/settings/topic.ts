/** What an invers-topic-in stores, and the valid values that follow from it. */
import type { NodeDef } from 'node-red';
import { TOPIC_IN } from '../../settings/limits';
import { isShortName } from '../../settings/texts';
import { ConfigError, flag, numberOf, oneOf, optionalText, requiredText } from './values';

export interface TopicInConfig extends NodeDef {
  readonly consumer?: string;
  readonly queue?: string;
  readonly topic?: string;
  readonly prefetch?: string | number;
  readonly acknowledge?: string;
  readonly order?: string;
  readonly deadline?: string | number;
  readonly maxAttempts?: string | number;
  readonly retryDelay?: string | number;
  readonly holdOnOutage?: boolean | string;
  readonly validate?: string;
  readonly store?: string;
  readonly control?: boolean | string;
}

export interface TopicInSettings {
  readonly queue: string;
  /** What `msg.topic` says. */
  readonly topic: string;
  readonly prefetch: number;
  readonly acknowledge: 'completion' | 'delivery' | 'manual';
  /** `vehicle`: the next event of a vehicle sets out when the one before has ended. */
  readonly order: 'queue' | 'vehicle';
  /** milliseconds a flow may take */
  readonly deadline: number;
  readonly maxAttempts: number;
  /** milliseconds before the second attempt */
  readonly retryDelay: number;
  /** When the flow fails at everything, wait, and try one event from time to time. */
  readonly holdOnOutage: boolean;
  /** `schema`: data too, against the schema known for its type and major version. `strict`: all that is odd refuses. */
  readonly validate: 'schema' | 'strict' | 'envelope';
  /** id of an invers-store where events are parked; empty = files in the user directory */
  readonly store: string;
  /** An input for actions and an output for reports. */
  readonly control: boolean;
}

const SECOND = 1_000;

/** Throws a ConfigError that names the field. */
export function topicInSettings(config: TopicInConfig): TopicInSettings {
  const queue = queueOf(config);
  const { choices, default: completion } = TOPIC_IN.acknowledge;
  const acknowledge = oneOf('Acknowledge', config.acknowledge, choices, completion);
  // the form hides these where nothing is followed, and what is hidden stops no topic
  const { order, deadline, maxAttempts, retryDelay } =
    acknowledge === 'delivery' ? NOT_FOLLOWED : config;
  return {
    queue,
    topic: optionalText('Topic', config.topic) || queue,
    prefetch: numberOf('Prefetch', config.prefetch, TOPIC_IN.prefetch),
    acknowledge,
    order: oneOf('Order', order, TOPIC_IN.order.choices, TOPIC_IN.order.default),
    deadline: SECOND * numberOf('Deadline', deadline, TOPIC_IN.deadline),
    maxAttempts: numberOf('Attempts', maxAttempts, TOPIC_IN.maxAttempts),
    retryDelay: SECOND * numberOf('Retry delay', retryDelay, TOPIC_IN.retryDelay),
    holdOnOutage: flag('Wait when the flow fails at everything', config.holdOnOutage, true),
    validate: oneOf('Check', config.validate, TOPIC_IN.validate.choices, TOPIC_IN.validate.default),
    store: optionalText('Parked in', config.store),
    control: flag('Add an input for control and an output for the status', config.control, false),
  };
}

function queueOf(config: TopicInConfig): string {
  const queue = requiredText('Queue', config.queue);
  if (isShortName(queue)) return queue;
  throw new ConfigError('Queue is longer than 255 bytes: no queue has such a name. Copy it again.');
}

const NOT_FOLLOWED: Pick<TopicInConfig, 'order' | 'deadline' | 'maxAttempts' | 'retryDelay'> = {};
