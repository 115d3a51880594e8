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
import { QuietNodes } from './quiet-nodes';

/** An event that is on its way through the flow. */
interface Followed {
  readonly deliveryId: string;
  readonly messageId: string;
  /** Hand-overs and receipts that have not completed, over all nodes. */
  open: number;
  readonly holders: Map<string, Holder>;
  /** Errors that no Catch node took, by the node that reported them. */
  readonly failures: Map<string, string>;
  readonly onFinished: (failure: string | undefined) => void;
}

interface Holder {
  readonly node: RuntimeNode;
  /** Handed over and not yet received. */
  inTransit: number;
  open: number;
}

/** What the runtime knows of a node beyond its public interface. */
interface RuntimeNode extends Node {
  /** How many of its input handlers call `done`. */
  readonly _expectedDoneCount?: number;
  readonly _inputCallback?: unknown;
  readonly _inputCallbacks?: unknown;
}

interface RuntimeMessage {
  readonly _msgid?: string;
  readonly delivery?: { readonly id?: unknown };
  readonly error?: { readonly source?: { readonly id?: string } };
}

interface HandOver {
  readonly msg: RuntimeMessage;
  readonly destination: { readonly id: string; readonly node: RuntimeNode };
}

interface Completion {
  readonly msg: RuntimeMessage;
  readonly error?: unknown;
  readonly node: { readonly id: string; readonly node: RuntimeNode };
}

/** What the published types of Node-RED say more narrowly than the runtime does. */
interface Hooks {
  add(name: string, handler: (event: never) => void): void;
  remove(name: string): void;
}

const CUT_OFF = 'the flow was deployed anew while the event was in it';

export class FlowCompletion {
  readonly #byDelivery = new Map<string, Followed>();
  readonly #byMessage = new Map<string, Followed>();
  readonly #quietNodes = new QuietNodes();
  readonly #hooks: Hooks;
  readonly #label: string;
  #users = 0;
  #deploying = false;

  /** `label` sets these hooks apart from those of others. */
  constructor(
    private readonly RED: NodeAPI,
    label: string,
  ) {
    this.#hooks = RED.hooks as unknown as Hooks;
    this.#label = label;
  }

