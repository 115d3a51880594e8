/**
 * Tells when a flow has finished with an event: when every node that received it has.
 *
 * Node-RED's runtime hooks report each hand-over and each completion. An event is followed by its
 * delivery id, which survives Split and copies, or by its `_msgid`, which survives a Function that
 * returns a fresh object. It counts as held by a node from the hand-over until the node completes.
 * Nodes that never call `done` (Switch, Filter, a subflow) complete a few turns of the event loop
 * after their handler has run; see `QuietNodes`.
 */
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { FlowHooks, type FlowObserver } from './hooks';
import type { Completion, HandOver, RuntimeMessage } from './messages';
import { QuietNodes } from './quiet-nodes';

/** How a flow came to its end: `cut-off` = a deploy stopped nodes before they were done with the event. */
export type FlowEnd = 'finished' | 'cut-off' | { readonly failure: string };

/** An event that is on its way through the flow. */
interface Followed {
  readonly deliveryId: string;
  readonly messageId: string;
  /** Hand-overs and receipts that have not completed, over all nodes. */
  open: number;
  /** The nodes that have or had it, few enough to look through. */
  holders: Holder[];
  /** Errors that no Catch node took, by the node that reported them; most events have none. */
  failures: Map<string, string> | undefined;
  isCutOff: boolean;
  timers: Set<NodeJS.Timeout> | undefined;
  onEnd: ((end: FlowEnd) => void) | undefined;
}

interface Holder {
  readonly node: Node;
  /** Handed over and not yet received. */
  inTransit: number;
  open: number;
  /** How often the node has completed the event. */
  completed: number;
}

/**
 * Milliseconds that a node has to call `done` after it reported an error of the event. Some never do:
 * Change when its expression fails, Link call when no answer comes.
 */
const PATIENCE_AFTER_ERROR = 1_000;

export class FlowCompletion {
  readonly #byDelivery = new Map<string, Followed>();
  readonly #byMessage = new Map<string, Followed>();
  readonly #quietNodes = new QuietNodes();
  readonly #hooks: FlowHooks;

  /** `label` sets these hooks apart from those of others. */
  constructor(
    private readonly RED: NodeAPI,
    label: string,
  ) {
    this.#hooks = new FlowHooks(RED, label, this.#observer());
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
   * Follows a message that `send` puts into the flow. `onEnd` is called once, when no node has the
   * event any longer. With nothing wired it is called after one turn of the event loop.
   */
  follow(
    message: NodeMessage,
    deliveryId: string,
    send: () => void,
    onEnd: (end: FlowEnd) => void,
  ): void {
    message._msgid ??= this.RED.util.generateId();
    const followed: Followed = {
      deliveryId,
      messageId: message._msgid,
      // held by the sender until it is sent
      open: 1,
      holders: [],
      failures: undefined,
      isCutOff: false,
      timers: undefined,
      onEnd,
    };
    this.#byDelivery.set(deliveryId, followed);
    this.#byMessage.set(followed.messageId, followed);
    send();
    this.#done(followed);
  }

  /** The nodes that hold the event now, by name. */
  holders(deliveryId: string): string[] {
    const holders = this.#byDelivery.get(deliveryId)?.holders ?? [];
    return holders.filter(({ open }) => open > 0).map(({ node }) => nameOf(node));
  }

  /** Nobody wants to know any more. */
  forget(deliveryId: string): void {
    const followed = this.#byDelivery.get(deliveryId);
    if (!followed) return;
    this.#byDelivery.delete(deliveryId);
    this.#byMessage.delete(followed.messageId);
    for (const timer of followed.timers ?? []) clearTimeout(timer);
    // what has left a Map may be referred to by its outgrown tables for long; see OpenDeliveries
    followed.holders = [];
    followed.failures = undefined;
    followed.onEnd = undefined;
  }

  #observer(): FlowObserver {
    return {
      handedOver: (event) => this.#handedOver(event),
      received: (event, isStopped) => this.#received(event, isStopped),
      handled: (event) => this.#handled(event),
      completed: (event, isClosing) => this.#completed(event, isClosing),
      reported: (node, message, error) => this.#reported(node, message, error),
      dropped: ({ msg }) => this.#cutOff(this.#find(msg)),
    };
  }

