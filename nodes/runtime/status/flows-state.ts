/** Whether Node-RED has started the flows that were deployed: after some deploys it leaves what it stopped as it is. */
import type { NodeAPI } from 'node-red';

/** As Node-RED tells its editor. */
interface RuntimeEvent {
  readonly id: string;
  readonly payload?: {
    readonly error?: string;
    readonly types?: readonly string[];
    readonly modules?: readonly { readonly module: string }[];
  };
}

export class FlowsState {
  readonly #watchers = new Set<() => void>();
  #missing: readonly string[] = [];

  constructor(private readonly RED: NodeAPI) {}

  /** Node types or modules for want of which the flows were not started; none where they run. */
  get missing(): readonly string[] {
    return this.#missing;
  }

  /** Calls `changed` at each start of the flows, and when they cannot start; the returned function takes that back. */
  watch(changed: () => void): () => void {
    // one listener for all: from ten on Node.js warns of a leak
    if (this.#watchers.size === 0) {
      this.RED.events.on('runtime-event', this.#told);
      this.RED.events.on('flows:started', this.#started);
    }
    this.#watchers.add(changed);
    return () => {
      if (!this.#watchers.delete(changed) || this.#watchers.size > 0) return;
      this.RED.events.off('runtime-event', this.#told);
      this.RED.events.off('flows:started', this.#started);
      this.#missing = [];
    };
  }

  readonly #told = ({ id, payload }: RuntimeEvent): void => {
    if (id !== 'runtime-state') return;
    if (payload?.error === 'missing-types') this.#change([...(payload.types ?? [])]);
    if (payload?.error === 'missing-modules') {
      this.#change((payload.modules ?? []).map(({ module }) => module));
    }
  };

  readonly #started = (): void => this.#change([]);

  #change(missing: readonly string[]): void {
    this.#missing = missing;
    for (const changed of this.#watchers) changed();
  }
}
