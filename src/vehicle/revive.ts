/** A vehicle that was kept as JSON, as it is used: checked, and with the lists that vehicles share. */
import type { Field } from '../events/catalogue/entries';
import type { NameLists } from './name-lists';
import { fits, propertyField } from './properties';
import { bounded, isRecord } from './report';
import { keptValue } from './values';
import { MAX_ID_LENGTH, MAX_NAME_LENGTH, type Value, type Vehicle } from './vehicle';

/** What is known of the properties with these names, for lists that were checked: most vehicles share few. */
const checked = new WeakMap<readonly string[], readonly (Field | undefined)[]>();

/**
 * Undefined for what never was a vehicle, so that a damaged entry costs no more than itself. `data` is fresh
 * from JSON, and its lists become the vehicle's: many vehicles are loaded at once.
 */
export function reviveVehicle(data: unknown, lists: NameLists): Vehicle | undefined {
  if (!isRecord(data)) return undefined;
  const { id, names, times, values, firstHeard, lastHeard } = data;
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_LENGTH) return undefined;
  if (!isTime(firstHeard) || !isTime(lastHeard)) return undefined;
  if (!Array.isArray(names) || !Array.isArray(times) || !Array.isArray(values)) return undefined;
  if (times.length !== names.length || values.length !== names.length) return undefined;
  const shared = checkedNames(names, lists);
  const fields = shared && checked.get(shared);
  if (!fields || !times.every(isTime)) return undefined;
  for (let at = 0; at < values.length; at++) {
    const value = keptValue(values[at]);
    if (value === undefined || !fits(value, fields[at])) return undefined;
    if (typeof value === 'object') values[at] = value;
  }
  return { id, names: shared, times, values: values as Value[], firstHeard, lastHeard };
}

/** The list that vehicles share; undefined where it is none. */
function checkedNames(names: readonly unknown[], lists: NameLists): readonly string[] | undefined {
  if (checked.has(names as readonly string[])) return names as readonly string[];
  if (!names.every(isNameInOrder)) return undefined;
  const shared = lists.shared(names as readonly string[]);
  if (bounded(shared, lists) !== shared) return undefined;
  checked.set(shared, shared.map(propertyField));
  return shared;
}

function isNameInOrder(name: unknown, at: number, names: readonly unknown[]): boolean {
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_LENGTH) return false;
  return name !== '__proto__' && (at === 0 || (names[at - 1] as string) < name);
}

function isTime(time: unknown): time is number {
  return typeof time === 'number' && Math.abs(time) <= 8.64e15;
}
