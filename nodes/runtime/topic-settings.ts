/** What an invers-topic-in stores, and the valid values that follow from it. */
import type { NodeDef } from 'node-red';
import { oneOf, optionalText, requiredText, wholeNumber } from './config';

export interface TopicInConfig extends NodeDef {
  readonly consumer?: string;
  readonly queue?: string;
  readonly topic?: string;
  readonly prefetch?: string | number;
  readonly acknowledge?: string;
  readonly validate?: string;
}

export interface TopicInSettings {
  readonly queue: string;
  /** What `msg.topic` says. */
  readonly topic: string;
  readonly prefetch: number;
  readonly acknowledge: 'delivery';
  readonly validate: 'envelope';
}

const DEFAULT_PREFETCH = 50;

/** Throws a ConfigError that names the field. */
export function topicInSettings(config: TopicInConfig): TopicInSettings {
  const queue = requiredText('Queue', config.queue);
  return {
    queue,
    topic: optionalText(config.topic) || queue,
    // 0 would mean unlimited, which is how consumers drown
    prefetch: wholeNumber('Prefetch', config.prefetch, { min: 1, max: 65_535 }, DEFAULT_PREFETCH),
    acknowledge: oneOf('Acknowledge', config.acknowledge, ['delivery'], 'delivery'),
    validate: oneOf('Check', config.validate, ['envelope'], 'envelope'),
  };
}
