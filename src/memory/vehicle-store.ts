/** The port to where vehicles are kept: what is known of each, and what each node has said of it. */

import type { NameLists } from '../vehicle/name-lists';
import type { Vehicle } from '../vehicle/vehicle';
import type { Episode } from '../vehicle/watch/episode';
import type { OnTheirWay } from './vehicles/on-their-way';
import type { VehicleEntry } from './vehicles/vehicle-entry';

/** Which vehicles are listed, in the order of their ids. */
export interface VehicleQuery {
  /** How many at most. */
  readonly limit: number;
  /** Only those whose id comes after this one. */
  readonly after?: string;
  /** Only those with this text in their id or licence plate, whatever its case. */
  readonly search?: string;
}

/** A vehicle, and what a watch remembers of it. */
export interface WatchedVehicle {
  readonly vehicle: Vehicle;
  readonly episode: Episode | undefined;
}

/**
 * A store in this process answers at once, without a promise. `update` and
 * `find` work on in this process while the store is away, and tell it later what has happened; `list`
 * and `watched` reject with a StoreAway then.
 */
export interface VehicleStore {
  readonly lists: NameLists;
  /** What was decided and waits for its deliveries. */
  readonly onTheirWay: OnTheirWay;
  /** Nodes that tell what changed: what is news to the vehicle is news to each of them. */
  readonly tellers: ReadonlySet<string>;
  /** Whether it wants to hear which events are done with: it is to survive what they brought. */
  readonly keepsCommitted: boolean;

  /** From now on this node tells what changes; of what is known already it tells nothing. */
  addTeller(owner: string): void;
  /**
   * Does `work` with what is kept of a vehicle, in one step: nobody else works on it meanwhile. It may
   * be done again where another process was quicker, so it changes nothing but the entry.
   */
  update<Result>(id: string, work: (entry: VehicleEntry) => Result): Result | Promise<Result>;
  /** Undefined = not known. */
  find(id: string): Vehicle | undefined | Promise<Vehicle | undefined>;
  list(query: VehicleQuery): Promise<Vehicle[]>;
  /**
   * Each vehicle with what a watch remembers of it, in portions; `isAll` false = only those of which it
   * remembers something.
   */
  watched(owner: string, isAll: boolean): AsyncIterable<readonly WatchedVehicle[]>;
  /** A node is gone for good: forgets what it has said. */
  drop(owner: string): void | Promise<void>;
  /** Unlike any other, also those of other processes. */
  newToken(): string;
  /** Whether it is of this process. */
  readonly isOwnToken: (token: string) => boolean;
  /** Milliseconds since 1970 up to which what is pending from now on holds without a sign of life. */
  leaseEnd(): number;
  /**
   * `onGone` is called when another process with the store has gone, a while after: what it would have looked
   * at by the clock is for those that are left. The returned function ends that.
   */
  watchOthers(onGone: () => void): () => void;
  close(): void | Promise<void>;
}
