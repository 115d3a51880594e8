/**
 * Tells when a flow has finished with an event: when every node that received it has.
 *
 * Node-RED's runtime hooks report each hand-over and each completion. A message belongs to an event by
 * its delivery id, which survives Split and copies, or by its `_msgid`, which survives a Function that
 * returns a fresh object; both are the delivery's id. The event counts as held by a node from the
 * hand-over until the node completes. Nodes that never call `done` (Switch, Filter, a subflow) complete
 * a few turns of the event loop after their handler has run; see `QuietNodes`.
 */
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { FlowListener } from '../../../src/delivery/outcome';
import type { Clock } from '../../../src/time/clock';
import { FlowHooks, type FlowObserver } from './hooks';
import type { Completion, HandOver, RuntimeMessage, RuntimeNode } from './messages';
import { QuietNodes } from './quiet-nodes';
import { type NodeHold, TrackedEvent } from './tracked-event';

/**
 * Milliseconds that a node has to call `done` after it reported an error of the event. Some never do:
 * Change when its expression fails, Link call when no answer comes.
 */
const PATIENCE_AFTER_ERROR = 1_000;

/** Sets these hooks apart from those of others. */
const LABEL = 'invers';

export class FlowCompletion implements FlowObserver {
  /** By delivery id. */
  readonly #events = new Map<string, TrackedEvent>();
  /** No node has had them since this turn of the event loop. */
  #closed: TrackedEvent[] = [];
  readonly #quietNodes: QuietNodes;
  readonly #hooks: FlowHooks;

  constructor(
    RED: NodeAPI,
    private readonly clock: Clock,
    /** Runs its work in the next turn of the event loop. */
    private readonly soon: (work: () => void) => void = setImmediate,
  ) {
    this.#hooks = new FlowHooks(RED, LABEL, this);
    this.#quietNodes = new QuietNodes(soon);
  }

  /** To be called before the first event is followed. */
  use(): void {
    this.#hooks.use();
  }

  /** The counterpart of `use`. */
  release(): void {
    this.#hooks.release();
  }

  /**
   * Follows a message from before it is sent. `listener` is told once, when no node has the event any
   * longer. `sent` must follow; with nothing wired the flow ends one turn of the event loop later.
   */
  follow(message: NodeMessage, deliveryId: string, listener: FlowListener): void {
    message._msgid = deliveryId;
    this.#events.set(deliveryId, new TrackedEvent(deliveryId, listener));
  }

  /** The message that is followed was sent. */
  sent(deliveryId: string): void {
    const event = this.#events.get(deliveryId);
    if (event) this.#closeOne(event);
  }

  /** The nodes that hold the event now, by name. */
  holders(deliveryId: string): string[] {
    return this.#events.get(deliveryId)?.holders() ?? [];
  }

  /** Nobody wants to know any more. */
  forget(deliveryId: string): void {
    const event = this.#events.get(deliveryId);
    if (!event) return;
    this.#events.delete(deliveryId);
    event.release();
  }

  handedOver({ msg, destination }: HandOver): void {
    const event = this.#find(msg);
    if (!event) return;
    const hold = this.#holdOf(event, destination.node);
    hold.inTransit += 1;
    hold.open += 1;
    event.open += 1;
  }

  received({ msg, destination }: HandOver, isStopped: boolean): void {
    const event = this.#find(msg);
    if (!event) return;
    const hold = this.#holdOf(event, destination.node);
    if (hold.inTransit > 0) {
      hold.inTransit -= 1;
    } else {
      // Catch, Complete, Status and called Link nodes receive directly, without a hand-over.
      hold.open += 1;
      event.open += 1;
    }
    // A Catch node receives in the turn in which the node reports its error.
    const failed = destination.node.type === 'catch' ? msg.error?.source?.id : undefined;
    if (failed !== undefined) event.caught(failed);
    if (isStopped) event.isCutOff = true;
  }

  handled({ msg, destination }: HandOver): void {
    if (destination.node._expectedDoneCount) return;
    const event = this.#find(msg);
    if (!event) return;
    this.#quietNodes.handled(destination.id, () => this.#complete(event, destination.id));
  }

  completed({ msg, error, node }: Completion, isClosing: boolean): void {
    const event = this.#find(msg);
    if (!event) return;
    // It did not do its work: it lets go of what it had.
    if (isClosing) event.isCutOff = true;
    if (error) event.fail(node.node, error);
    this.#complete(event, node.id);
  }

  reported(node: Node, message: RuntimeMessage, error: unknown): void {
    const event = this.#find(message);
    const hold = event?.holdOf(node.id);
    if (!event || !hold) return;
    event.fail(node, error);
    const { completed } = hold;
    const remove = event.addTimer(
      this.clock.after(PATIENCE_AFTER_ERROR, () => {
        remove();
        if (hold.completed === completed) this.#complete(event, node.id);
      }),
    );
  }

  dropped({ msg }: HandOver): void {
    const event = this.#find(msg);
    if (event) event.isCutOff = true;
  }

  #find(message: RuntimeMessage | undefined): TrackedEvent | undefined {
    const id = message?.delivery?.id;
    const event = typeof id === 'string' ? this.#events.get(id) : undefined;
    if (event || message?._msgid === undefined) return event;
    return this.#events.get(message._msgid);
  }

  #complete(event: TrackedEvent, nodeId: string): void {
    const hold = event.holdOf(nodeId);
    // a node that calls `done` twice must not complete for another one
    if (!hold || hold.open <= hold.inTransit) return;
    hold.open -= 1;
    hold.completed += 1;
    this.#closeOne(event);
  }

  #closeOne(event: TrackedEvent): void {
    event.open -= 1;
    if (event.open > 0) return;
    // One turn later, so that a Catch or Complete node can take over.
    if (this.#closed.push(event) === 1) this.soon(this.#endClosed);
  }

  readonly #endClosed = (): void => {
    const closed = this.#closed;
    this.#closed = [];
    for (const event of closed) {
      const { deliveryId, listener } = event;
      if (event.open > 0 || this.#events.get(deliveryId) !== event) continue;
      const outcome = event.outcome();
      this.forget(deliveryId);
      listener?.flowEnded(deliveryId, outcome);
    }
  };

  #holdOf(event: TrackedEvent, node: RuntimeNode): NodeHold {
    const known = event.holdOf(node.id);
    if (known) return known;
    this.#hooks.watchErrorsOf(node);
    return event.addHold(node);
  }
}
