/** One event, or what was made of several, on its way through a flow: which nodes have it, and what went wrong. */
import type { Failure, FlowListener, Outcome } from '../../../src/delivery/outcome';
import { errorText } from '../../../src/errors/error-text';
import { nameOf, type RuntimeMessage, type RuntimeNode } from './messages';

/** Never written to. */
const NO_MESSAGES: RuntimeMessage[] = [];
const NOTHING: NodeHold[] = [];
const NO_GROUPS: TrackedEvent[] = [];

/** A group has no delivery: its end concerns its members alone. */
const NOBODY: FlowListener = { flowEnded: () => undefined };

/** What is known of a node over all events. */
export interface HoldingNode {
  readonly node: RuntimeNode;
  /** Messages of events that are followed, received and not completed. */
  received: number;
}

/** What one node has of an event, over all its copies and parts. */
export class NodeHold {
  /** Sent to the node and not yet received: there, or in a hook of somebody else. */
  inTransit = 0;
  /** Known from the first receipt on. */
  record: HoldingNode | undefined;
  #messages: RuntimeMessage[] = NO_MESSAGES;

  constructor(readonly nodeId: string) {}

  /** What the node has received and not completed: the very objects, by which a `done` is recognised. */
  get messages(): readonly RuntimeMessage[] {
    return this.#messages;
  }

  add(message: RuntimeMessage): void {
    // an array that grows from nothing makes room for many, and there is mostly one
    if (this.#messages.length === 0) this.#messages = [message];
    else this.#messages.push(message);
  }

  remove(message: RuntimeMessage): void {
    if (this.#messages.length === 1) this.#messages = NO_MESSAGES;
    else this.#messages.splice(this.#messages.indexOf(message), 1);
  }
}

export class TrackedEvent {
  /** Messages that are in transit or with a node, over all nodes; the sender holds one until it has sent. */
  open = 1;
  isCutOff = false;
  listener: FlowListener | undefined;
  /** Few enough to look through. */
  #holds: NodeHold[] = NOTHING;
  /** Errors that no Catch node took, by the node that reported them; most events have none. */
  #failures: Map<string, Failure> | undefined;
  #timers: Set<() => void> | undefined;
  /** Of a group: the events that it was made of. They end no earlier than it, and no better. */
  #members: TrackedEvent[] | undefined;
  /** The groups that were made of this event and have not ended. */
  #groups: TrackedEvent[] = NO_GROUPS;

  constructor(
    /** Of an event its delivery's id, of a group an id of its own. */
    readonly id: string,
    listener: FlowListener,
  ) {
    this.listener = listener;
  }

  static group(id: string): TrackedEvent {
    return new TrackedEvent(id, NOBODY);
  }

  get isGroup(): boolean {
    return this.listener === NOBODY;
  }

  /** Of a group: all that it was made of have left it. */
  get isEmpty(): boolean {
    return this.#members?.length === 0;
  }

  /** No node has it, nor what was made of it together with others. */
  get isOver(): boolean {
    return this.open <= 0 && this.#groups.length === 0;
  }

  /** Nobody wants to know any more. */
  get isForgotten(): boolean {
    return this.listener === undefined;
  }

  /** What nodes have now of it, and of the groups that were made of it. */
  get openHolds(): NodeHold[] {
    const own = this.#holds.filter(({ inTransit, messages }) => inTransit + messages.length > 0);
    return [...own, ...this.#groups.flatMap(({ openHolds }) => openHolds)];
  }

  holdOf(nodeId: string): NodeHold | undefined {
    for (const hold of this.#holds) if (hold.nodeId === nodeId) return hold;
    return undefined;
  }

  /** The hold of the node, which may be one that holds nothing yet. */
  openHold(nodeId: string): NodeHold {
    const known = this.holdOf(nodeId);
    if (known) return known;
    const hold = new NodeHold(nodeId);
    if (this.#holds.length === 0) this.#holds = [hold];
    else this.#holds.push(hold);
    return hold;
  }

  fail(node: Pick<RuntimeNode, 'id' | 'name' | 'type'>, error: unknown): void {
    this.failFor(node.id, `${nameOf(node)}: ${errorText(error)}`);
  }

  /** `work`: see `Failure`. */
  failFor(cause: string, reason: string, work?: string): void {
    this.#failures ??= new Map();
    this.#failures.set(cause, { kind: 'fail', reason, work });
  }

  /** A Catch node has taken what the node reported. */
  caught(nodeId: string): void {
    this.#failures?.delete(nodeId);
  }

  /** How the flow has ended, once no node has the event any longer. */
  outcome(): Outcome {
    if (this.isCutOff) return { kind: 'cut-off' };
    const [failure] = this.#failures?.values() ?? [];
    return failure ?? ACKNOWLEDGE;
  }

  /** Something was made of this event, together with others. */
  join(group: TrackedEvent): void {
    if (group.isForgotten) {
      // it was decided in this very turn, and nobody learns how that ends which was made of it
      this.isCutOff = true;
      return;
    }
    group.#members ??= [];
    group.#members.push(this);
    this.#groups = [...this.#groups, group];
  }

  /** A group may have been made of groups. */
  isIn(group: TrackedEvent): boolean {
    return this.#groups.some((each) => each === group || each.isIn(group));
  }

  /** It ends without what was made of it and others; returns those groups. */
  leaveGroups(): readonly TrackedEvent[] {
    const groups = this.#groups;
    this.#groups = NO_GROUPS;
    for (const group of groups) group.#members = group.#members?.filter((each) => each !== this);
    return groups;
  }

  /** Hands the end of a group on to its members, and returns those that are over by that. */
  endMembers(outcome: Outcome): TrackedEvent[] {
    const members = this.#members ?? [];
    this.#members = undefined;
    for (const member of members) {
      member.#groups = member.#groups.filter((group) => group !== this);
      if (outcome.kind === 'cut-off') member.isCutOff = true;
      if (outcome.kind === 'fail') member.failFor(this.id, outcome.reason, outcome.work ?? this.id);
    }
    return members.filter((member) => member.isOver);
  }

  /** `cancel` is called when the event is forgotten; the returned function takes it out again. */
  addTimer(cancel: () => void): () => void {
    this.#timers ??= new Set();
    this.#timers.add(cancel);
    return () => this.#timers?.delete(cancel);
  }

  /** Stops its timers, and refers to nothing (see EventDelivery.release). */
  release(): void {
    for (const cancel of this.#timers ?? []) cancel();
    for (const { record, messages } of this.#holds) if (record) record.received -= messages.length;
    this.listener = undefined;
    this.#holds = NOTHING;
    this.#failures = undefined;
    this.#timers = undefined;
    this.#groups = NO_GROUPS;
  }
}

const ACKNOWLEDGE: Outcome = { kind: 'acknowledge' };
