/** Begins what has to wait until all flows stand: Node-RED drops what is sent to a node that it has not made yet. */
import type { NodeAPI } from 'node-red';

export class FlowStart {
  readonly #waiting = new Set<() => void>();

  constructor(private readonly RED: NodeAPI) {}

  /** Calls `begin` when the flows have started next; the returned function takes that back. */
  onStarted(begin: () => void): () => void {
    // one listener for all: from ten on Node.js warns of a leak
    if (this.#waiting.size === 0) this.RED.events.on('flows:started', this.#started);
    this.#waiting.add(begin);
    return () => this.#takeBack(begin);
  }

  #takeBack(begin: () => void): void {
    if (this.#waiting.delete(begin) && this.#waiting.size === 0) this.#stopListening();
  }

  #stopListening(): void {
    this.RED.events.off('flows:started', this.#started);
  }

  readonly #started = (): void => {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#stopListening();
    for (const begin of waiting) begin();
  };
}
