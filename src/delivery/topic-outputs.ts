/** What a topic does with its events by its outputs, as far as their deliveries ask for it. */

import type { Exhaustion } from './attempts/exhaustion';
import type { EventDelivery } from './event-delivery';
import type { FlowListener } from './outcome';

/** One object for all of its events. */
export interface TopicOutputs<Content> {
  /** Puts the event into the flow; `listener` is told when that has ended. */
  send(delivery: EventDelivery<Content>, listener: FlowListener): void;
  /**
   * Puts it out by output 2, likewise: it is not tried again, or without a reason it is an event that
   * nobody can use. With a promise it has left when that resolves; what throws or rejects goes back.
   */
  giveUp(
    delivery: EventDelivery<Content>,
    why: Exhaustion | undefined,
    listener: FlowListener,
  ): void | Promise<void>;
  /** How often it has come to output 2 and could not leave, this time included. */
  timesStuck?(delivery: EventDelivery<Content>): number;
  /** It could not leave by output 2: it goes back to the queue after `delay` milliseconds. Else told as `retrying`. */
  stuck?(delivery: EventDelivery<Content>, reason: string, delay: number): void;
  /** An attempt failed: the event goes back to the queue after `delay` milliseconds. */
  retrying(delivery: EventDelivery<Content>, reason: string, delay: number): void;
  /** Its flow was taken away under it again and again: it goes back after `rest` milliseconds. */
  cutOffAgain(delivery: EventDelivery<Content>, rest: number): void;
  /** The deadline has passed: says why, in words that name who holds the event. */
  timedOut(deliveryId: string): string;
  /** Whether only nodes have it that hold it on purpose: a Delay, a Join. */
  isHeldOnPurpose(deliveryId: string): boolean;
  /** It is decided: nobody wants to know any more how the flow goes on with it. */
  forget(deliveryId: string): void;
}
