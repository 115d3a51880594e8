/** The port to what a topic does with its events: puts them out, and knows how the flows go on with them. */
import type { EventDelivery } from './event-delivery';
import type { FlowListener, Outcome } from './outcome';

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
  /** Why the deadline passed, in words that name who holds the event. */
  explain(deliveryId: string): string;
  /** Whether only nodes have it that hold it on purpose: a Delay, a Join. */
  isHeldOnPurpose(deliveryId: string): boolean;
  /** It is decided: nobody wants to know any more how the flow goes on with it. */
  forget(deliveryId: string, outcome: Outcome): void;
}
