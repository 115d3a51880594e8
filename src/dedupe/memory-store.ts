/** Remembers keys in this process: a bounded number of them, for a bounded time. */
import { LRUCache } from 'lru-cache';
import type { DedupeStore, SeenBefore } from './store';

export interface MemoryStoreOptions {
  /** Keys; beyond it the oldest are forgotten. */
  readonly maxEntries: number;
  /** Milliseconds a key is remembered, counted from its first event. */
  readonly window: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

interface Entry {
  readonly firstSeenAt: number;
  count: number;
}

export class MemoryStore implements DedupeStore {
  readonly #entries: LRUCache<string, Entry>;
  readonly #now: () => number;

  constructor({ maxEntries, window, now = Date.now }: MemoryStoreOptions) {
    this.#now = now;
    this.#entries = new LRUCache({
      max: maxEntries,
      ttl: window,
      // every look must be true at that moment, not within a tolerance
      ttlResolution: 0,
      perf: { now },
    });
  }

  reserve(key: string): SeenBefore | undefined {
    // `peek` leaves the order alone: the oldest key goes first, however often it came again
    const entry = this.#entries.peek(key);
    if (entry) {
      entry.count += 1;
      return { firstSeenAt: entry.firstSeenAt, count: entry.count };
    }
    this.#entries.set(key, { firstSeenAt: this.#now(), count: 1 });
    return undefined;
  }

  record(_key: string): void {
    // A reservation in this memory lasts as long as a record would: there is nothing to change.
  }

  release(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
