/**
 * Nodes that never say when they are done with a message. Of core's own it is known: Filter and a
 * subflow work at once, and Switch sends once for each message. Of others it is a guess.
 */
import type { RuntimeMessage, RuntimeNode } from './messages';
import { type Complete, SwitchNodes } from './switch-nodes';

/** Turns of the event loop that a node of somebody else gets, after its handler has run. */
const TURNS_BEHIND = 3;

export class QuietNodes {
  /** What nodes that work at once, or in a few turns, are working on. */
  readonly #working = new WeakMap<RuntimeMessage, Complete>();
  readonly #switches: SwitchNodes;

  /** `soon` runs its work in the next turn of the event loop. */
  constructor(private readonly soon: (work: () => void) => void) {
    this.#switches = new SwitchNodes(soon);
  }

  /** The node is about to handle a message; `complete` is called when it has finished with it. */
  received(node: RuntimeNode, message: RuntimeMessage, complete: Complete): void {
    if (node.type === 'switch') this.#switches.received(node, message, complete);
    else this.#working.set(message, complete);
  }

  /** A message of no event that is followed: a Switch sends for it too. */
  receivedOther(node: RuntimeNode, message: RuntimeMessage): void {
    if (node.type === 'switch') this.#switches.receivedOther(node, message);
  }

  /** The node's handler has run. */
  handled(node: RuntimeNode, message: RuntimeMessage): void {
    const complete = this.#working.get(message);
    if (!complete) return;
    this.#working.delete(message);
    if (node.type === 'rbe' || node.type.startsWith('subflow')) complete(false);
    else this.#afterTurns(TURNS_BEHIND, () => complete(false));
  }

  #afterTurns(turns: number, work: () => void): void {
    this.soon(turns > 1 ? () => this.#afterTurns(turns - 1, work) : work);
  }
}
