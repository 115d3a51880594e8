/**
 * Tells when a flow has finished with an event: when every node that received it has, with all its copies
 * and parts, and with what was made of it together with others.
 *
 * A node has a message from the moment when it is sent to it until the node says `done`. Which event a
 * message belongs to is told by `Belonging`, when a node is done that never says so by `QuietNodes`, and
 * what was made of several events by `NodeRecords`.
 */
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { FlowListener, Outcome } from '../../../src/delivery/outcome';
import type { Clock } from '../../../src/time/clock';
import { Belonging } from './belonging';
import { FlowHooks, type FlowObserver } from './hooks';
import { LateEvents, type OnLate } from './late-events';
import {
  type CompleteEvent,
  callsDone,
  nameOf,
  type ReceiveEvent,
  type RuntimeMessage,
  type RuntimeNode,
  reaches,
  type SendEvent,
  takesMessages,
} from './messages';
import { type Made, NodeRecords } from './node-records';
import { QuietNodes } from './quiet-nodes';
import { type NodeHold, TrackedEvent } from './tracked-event';

/**
 * Milliseconds that a node has to call `done` after it reported an error of a message. Some never do:
 * Change when its expression fails, Link call when no answer comes.
 */
const PATIENCE_AFTER_ERROR = 1_000;

/** Nodes of the core that keep messages until others have come. */
const GATHERING_TYPES = new Set(['batch', 'join']);
/** Nodes of the core that keep messages because they were told to. */
const HOLDING_TYPES = new Set(['delay', ...GATHERING_TYPES]);

const CUT_OFF: Outcome = { kind: 'cut-off' };

export class FlowCompletion implements FlowObserver {
  /** No node has them since this turn of the event loop. */
  #closed: TrackedEvent[] = [];
  #groupCount = 0;
  readonly #late = new LateEvents();
  readonly #belonging = new Belonging();
  readonly #records = new NodeRecords((made) => this.#group(made));
  readonly #quietNodes: QuietNodes;
  readonly #hooks: FlowHooks;