  #find(message: RuntimeMessage | undefined): Followed | undefined {
    const id = message?.delivery?.id;
    const byDelivery = typeof id === 'string' ? this.#byDelivery.get(id) : undefined;
    if (byDelivery || message?._msgid === undefined) return byDelivery;
    return this.#byMessage.get(message._msgid);
  }

  #handedOver({ msg, destination }: HandOver): void {
    const followed = this.#find(msg);
    if (!followed) return;
    const holder = this.#holder(followed, destination);
    holder.inTransit += 1;
    holder.open += 1;
    followed.open += 1;
  }

  #received({ msg, destination }: HandOver, isStopped: boolean): void {
    const followed = this.#find(msg);
    if (!followed) return;
    const holder = this.#holder(followed, destination);
    if (holder.inTransit > 0) {
      holder.inTransit -= 1;
    } else {
      // Catch, Complete, Status and called Link nodes receive directly, without a hand-over.
      holder.open += 1;
      followed.open += 1;
    }
    // A Catch node receives in the turn in which the node reports its error.
    const failed = destination.node.type === 'catch' ? msg.error?.source?.id : undefined;
    if (failed !== undefined) followed.failures?.delete(failed);
    if (isStopped) this.#cutOff(followed);
  }

  #handled({ msg, destination }: HandOver): void {
    if (destination.node._expectedDoneCount) return;
    const followed = this.#find(msg);
    if (!followed) return;
    this.#quietNodes.handled(destination.id, () => this.#complete(followed, destination.id));
  }

  #completed({ msg, error, node }: Completion, isClosing: boolean): void {
    const followed = this.#find(msg);
    if (!followed) return;
    // It did not do its work: it lets go of what it had.
    if (isClosing) this.#cutOff(followed);
    if (error) fail(followed, node.node, error);
    this.#complete(followed, node.id);
  }

  #reported(node: Node, message: RuntimeMessage, error: unknown): void {
    const followed = this.#find(message);
    const holder = followed && findHolder(followed, node.id);
    if (!followed || !holder) return;
    fail(followed, node, error);
    const { completed } = holder;
    const timer = setTimeout(() => {
      followed.timers?.delete(timer);
      if (holder.completed === completed) this.#complete(followed, node.id);
    }, PATIENCE_AFTER_ERROR);
    followed.timers ??= new Set();
    followed.timers.add(timer);
  }

  #cutOff(followed: Followed | undefined): void {
    if (followed) followed.isCutOff = true;
  }

  #complete(followed: Followed, nodeId: string): void {
    const holder = findHolder(followed, nodeId);
    // a node that calls `done` twice must not complete for another one
    if (!holder || holder.open <= holder.inTransit) return;
    holder.open -= 1;
    holder.completed += 1;
    this.#done(followed);
  }

  #done(followed: Followed): void {
    followed.open -= 1;
    if (followed.open > 0) return;
    // One turn later, so that a Catch or Complete node can take over.
    setImmediate(() => {
      if (followed.open > 0 || this.#byDelivery.get(followed.deliveryId) !== followed) return;
      const { onEnd } = followed;
      const end = endOf(followed);
      this.forget(followed.deliveryId);
      onEnd?.(end);
    });
  }

  #holder(followed: Followed, { id, node }: HandOver['destination']): Holder {
    const known = findHolder(followed, id);
    if (known) return known;
    this.#hooks.watchErrorsOf(node);
    const holder = { node, inTransit: 0, open: 0, completed: 0 };
    followed.holders.push(holder);
    return holder;
  }
}

function findHolder({ holders }: Followed, nodeId: string): Holder | undefined {
  return holders.find(({ node }) => node.id === nodeId);
}

function fail(followed: Followed, node: Node, error: unknown): void {
  followed.failures ??= new Map();
  followed.failures.set(node.id, `${nameOf(node)}: ${textOf(error)}`);
}

function endOf({ isCutOff, failures }: Followed): FlowEnd {
  if (isCutOff) return 'cut-off';
  const [failure] = failures?.values() ?? [];
  return failure === undefined ? 'finished' : { failure };
}

function nameOf(node: Node): string {
  return `${node.name || node.type} (${node.id})`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
