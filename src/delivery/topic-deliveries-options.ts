/** What the deliveries of one topic need of others. */
import type { Clock } from '../time/clock';
import type { RecentMap } from '../time/recent-map';
import type { Attempts } from './attempts';
import type { Holding } from './holding';
import type { LoneLine } from './lone-line';
import type { Ending } from './outcome';
import type { Statistics } from './statistics';
import type { Suspects } from './suspects';
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
  readonly ended: RecentMap<string, Ending>;
  /** milliseconds a flow may take */
  readonly deadline: number;
  readonly clock: Clock;
}
