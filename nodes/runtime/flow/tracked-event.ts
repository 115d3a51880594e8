/** One event on its way through a flow: which nodes have it, what went wrong, and what was made of it together with others. */
import type { FlowListener, Outcome } from '../../../src/delivery/outcome';
import type { RuntimeMessage, RuntimeNode } from './messages';

/** What is known of a node over all events. */
export interface HoldingNode {
  readonly node: RuntimeNode;
  /** Messages of events that are followed, received and not completed. */
  received: number;
}

/** What one node has of an event, over all its copies and parts. */
export interface NodeHold {
  readonly nodeId: string;
  /** Sent to the node and not yet received: there, or in a hook of somebody else. */
  inTransit: number;
  /** What the node has received and not completed: the very objects, by which a `done` is recognised. */
  readonly messages: RuntimeMessage[];
  /** Known from the first receipt on. */
  record: HoldingNode | undefined;
}

export class TrackedEvent {
  /** Messages that are in transit or with a node, over all nodes; the sender holds one until it has sent. */
  open = 1;
  isCutOff = false;
  /** It is in the list of those that no node has any more. */
  isClosed = false;
  listener: FlowListener | undefined;
  /** Few enough to look through. */
  #holds: NodeHold[] = [];
  /** Errors that no Catch node took, by the node that reported them; most events have none. */
  #failures: Map<string, string> | undefined;
  #timers: Set<() => void> | undefined;
  /** Events that end no earlier than this one, and only as well: parts of a group that bears its id. */
  #riders: TrackedEvent[] | undefined;
  /** How many such events it waits for itself. */
  #carriers = 0;

  constructor(
    readonly deliveryId: string,
    listener: FlowListener,
  ) {
    this.listener = listener;
  }

  /** No node has it, nor what was made of it together with others. */
  get isOver(): boolean {
    return this.open <= 0 && this.#carriers === 0;
  }

  /** Nobody wants to know any more. */
  get isForgotten(): boolean {
    return this.listener === undefined;
  }

  get holds(): readonly NodeHold[] {
    return this.#holds;
  }

  holdOf(nodeId: string): NodeHold | undefined {
    for (const hold of this.#holds) if (hold.nodeId === nodeId) return hold;
    return undefined;
  }

  /** The hold of the node, which may be one that holds nothing yet. */
  openHold(nodeId: string): NodeHold {
    const known = this.holdOf(nodeId);
    if (known) return known;
    const hold: NodeHold = { nodeId, inTransit: 0, messages: [], record: undefined };
    this.#holds.push(hold);
    return hold;
  }

  fail(node: Pick<RuntimeNode, 'id' | 'name' | 'type'>, error: unknown): void {
    this.failFor(node.id, `${nameOf(node)}: ${textOf(error)}`);
  }

  failFor(cause: string, reason: string): void {
    this.#failures ??= new Map();
    this.#failures.set(cause, reason);
  }

  /** A Catch node has taken what the node reported. */
  caught(nodeId: string): void {
    this.#failures?.delete(nodeId);
  }

  /** How the flow has ended, once no node has the event any longer. */
  outcome(): Outcome {
    if (this.isCutOff) return { kind: 'cut-off' };
    const [reason] = this.#failures?.values() ?? [];
    return reason === undefined ? ACKNOWLEDGE : { kind: 'fail', reason };
  }

  /** What was made of this event bears the id of `carrier`: it ends when that one has ended. */
  rideOn(carrier: TrackedEvent): void {
    if (carrier === this || carrier.#riders?.includes(this)) return;
    carrier.#riders ??= [];
    carrier.#riders.push(this);
    this.#carriers += 1;
  }

  /** Hands its end on to those that ride on it, and returns those that are over by that. */
  endRiders(outcome: Outcome): TrackedEvent[] {
    const riders = this.#riders ?? [];
    this.#riders = undefined;
    for (const rider of riders) {
      rider.#carriers -= 1;
      if (outcome.kind === 'cut-off') rider.isCutOff = true;
      if (outcome.kind === 'fail') {
        rider.failFor(this.deliveryId, `what was made of it with others failed: ${outcome.reason}`);
      }
    }
    return riders.filter((rider) => rider.isOver);
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
  }
}

const ACKNOWLEDGE: Outcome = { kind: 'acknowledge' };
const NOTHING: NodeHold[] = [];

export function nameOf({ id, name, type }: Pick<RuntimeNode, 'id' | 'name' | 'type'>): string {
  return `${name || type} (${id})`;
}

/** Errors come as texts, as Errors, and from JSONata as objects with a message. */
function textOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { message } = error as { message?: unknown };
  return typeof message === 'string' ? message : JSON.stringify(error);
}
