/** Which vehicle an event is about, by its data: no documented place, so it is looked for where it usually stands. */
import { boundedKey } from '../time/bounded-key';

/** Where the id of a vehicle stands in `data` unless the user says otherwise; the first that holds a text counts. */
const USUAL_PATHS = ['vehicle_id', 'vehicle.vehicle_id', 'vehicle.id'];

/** Finds the id of the vehicle in an event's data; undefined where the event names none. One of more than 200 characters is told by its digest. */
export type VehicleIdReader = (data: unknown) => string | undefined;

/** `path` as in `vehicle.id` or `vehicles[0].id`; empty = the usual places. */
export function vehicleIdReader(path: string): VehicleIdReader {
  const places = (path === '' ? USUAL_PATHS : [path]).map(keysOf);
  return (data) => {
    for (const keys of places) {
      const id = valueAt(data, keys);
      // whoever writes to the queue says how long it is, and much is remembered by it
      if (typeof id === 'string' && id !== '') return boundedKey(id);
    }
    return undefined;
  };
}

function keysOf(path: string): string[] {
  return path.replace(/\[(\d+)\]/g, '.$1').split('.');
}

function valueAt(data: unknown, keys: readonly string[]): unknown {
  let value = data;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
