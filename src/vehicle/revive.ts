/** A vehicle that was kept as JSON, as it is used: checked, and with the lists that vehicles share. */
import type { NameLists } from './name-lists';
import { fits, propertyField } from './properties';
import { bounded, isRecord } from './report';
import { keptValue } from './values';
import { MAX_ID_LENGTH, MAX_NAME_LENGTH, type Value, type Vehicle } from './vehicle';

/** Undefined for what never was a vehicle, so that a damaged entry costs no more than itself. */
export function reviveVehicle(data: unknown, lists: NameLists): Vehicle | undefined {
  if (!isRecord(data)) return undefined;
  const { id, names, times, values, firstHeard, lastHeard } = data;
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_LENGTH) return undefined;
  if (!isTime(firstHeard) || !isTime(lastHeard)) return undefined;
  if (!Array.isArray(names) || !Array.isArray(times) || !Array.isArray(values)) return undefined;
  if (times.length !== names.length || values.length !== names.length) return undefined;
  if (!names.every(isNameInOrder) || !times.every(isTime)) return undefined;
  const kept: Value[] = [];
  for (const [at, value] of values.entries()) {
    const one = keptValue(value);
    if (one === undefined || !fits(one, propertyField(names[at] as string))) return undefined;
    kept.push(one);
  }
  const shared = lists.shared(names);
  if (bounded(shared, lists) !== shared) return undefined;
  return { id, names: shared, times: times.slice(), values: kept.slice(), firstHeard, lastHeard };
}

function isNameInOrder(name: unknown, at: number, names: readonly unknown[]): boolean {
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_LENGTH) return false;
  return name !== '__proto__' && (at === 0 || (names[at - 1] as string) < name);
}

function isTime(time: unknown): time is number {
  return typeof time === 'number' && Math.abs(time) <= 8.64e15;
}
