/** What the deliveries of a topic need: above all the port to what puts events out, and knows how the flows go on with them. */
import type { Clock } from '../time/clock';
import type { RecentMap } from '../time/recent-map';
import type { Attempts } from './attempts';
import type { EventDelivery } from './event-delivery';
import type { Holding } from './holding';
import type { Ending, FlowListener } from './outcome';
import type { Statistics } from './statistics';

/** One object for all events of a topic. */
export interface TopicOutputs<Content> {
  /** Puts the event into the flow; `listener` is told when that has ended. */
  send(delivery: EventDelivery<Content>, listener: FlowListener): void;
  /**
   * Puts it out by output 2, likewise: the last attempt failed for `reason`, or without a reason it is
   * an event that nobody can use.
   */
  giveUp(
    delivery: EventDelivery<Content>,
    reason: string | undefined,
    listener: FlowListener,
  ): void;
  /** An attempt failed: the event goes back to the queue after `delay` milliseconds. */
  retrying(delivery: EventDelivery<Content>, reason: string, delay: number): void;
  /** The deadline has passed: says why, in words that name who holds the event. */
  timedOut(deliveryId: string): string;
  /** Whether only nodes have it that hold it on purpose: a Delay, a Join. */
  isHeldOnPurpose(deliveryId: string): boolean;
  /** It is decided: nobody wants to know any more how the flow goes on with it. */
  forget(deliveryId: string): void;
}

export interface TopicDeliveriesOptions<Content> {
  readonly outputs: TopicOutputs<Content>;
  readonly attempts: Attempts;
  readonly statistics: Statistics;
  /** Holds the topic while its flow fails at everything; without it, it never holds. */
  readonly holding?: Holding<Content> | undefined;
  /** How deliveries ended, over all topics of a consumer. */
  readonly ended: RecentMap<string, Ending>;
  /** milliseconds a flow may take */
  readonly deadline: number;
  readonly clock: Clock;
}
