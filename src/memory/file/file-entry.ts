/** A vehicle that is kept in files too: what of it is to survive, and where that stands. */
import { merge } from '../../vehicle/merge';
import type { NameLists } from '../../vehicle/name-lists';
import type { Vehicle } from '../../vehicle/vehicle';
import { type Hearing, VehicleEntry } from '../vehicles/vehicle-entry';
import type { Segment } from './vehicle-log';

export class FileEntry extends VehicleEntry {
  /**
   * What is known of the vehicle by events that are done with: what others say comes again, and then
   * has to be news. Mostly the very object of all that is known.
   */
  survives: Vehicle | undefined;
  /** Where its newest line stands, and how many characters that has. */
  segment: Segment | undefined;
  length = 0;

  override commit({ news, before, after }: Hearing, told: Vehicle | undefined, lists: NameLists) {
    const known = this.survives;
    if (known === before && this.vehicle === after) {
      this.survives = after;
    } else {
      let next = merge(known, news, lists).vehicle;
      // what was told is true, whoever said it first: when that comes again it is not told again
      if (told) next = merge(next, told, lists).vehicle;
      const isAll = this.vehicle && merge(next, this.vehicle, lists).vehicle === next;
      this.survives = isAll ? this.vehicle : next;
    }
    if (this.survives !== known) this.isToBeKept = true;
  }

  /** Takes in what was kept before this one was heard of. */
  join({ survives, states, watches }: FileEntry, lists: NameLists): void {
    if (!survives) return;
    this.vehicle = merge(survives, this.vehicle ?? survives, lists).vehicle;
    this.survives = this.survives ? merge(survives, this.survives, lists).vehicle : survives;
    this.states ??= states;
    this.watches ??= watches;
  }
}
