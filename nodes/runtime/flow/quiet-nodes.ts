/**
 * Nodes that never say when they are done with a message, above all core's Switch: it works off its
 * messages one in a turn of the event loop and never calls `done`. Here each of them completes in the
 * same order and at the same pace, a few turns later, so that what the node sends on is seen before.
 */

/** Turns of the event loop that a message is behind the node. */
const TURNS_BEHIND = 3;

export class QuietNodes {
  readonly #queues = new Map<string, (() => void)[]>();

  /** `soon` runs its work in the next turn of the event loop. */
  constructor(private readonly soon: (work: () => void) => void = setImmediate) {}

  /** The node's handler has run for one more message; `complete` is called a little later. */
  handled(nodeId: string, complete: () => void): void {
    const queue = this.#queues.get(nodeId);
    if (queue) {
      queue.push(complete);
      return;
    }
    this.#queues.set(nodeId, [complete]);
    this.#afterTurns(TURNS_BEHIND, () => this.#next(nodeId));
  }

  #next(nodeId: string): void {
    const queue = this.#queues.get(nodeId);
    queue?.shift()?.();
    if (queue?.length) this.soon(() => this.#next(nodeId));
    else this.#queues.delete(nodeId);
  }

  #afterTurns(turns: number, work: () => void): void {
    this.soon(turns > 1 ? () => this.#afterTurns(turns - 1, work) : work);
  }
}
