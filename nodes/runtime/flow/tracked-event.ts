/** One event on its way through a flow: which nodes have it, and what went wrong. */
import type { Node } from 'node-red';
import type { FlowListener, Outcome } from '../../../src/delivery/outcome';

/** What one node has of an event, over all its copies and parts. */
export interface NodeHold {
  readonly node: Node;
  /** Handed over and not yet received. */
  inTransit: number;
  /** Handed over or received, and not completed. */
  open: number;
  /** How often the node has completed the event. */
  completed: number;
}

export class TrackedEvent {
  /** Over all nodes; the sender itself holds the event until it is sent. */
  open = 1;
  isCutOff = false;
  /** Few enough to look through. */
  #holds: NodeHold[] = [];
  /** Errors that no Catch node took, by the node that reported them; most events have none. */
  #failures: Map<string, string> | undefined;
  #timers: Set<() => void> | undefined;

  constructor(
    readonly deliveryId: string,
    public listener: FlowListener | undefined,
  ) {}

  holdOf(nodeId: string): NodeHold | undefined {
    for (const hold of this.#holds) if (hold.node.id === nodeId) return hold;
    return undefined;
  }

  addHold(node: Node): NodeHold {
    const hold = { node, inTransit: 0, open: 0, completed: 0 };
    this.#holds.push(hold);
    return hold;
  }

  /** The nodes that have it now, by name. */
  holders(): string[] {
    return this.#holds.filter(({ open }) => open > 0).map(({ node }) => nameOf(node));
  }

  fail(node: Node, error: unknown): void {
    this.#failures ??= new Map();
    this.#failures.set(node.id, `${nameOf(node)}: ${textOf(error)}`);
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

  /** `cancel` is called when the event is forgotten; the returned function takes it out again. */
  addTimer(cancel: () => void): () => void {
    this.#timers ??= new Set();
    this.#timers.add(cancel);
    return () => this.#timers?.delete(cancel);
  }

  /** Nobody wants to know any more: stops its timers, and refers to nothing (see EventDelivery.release). */
  release(): void {
    for (const cancel of this.#timers ?? []) cancel();
    this.listener = undefined;
    this.#holds = NOTHING;
    this.#failures = undefined;
    this.#timers = undefined;
  }
}

const ACKNOWLEDGE: Outcome = { kind: 'acknowledge' };
const NOTHING: NodeHold[] = [];

function nameOf(node: Node): string {
  return `${node.name || node.type} (${node.id})`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
