/**
 * One vehicle as it is kept: the newest of each of its properties, in a form that stays small.
 *
 * What an event says of a vehicle has the same form: news are a vehicle of which less is known. So
 * there is one way to put two of them together, `merge`, whatever they are and wherever it happens.
 * The attributes of VehicleChanged are properties too, named by their path below `vehicle`
 * (`rental_status`, `master_data.license_plate`), with the time of their event.
 */

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** What a property can hold; null is no news. */
export type Value = string | number | boolean | readonly Json[] | JsonObject;

/** Plain data, never changed once made: what is newer is a new object, which shares what stayed. */
export interface Vehicle {
  readonly id: string;
  /** The names of its properties in the order of their characters; vehicles with the same names share one list. */
  readonly names: readonly string[];
  /** Of each property, in the order of `names`: its time stamp, in milliseconds since 1970. */
  readonly times: readonly number[];
  /** Of each property, in the order of `names`. Objects in it belong to the vehicle: hand out copies. */
  readonly values: readonly Value[];
  /** The oldest `occurred_at` of its events, in milliseconds since 1970. */
  readonly firstHeard: number;
  /** The newest. */
  readonly lastHeard: number;
}

/** What an event really changed of one property. */
export interface Change {
  /** null = the property was not known before. */
  readonly from: Value | null;
  readonly to: Value;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
}

/** By the name of the property. */
export type Changes = Readonly<Record<string, Change>>;

export interface Merged {
  /** The very object that was known where nothing is newer, not even a time stamp. */
  readonly vehicle: Vehicle;
  /** Empty where no value changed. */
  readonly changed: Changes;
}

/** Bounds; what lies beyond them changes nothing. */
export const MAX_ID_LENGTH = 200;
export const MAX_NAME_LENGTH = 200;
/** Properties of a vehicle: those that INVERS names go first, then by name, so that order does not matter. */
export const MAX_PROPERTIES = 200;
/** Characters of a text, or of an object with all its names and texts. */
export const MAX_VALUE_LENGTH = 1000;

/** Where the licence plate stands. The first is the path of INVERS' REST API; for events no page tells. */
const LICENSE_PLATES = ['master_data.license_plate', 'license_plate'];

/** What people call it: its licence plate where one is known, else its id. */
export function vehicleName(vehicle: Vehicle): string {
  for (const name of LICENSE_PLATES) {
    const at = placeOf(vehicle.names, name);
    const plate = at < 0 ? undefined : vehicle.values[at];
    if (typeof plate === 'string' && plate.trim() !== '') return plate.trim();
  }
  return vehicle.id;
}

/** Where a name stands in a list in order; -1 = nowhere. */
export function placeOf(names: readonly string[], name: string): number {
  let low = 0;
  let high = names.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = names[middle];
    if (found === undefined || found === name) return middle;
    if (found < name) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
