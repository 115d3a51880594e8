/**
 * Which event a message belongs to, or which group that was made of several. By this rule, in this order:
 *
 * 1. what the message carries: `_msgid`, which is the id of its event or group, and which a Function that
 *    returns a fresh object keeps; else `msg.delivery.id`, which the parts of a Split keep;
 * 2. the message object itself, as the node received it: for a node that takes the ids out of it (Split);
 * 3. the asynchronous context in which it is sent: that of the message which the node received last,
 *    through timers, promises and callbacks. What is found so gets the id, so that it carries it from here.
 *
 * A message with none of them belongs to nobody.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RuntimeMessage } from './messages';
import type { NodeHold, TrackedEvent } from './tracked-event';

export class Belonging {
  /** By their ids, groups too. */
  readonly #events = new Map<string, TrackedEvent>();
  readonly #context = new AsyncLocalStorage<TrackedEvent>();

  add(event: TrackedEvent): void {
    this.#events.set(event.id, event);
  }

  remove(event: TrackedEvent): void {
    this.#events.delete(event.id);
  }

  byId(id: string): TrackedEvent | undefined {
    return this.#events.get(id);
  }

  /** The event of a message that is being sent, received, or reported an error of. */
  of(message: RuntimeMessage): TrackedEvent | undefined {
    return this.#carriedBy(message) ?? this.#inContext();
  }

  /** The same of a message that is being sent; from now on it carries the id. */
  mark(message: RuntimeMessage): TrackedEvent | undefined {
    const event = this.of(message);
    if (event) message._msgid = event.id;
    return event;
  }

  /** Until the running code ends, and in all that it starts, what is sent belongs to this event. */
  enter(event: TrackedEvent): void {
    if (this.#context.getStore() !== event) this.#context.enterWith(event);
  }

  /** The hold of a message that a node has received, whatever the node has done to it since. */
  holdOf(
    message: RuntimeMessage,
    nodeId: string,
  ): { event: TrackedEvent; hold: NodeHold } | undefined {
    const likely = this.of(message);
    const found = likely && holding(likely, message, nodeId);
    if (found) return found;
    // the node has taken the ids out, and works for another event meanwhile
    for (const event of this.#events.values()) {
      const other = holding(event, message, nodeId);
      if (other) return other;
    }
    return undefined;
  }

  #carriedBy({ _msgid, delivery }: RuntimeMessage): TrackedEvent | undefined {
    const own = _msgid === undefined ? undefined : this.#events.get(_msgid);
    if (own || typeof delivery?.id !== 'string') return own;
    const event = this.#events.get(delivery.id);
    // a part of what was made of several bears the delivery of one of them
    const group = event && this.#inContext();
    return group && event.isIn(group) ? group : event;
  }

  #inContext(): TrackedEvent | undefined {
    const event = this.#context.getStore();
    return event?.isForgotten ? undefined : event;
  }
}

function holding(event: TrackedEvent, message: RuntimeMessage, nodeId: string) {
  const hold = event.holdOf(nodeId);
  return hold?.messages.includes(message) ? { event, hold } : undefined;
}