  constructor(
    private readonly RED: NodeAPI,
    private readonly clock: Clock,
    /** Runs its work in the next turn of the event loop. */
    private readonly soon: (work: () => void) => void = setImmediate,
  ) {
    this.#hooks = new FlowHooks(RED, this);
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
   * longer. `leftSource` must follow; with nothing wired the flow ends one turn of the event loop later.
   */
  follow(message: NodeMessage, deliveryId: string, listener: FlowListener): void {
    message._msgid = deliveryId;
    this.#belonging.add(new TrackedEvent(deliveryId, listener));
  }

  /** The message that is followed was sent. */
  leftSource(deliveryId: string): void {
    const event = this.#belonging.byId(deliveryId);
    if (event) this.#closeOne(event);
  }

  /** The nodes that hold the event now, by name. */
  holders(deliveryId: string): string[] {
    return this.#openHolds(deliveryId).map(({ nodeId, record }) => {
      const node = record?.node ?? this.RED.nodes.getNode(nodeId);
      return node ? nameOf(node) : nodeId;
    });
  }

  /** Whether only nodes have the event that hold it on purpose: Delay, Batch, Join. */
  isHeldOnPurpose(deliveryId: string): boolean {
    const holds = this.#openHolds(deliveryId);
    return holds.length > 0 && areAllWith(HOLDING_TYPES, holds);
  }

  /** Whether no node does anything with the event before others have come: Batch, Join. */
  awaitsOthers(deliveryId: string): boolean {
    return areAllWith(GATHERING_TYPES, this.#openHolds(deliveryId));
  }

  /** `onLate` is called once, with the node's name, if the event comes out of somewhere after it was forgotten. */
  watchLate(deliveryId: string, onLate: OnLate): void {
    this.#late.watch(deliveryId, onLate);
  }

  /** Nobody wants to know any more. */
  forget(deliveryId: string): void {
    const event = this.#belonging.byId(deliveryId);
    if (event) this.#forget(event);
  }

  sent(events: readonly SendEvent[]): void {
    for (const sending of events) {
      const { msg, source, destination } = sending;
      const event = this.#belonging.mark(msg);
      if (!event) {
        this.#late.sent(msg, source.node);
        continue;
      }
      if (!reaches(source.node, destination.id)) {
        // the other node is disabled, or a deploy has stopped one of the two
        if (this.#hooks.isStopped(source.node)) event.isCutOff = true;
        continue;
      }
      event.openHold(destination.id).inTransit += 1;
      event.open += 1;
      this.#records.sent(sending, event);
    }
  }

  received({ msg, destination: { id, node } }: ReceiveEvent): void {
    const event = this.#belonging.of(msg);
    if (!event) {
      this.#quietNodes.receivedOther(node, msg);
      return;
    }
    this.#belonging.enter(event);
    const hold = event.openHold(id);
    // Catch, Complete, Status and called Link nodes receive directly, without a sending
    if (hold.inTransit > 0) hold.inTransit -= 1;
    else event.open += 1;
    const record = this.#records.of(node);
    if (hold.record !== record) {
      hold.record = record;
      this.#hooks.watchErrorsOf(node);
    }
    hold.add(msg);
    record.received += 1;
    // A Catch node receives in the turn in which the node reports its error.
    const failed = node.type === 'catch' ? msg.error?.source?.id : undefined;
    if (failed !== undefined) event.caught(failed);
    if (!takesMessages(node)) this.#refused(event, hold, node, msg);
    else if (!callsDone(node)) {
      this.#hooks.watchHandled();
      this.#quietNodes.received(node, msg, (isCutOff) => {
        if (isCutOff) event.isCutOff = true;
        this.#complete(msg, id);
      });
    }
  }

  handled({ msg, destination: { node } }: ReceiveEvent): void {
    if (!callsDone(node)) this.#quietNodes.handled(node, msg);
  }

  completed({ msg, error, node }: CompleteEvent, isClosing: boolean): void {
    const found = this.#belonging.holdOf(msg, node.id);
    // a node may call `done` twice
    if (!found) return;
    // It did not do its work: it lets go of what it had.
    if (isClosing) found.event.isCutOff = true;
    if (error) found.event.fail(node.node, error);
    this.#take(found.event, found.hold, msg, error);
  }

  reported(node: Node, message: RuntimeMessage, error: unknown): void {
    const event = this.#belonging.of(message);
    const hold = event?.holdOf(node.id);
    if (!event || !hold) return;
    event.fail(node, error);
    const had = [...hold.messages];
    const remove = event.addTimer(
      this.clock.after(PATIENCE_AFTER_ERROR, () => {
        remove();
        // some report a copy: then it is about the oldest, unless the node has been done with one since
        const { messages } = hold;
        const isDone = had.some((each) => !messages.includes(each));
        const reported = had.includes(message) ? message : isDone ? undefined : had[0];
        if (reported && messages.includes(reported)) this.#take(event, hold, reported, undefined);
      }),
    );
  }

  #forget(event: TrackedEvent): void {
    this.#belonging.remove(event);
    const groups = event.leaveGroups();
    event.release();
    this.#endMembers(event, CUT_OFF);
    // what was made of several concerns nobody once the last of them is forgotten
    for (const group of groups) if (group.isGroup && group.isEmpty) this.#forget(group);
  }

  #openHolds(deliveryId: string): NodeHold[] {
    return this.#belonging.byId(deliveryId)?.openHolds ?? [];
  }

  /** What a node has made of several events is followed by itself, and they end with it. */
  #group({ others, sent }: Made): void {
    const onTheirWay = sent.filter(({ event, sending }) => isInTransit(event, sending));
    if (onTheirWay.length === 0) {
      // delivered synchronously, it has arrived already as messages of the senders alone
      for (const { event } of sent) for (const other of others) other.join(event);
      return;
    }
    const group = TrackedEvent.group(`${sent[0]?.event.id}+${this.#groupCount++}`);
    this.#belonging.add(group);
    for (const member of new Set([...others, ...sent.map(({ event }) => event)]))
      member.join(group);
    for (const { event, sending } of onTheirWay) {
      sending.msg._msgid = group.id;
      event.openHold(sending.destination.id).inTransit -= 1;
      group.openHold(sending.destination.id).inTransit += 1;
      group.open += 1;
      this.#closeOne(event);
    }
    this.#closeOne(group);
  }

  #endMembers(group: TrackedEvent, outcome: Outcome): void {
    for (const member of group.endMembers(outcome)) this.#close(member);
  }

  /** Nobody does anything with the message: the node was never set up, or a deploy has stopped it. */
  #refused(event: TrackedEvent, hold: NodeHold, node: RuntimeNode, message: RuntimeMessage): void {
    if (this.#hooks.isStopped(node)) event.isCutOff = true;
    else
      event.fail(
        node,
        'it took no message: it is not ready yet, or its settings are wrong, so open it and look',
      );
    this.#take(event, hold, message, undefined);
  }

  #complete(message: RuntimeMessage, nodeId: string): void {
    const found = this.#belonging.holdOf(message, nodeId);
    if (found) this.#take(found.event, found.hold, message, undefined);
  }

  #take(event: TrackedEvent, hold: NodeHold, message: RuntimeMessage, error: unknown): void {
    hold.remove(message);
    if (hold.record) {
      hold.record.received -= 1;
      this.#records.completed(hold.record.node, event, error);
    }
    this.#closeOne(event);
  }

  #closeOne(event: TrackedEvent): void {
    event.open -= 1;
    if (event.open <= 0) this.#close(event);
  }

  /** One turn later, so that a Catch or Complete node can take over. */
  #close(event: TrackedEvent): void {
    if (this.#closed.push(event) === 1) this.soon(this.#endClosed);
  }

  readonly #endClosed = (): void => {
    const closed = this.#closed;
    this.#closed = [];
    for (const event of closed) {
      const { id, listener } = event;
      if (!event.isOver || event.isForgotten) continue;
      const outcome = event.outcome();
      this.#endMembers(event, outcome);
      this.#forget(event);
      listener?.flowEnded(id, outcome);
    }
  };
}

function areAllWith(types: ReadonlySet<string>, holds: readonly NodeHold[]): boolean {
  return holds.every(
    ({ inTransit, record }) =>
      inTransit === 0 && record !== undefined && types.has(record.node.type),
  );
}

function isInTransit(event: TrackedEvent, { destination }: SendEvent): boolean {
  return (event.holdOf(destination.id)?.inTransit ?? 0) > 0;
}