  /** Hooks cost every flow a little, so they are there only while somebody needs them. */
  use(): void {
    this.#users += 1;
    if (this.#users > 1) return;
    const { settings, events } = this.RED;
    // Where messages are delivered synchronously, `postDeliver` comes after the receipt.
    const handOver = settings['runtimeSyncDelivery' as never] ? 'preDeliver' : 'postDeliver';
    this.#add(handOver, (event: HandOver) => this.#handedOver(event));
    this.#add('onReceive', (event: HandOver) => this.#received(event));
    this.#add('postReceive', (event: HandOver) => this.#handled(event));
    this.#add('onComplete', (event: Completion) => this.#completed(event));
    events.on('flows:stopping', this.#deployBegins);
    events.on('flows:started', this.#deployEnds);
  }

  /** The counterpart of `use`. */
  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    const { events } = this.RED;
    events.off('flows:stopping', this.#deployBegins);
    events.off('flows:started', this.#deployEnds);
    this.#hooks.remove(`*.${this.#label}`);
  }

  /**
   * Follows a message that `send` puts into the flow. `onFinished` is called once: with undefined
   * when every node has finished, or with the error that nobody caught. With nothing wired it is
   * called after one turn of the event loop.
   */
  follow(
    message: NodeMessage,
    deliveryId: string,
    send: () => void,
    onFinished: (failure: string | undefined) => void,
  ): void {
    message._msgid ??= this.RED.util.generateId();
    const followed: Followed = {
      deliveryId,
      messageId: message._msgid,
      // held by the sender until it is sent
      open: 1,
      holders: new Map(),
      failures: new Map(),
      onFinished,
    };
    this.#byDelivery.set(deliveryId, followed);
    this.#byMessage.set(followed.messageId, followed);
    send();
    this.#done(followed);
  }

  /** The nodes that hold the event now, by name. */
  holders(deliveryId: string): string[] {
    const holders = this.#byDelivery.get(deliveryId)?.holders.values() ?? [];
    return [...holders].filter(({ open }) => open > 0).map(({ node }) => nameOf(node));
  }

  /** Nobody wants to know any more. */
  forget(deliveryId: string): void {
    const followed = this.#byDelivery.get(deliveryId);
    if (!followed) return;
    this.#byDelivery.delete(deliveryId);
    this.#byMessage.delete(followed.messageId);
  }

  #add<Event>(name: string, handler: (event: Event) => void): void {
    this.#hooks.add(`${name}.${this.#label}`, handler as (event: never) => void);
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
    const holder = holderOf(followed, destination.id, destination.node);
    holder.inTransit += 1;
    holder.open += 1;
    followed.open += 1;
  }

  #received({ msg, destination }: HandOver): void {
    const followed = this.#find(msg);
    if (!followed) return;
    const { node } = destination;
    const holder = holderOf(followed, destination.id, node);
    if (holder.inTransit > 0) {
      holder.inTransit -= 1;
    } else {
      // Catch, Complete, Status and called Link nodes receive directly, without a hand-over.
      holder.open += 1;
      followed.open += 1;
    }
    // A Catch node receives in the turn in which the node reports its error.
    const failed = node.type === 'catch' ? msg.error?.source?.id : undefined;
    if (failed !== undefined) followed.failures.delete(failed);
    const isStopped = this.#deploying && !node._inputCallback && !node._inputCallbacks;
    if (isStopped) followed.failures.set(node.id, CUT_OFF);
  }

  #handled({ msg, destination }: HandOver): void {
    if (destination.node._expectedDoneCount) return;
    const followed = this.#find(msg);
    if (!followed) return;
    this.#quietNodes.handled(destination.id, () => this.#complete(followed, destination.id));
  }

  #completed({ msg, error, node }: Completion): void {
    const followed = this.#find(msg);
    if (!followed) return;
    if (error) followed.failures.set(node.id, `${nameOf(node.node)}: ${textOf(error)}`);
    this.#complete(followed, node.id);
  }

  #complete(followed: Followed, nodeId: string): void {
    const holder = followed.holders.get(nodeId);
    // a node that calls `done` twice must not complete for another one
    if (!holder || holder.open <= holder.inTransit) return;
    holder.open -= 1;
    this.#done(followed);
  }

  #done(followed: Followed): void {
    followed.open -= 1;
    if (followed.open > 0) return;
    // One turn later, so that a Catch or Complete node can take over.
    setImmediate(() => {
      if (followed.open > 0 || this.#byDelivery.get(followed.deliveryId) !== followed) return;
      this.forget(followed.deliveryId);
      const [failure] = followed.failures.values();
      followed.onFinished(failure);
    });
  }

  /** Node-RED drops without a word what is sent to a node that a deploy has stopped. */
  readonly #deployBegins = () => {
    this.#deploying = true;
    this.#hooks.remove(`preRoute.${this.#label}`);
    this.#add('preRoute', ({ msg, destination }: HandOver) => {
      if (this.RED.nodes.getNode(destination.id)) return;
      this.#find(msg)?.failures.set(destination.id, CUT_OFF);
    });
  };

  readonly #deployEnds = () => {
    this.#deploying = false;
    this.#hooks.remove(`preRoute.${this.#label}`);
  };
}

function holderOf(followed: Followed, id: string, node: RuntimeNode): Holder {
  const known = followed.holders.get(id);
  if (known) return known;
  const holder = { node, inTransit: 0, open: 0 };
  followed.holders.set(id, holder);
  return holder;
}

function nameOf(node: Node): string {
  return `${node.name || node.type} (${node.id})`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
