/** What an invers-topic-in stores, and the valid values that follow from it. */
import type { NodeDef } from 'node-red';
import { flag, oneOf, optionalText, requiredText, wholeNumber } from './values';

export interface TopicInConfig extends NodeDef {
  readonly consumer?: string;
  readonly queue?: string;
  readonly topic?: string;
  readonly prefetch?: string | number;
  readonly acknowledge?: string;
  readonly deadline?: string | number;
  readonly maxAttempts?: string | number;
  readonly retryDelay?: string | number;
  readonly validate?: string;
  readonly control?: boolean | string;
}

export interface TopicInSettings {
  readonly queue: string;
  /** What `msg.topic` says. */
  readonly topic: string;
  readonly prefetch: number;
  readonly acknowledge: 'completion' | 'delivery' | 'manual';
  /** milliseconds a flow may take */
  readonly deadline: number;
  readonly maxAttempts: number;
  /** milliseconds before the second attempt */
  readonly retryDelay: number;
  /** `schema`: data too, against the schema known for its type and major version. */
  readonly validate: 'schema' | 'envelope';
  /** An input for actions and an output for reports. */
  readonly control: boolean;
}

const SECOND = 1_000;
const PREFETCH = { min: 1, max: 65_535 };
/** RabbitMQ takes a delivery back after 30 minutes; the deadline and the longest hold stay below. */
const DEADLINE = { min: 1, max: 1_500 };
const ATTEMPTS = { min: 1, max: 1_000 };
const RETRY_DELAY = { min: 1, max: 300 };

/** Throws a ConfigError that names the field. */
export function topicInSettings(config: TopicInConfig): TopicInSettings {
  const queue = requiredText('Queue', config.queue);
  return {
    queue,
    topic: optionalText(config.topic) || queue,
    // 0 would mean unlimited, which is how consumers drown
    prefetch: wholeNumber('Prefetch', config.prefetch, PREFETCH, 50),
    acknowledge: oneOf(
      'Acknowledge',
      config.acknowledge,
      ['completion', 'delivery', 'manual'],
      'completion',
    ),
    deadline: SECOND * wholeNumber('Deadline', config.deadline, DEADLINE, 300),
    maxAttempts: wholeNumber('Attempts', config.maxAttempts, ATTEMPTS, 5),
    retryDelay: SECOND * wholeNumber('Retry delay', config.retryDelay, RETRY_DELAY, 5),
    validate: oneOf('Check', config.validate, ['schema', 'envelope'], 'schema'),
    control: flag(config.control, false),
  };
}
