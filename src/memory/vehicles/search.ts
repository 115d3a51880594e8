/** What is listed of vehicles: those that a text means, and those that a watch looks at. */

import { type Vehicle, vehicleName } from '../../vehicle/vehicle';
import type { WatchedVehicle } from '../vehicle-store';
import type { VehicleEntry } from './vehicle-entry';

/** With the text in its id or licence plate, whatever its case; `text` in lower case, undefined = all. */
export function isFound(vehicle: Vehicle, text: string | undefined): boolean {
  if (text === undefined) return true;
  return (
    vehicle.id.toLowerCase().includes(text) || vehicleName(vehicle).toLowerCase().includes(text)
  );
}

/** What a watch remembers of those that are known. */
export function watchedBy(owner: string, entries: readonly VehicleEntry[]): WatchedVehicle[] {
  return entries.flatMap((entry) =>
    entry.vehicle ? [{ vehicle: entry.vehicle, episode: entry.episodeOf(owner) }] : [],
  );
}
