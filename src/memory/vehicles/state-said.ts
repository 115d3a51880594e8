/** What one node has told of the state of one vehicle: acknowledged, and hanging on deliveries. */
import { merge } from '../../vehicle/merge';
import type { NameLists } from '../../vehicle/name-lists';
import type { Changes, Vehicle } from '../../vehicle/vehicle';

/** Told because of a delivery that has not ended. */
export interface PendingState {
  readonly token: string;
  /** What was told, with the times of the properties. */
  readonly told: Vehicle;
  /** Milliseconds since 1970 at which it counts as undone, if nobody gave a sign of life. */
  readonly until: number;
  /** id of the event that it was told because of */
  readonly event?: string | undefined;
}

/**
 * Kept only while it differs from what is known of the vehicle: a node of which nothing is kept has
 * told everything.
 */
export class StateSaid {
  constructor(
    readonly owner: string,
    /** Told, and acknowledged. */
    public known: Vehicle,
    public pending: readonly PendingState[] = [],
  ) {}

  /** What differs between what was told and what is known of the vehicle. */
  changes(facts: Vehicle, lists: NameLists): Changes {
    let said = this.known;
    for (const { told } of this.pending) said = merge(said, told, lists).vehicle;
    return merge(said, facts, lists).changed;
  }

  /** These changes of what was told are being told now. */
  claim(
    { token, until, event }: Omit<PendingState, 'told'>,
    facts: Vehicle,
    changes: Changes,
    lists: NameLists,
  ): void {
    // what others are telling may yet be undone: it is told by them alone
    const told = this.pending.length === 0 ? facts : part(facts, changes, lists);
    this.pending = [...this.pending, { token, until, event, told }];
  }

  /** The delivery has ended that this was told because of. */
  settle(token: string, isDone: boolean, lists: NameLists): void {
    const settled = this.pending.find((pending) => pending.token === token);
    if (!settled) return;
    this.pending = this.pending.filter((pending) => pending !== settled);
    if (isDone) this.known = merge(this.known, settled.told, lists).vehicle;
  }
}

/** Of a vehicle, those properties. */
function part(vehicle: Vehicle, changes: Changes, lists: NameLists): Vehicle {
  const names = lists.shared(vehicle.names.filter((name) => Object.hasOwn(changes, name)));
  const places = names.map((name) => vehicle.names.indexOf(name));
  return {
    ...vehicle,
    names,
    times: places.map((place) => vehicle.times[place] ?? 0),
    values: places.map((place) => vehicle.values[place] ?? 0),
  };
}
