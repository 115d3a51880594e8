/** The port to where keys of events are remembered, and the three states a key can be in. */

/** An earlier event with the same key was finished. */
export interface SeenBefore {
  /** milliseconds since 1970 */
  readonly firstSeenAt: number;
  /** how many events had this key so far, this one included */
  readonly count: number;
}

/**
 * What becomes of a key that is to be reserved: `reserved` = it was absent, or this owner's already,
 * and is this owner's now; `taken` = another owner has reserved it, and may yet fail.
 */
export type Reservation = 'reserved' | 'taken' | SeenBefore;

/**
 * A key is **absent**; or **reserved** by an owner (one delivery of the event), from its arrival to
 * its end, but no longer than its lease; or **recorded**, because its event is finished.
 *
 * A store in this process answers at once, without a promise. Every call ends within a limit; a store
 * that cannot be reached rejects (or throws) with a StoreAway.
 */
export interface KeyStore {
  /**
   * Keys recorded less than `window` ms ago count; a reservation lasts for `lease` ms at most.
   * `lease` 0: `record` follows in the same turn, so a store in this process may skip the reservation.
   */
  reserve(
    key: string,
    owner: string,
    lease: number,
    window: number,
  ): Reservation | Promise<Reservation>;
  /** The event is finished: remembered for `window` ms, even if another owner holds the reservation now. */
  record(key: string, owner: string, window: number): void | Promise<void>;
  /** The event was given back to the queue: the key is absent again, if it is still this owner's. */
  release(key: string, owner: string): void | Promise<void>;
  /** Forgets every key. */
  forget(): void | Promise<void>;
  /** Keys must be kept for `window` ms from now on: somebody will ask for them. */
  retain(window: number): void;
  close(): void | Promise<void>;
}

/** The store cannot tell now; the message says why, and what to do. */
export class StoreAway extends Error {
  override readonly name = 'StoreAway';
  readonly code = 'store-away';
}

/**
 * How a store stands: `away` = it cannot be reached and events pass unchecked, `refused` = the same
 * until a person does something, `memory-only` = keys recorded now are lost when this process ends.
 */
export interface StoreHealth {
  readonly state: 'working' | 'memory-only' | 'away' | 'refused';
  /** What happened and what to do; nothing secret. */
  readonly message: string;
}

/** Called once for each change, and once more where what was `away` turns out to need a person. */
export type TellHealth = (health: StoreHealth) => void;
