/** The port to where keys of events are remembered, and the three states a key can be in. */

/** An earlier event with the same key was done with. */
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
 * its end, but no longer than its lease; or **recorded**, because its event is done with.
 *
 * A store in this process answers at once, without a promise. Nothing it is asked for waits for
 * ever; what it cannot reach it rejects (or throws) with a StoreAway.
 */
export interface KeyStore {
  /**
   * Keys recorded less than `window` ms ago count; a reservation lasts for `lease` ms at most.
   * A lease of 0 says that the record follows in the same turn: nobody else can come between in a
   * store of this process, which need not keep the reservation then.
   */
  reserve(
    key: string,
    owner: string,
    lease: number,
    window: number,
  ): Reservation | Promise<Reservation>;
  /** The event is done with, whoever holds the reservation by now: remembered for `window` ms. */
  record(key: string, owner: string, window: number): void | Promise<void>;
  /** Given back to the queue: absent again, if it is still this owner's. */
  release(key: string, owner: string): void | Promise<void>;
  /** Forgets every key. */
  forget(): void | Promise<void>;
  /** Somebody will ask for keys that are up to `window` ms old. */
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
 * until a person does something, `memory-only` = what it learns now does not survive this process.
 */
export interface StoreHealth {
  readonly state: 'working' | 'memory-only' | 'away' | 'refused';
  /** What happened and what to do; nothing secret. */
  readonly message: string;
}

/** Called once for each change. */
export type TellHealth = (health: StoreHealth) => void;
