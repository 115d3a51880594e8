/** What the deliveries of one topic need of others. */
import type { Clock } from '../time/clock';
import type { Attempts } from './attempts/attempts';
import type { LoneLine } from './attempts/lone-line';
import type { Suspects } from './attempts/suspects';
import type { Endings } from './endings';
import type { Holding } from './holding';
import type { Statistics } from './statistics';
import type { TopicOutputs } from './topic-outputs';

export interface TopicDeliveriesOptions<Content> {
  readonly outputs: TopicOutputs<Content>;
  readonly attempts: Attempts;
  readonly suspects: Suspects;
  /** One for all topics of the process. */
  readonly loneLine: LoneLine;
  /** Holds the topic while its flow fails at everything; without it, it never holds. */
  readonly holding?: Holding<Content> | undefined;
  readonly statistics: Statistics;
  /** How deliveries ended, over all topics of a consumer. */
  readonly ended: Endings;
  /** milliseconds a flow may take */
  readonly deadline: number;
  readonly clock: Clock;
}
