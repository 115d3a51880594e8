/** Remembers keys in this process: a bounded number of them, for a bounded time. */

import type { KeyStore, Reservation } from '../key-store';
import { RecentKeys } from './recent-keys';

export interface MemoryStoreOptions {
  /** How many keys are kept; beyond that the oldest are forgotten. */
  readonly maxEntries: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly random?: () => number;
}

interface Reserved {
  readonly owner: string;
  /** milliseconds since 1970, both */
  readonly since: number;
  readonly until: number;
}

export class MemoryStore implements KeyStore {
  /** What was recorded, oldest first. */
  readonly recorded: RecentKeys;
  /** Reservations end with their deliveries, so there are never more than deliveries on their way. */
  readonly #reserved = new Map<string, Reserved>();
  readonly #now: () => number;
  #longestWindow = 0;

  constructor({ maxEntries, now = Date.now, random = Math.random }: MemoryStoreOptions) {
    this.recorded = new RecentKeys(maxEntries, Math.floor(random() * 2 ** 32));
    this.#now = now;
  }

  reserve(key: string, owner: string, lease: number, window: number): Reservation {
    const now = this.#now();
    const seenBefore = this.recorded.seeAgain(key, now - window);
    if (seenBefore) return seenBefore;
    const reserved = this.#reserved.get(key);
    if (reserved && reserved.owner !== owner && reserved.until > now) return 'taken';
    // lease 0: recorded in this very turn, so adding the reservation and deleting it would be wasted
    if (lease === 0) return 'reserved';
    const since = reserved?.owner === owner ? reserved.since : now;
    this.#reserved.set(key, { owner, since, until: now + lease });
    return 'reserved';
  }

  record(key: string, owner: string, window: number): void {
    const now = this.#now();
    const reserved = this.#reserved.get(key);
    if (reserved?.owner === owner) this.#reserved.delete(key);
    this.recorded.forgetBefore(now - this.#longestWindow);
    this.recorded.add(key, reserved?.owner === owner ? reserved.since : now, now - window);
  }

  release(key: string, owner: string): void {
    if (this.#reserved.get(key)?.owner === owner) this.#reserved.delete(key);
  }

  forget(): void {
    this.recorded.clear();
    this.#reserved.clear();
  }

  retain(window: number): void {
    this.#longestWindow = Math.max(this.#longestWindow, window);
  }

  close(): void {
    this.forget();
  }
}
