/** Parks events in this process: they are gone with it. */
import {
  PARKED_LIMITS,
  type ParkedEvent,
  type ParkedStore,
  type ParkedSummary,
} from '../parked-store';

export class MemoryParked implements ParkedStore {
  readonly #events = new Map<string, ParkedEvent>();
  #bytes = 0;

  /** `onDropped` hears that the oldest event had to go. */
  constructor(
    private readonly onDropped: () => void,
    private readonly limits = PARKED_LIMITS,
  ) {}

  park(event: ParkedEvent): void {
    // the body may be a view into a larger buffer
    this.#events.set(event.id, { ...event, body: Buffer.from(event.body) });
    this.#bytes += event.body.length;
    while (this.#events.size > this.limits.events || this.#bytes > this.limits.bytes) {
      const [oldest] = this.#events.keys();
      if (oldest === undefined || oldest === event.id) return;
      this.remove(oldest);
      this.onDropped();
    }
  }

  list(): ParkedSummary[] {
    return [...this.#events.values()].map(({ body, properties, ...summary }) => summary);
  }

  read(id: string): ParkedEvent | undefined {
    return this.#events.get(id);
  }

  remove(id: string): void {
    this.#bytes -= this.#events.get(id)?.body.length ?? 0;
    this.#events.delete(id);
  }

  close(): void {
    this.#events.clear();
    this.#bytes = 0;
  }
}
