/** Counters under a node, shown at most once a second however fast they count. */
import type { Node, NodeStatus } from 'node-red';

const INTERVAL = 1_000;

export class CounterStatus {
  #timer: NodeJS.Timeout | undefined;
  #shownAt = 0;

  constructor(
    private readonly node: Node,
    private readonly describe: () => NodeStatus,
  ) {}

  /** Something was counted. */
  changed(): void {
    if (this.#timer) return;
    const wait = Math.max(0, this.#shownAt + INTERVAL - Date.now());
    this.#timer = setTimeout(() => this.#show(), wait);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #show(): void {
    this.#timer = undefined;
    this.#shownAt = Date.now();
    this.node.status(this.describe());
  }
}
