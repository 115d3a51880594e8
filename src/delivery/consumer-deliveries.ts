/** The deliveries of all topics of one consumer: other nodes find here the one that a message belongs to. */
import { Endings } from './endings';
import type { Ending, LateReason, Outcome } from './outcome';
import type { Participant } from './participant';
import type { TopicDeliveries } from './topic-deliveries';

export class ConsumerDeliveries {
  readonly #topics = new Set<TopicDeliveries<unknown>>();

  /** `ended`: how the latest deliveries ended, also those of topics that have gone. */
  constructor(readonly ended = new Endings()) {}

  join(topic: TopicDeliveries<unknown>): void {
    this.#topics.add(topic);
  }

  leave(topic: TopicDeliveries<unknown>): void {
    this.#topics.delete(topic);
  }

  /** The first decision counts; any later one is told why it does not. */
  decide(id: string, outcome: Outcome): LateReason | undefined {
    const topic = this.#topicOf(id);
    if (topic) return topic.decide(id, outcome);
    return this.ended.lateReason(id);
  }

  /** Whoever enlists is told once how the delivery ends. One that has ended tells nobody any more. */
  enlist(id: string, participant: Participant): 'enlisted' | Ending | 'unknown' {
    for (const topic of this.#topics) if (topic.enlist(id, participant)) return 'enlisted';
    return this.ended.get(id) ?? 'unknown';
  }

  /** Milliseconds since 1970 at which it counts as failed; undefined when it is not in the flow. */
  deadlineOf(id: string): number | undefined {
    return this.#topicOf(id)?.deadlineOf(id);
  }

  /** Whether it has left by output 2. */
  isAtOutput2(id: string): boolean {
    return this.#topicOf(id)?.isAtOutput2(id) ?? false;
  }

  #topicOf(id: string): TopicDeliveries<unknown> | undefined {
    for (const topic of this.#topics) if (topic.has(id)) return topic;
    return undefined;
  }
}
