/** The port to where keys of events are remembered. */

/** An earlier event with the same key. */
export interface SeenBefore {
  /** milliseconds since 1970 */
  readonly firstSeenAt: number;
  /** how many events had this key so far, this one included */
  readonly count: number;
}

/**
 * A key is reserved when its event arrives, recorded when the event is done with, and released
 * when the event was given back to the queue, so that its next attempt is not taken for a duplicate.
 */
export interface DedupeStore {
  /** Undefined = new, and reserved from now on; otherwise it was seen before. */
  reserve(key: string): SeenBefore | undefined;
  record(key: string): void;
  release(key: string): void;
  /** Forgets every key. */
  clear(): void;
}
