/** Collects what one object tells of a vehicle, and leaves out what cannot be kept. */
import type { Field } from '../events/catalogue/entries';
import type { NameLists } from './name-lists';
import { fits, propertyField } from './properties';
import { isTimeNumber, readTime } from './time-text';
import { keptValue } from './values';
import { MAX_NAME_LENGTH, MAX_PROPERTIES, type Value, type Vehicle } from './vehicle';

/** Beyond so many properties an object is not read on. */
const MAX_READ = 1000;

export class Report {
  readonly names: string[] = [];
  readonly times: number[] = [];
  readonly values: Value[] = [];
  #text: unknown;
  #time: number | undefined;

  /** What lies after `latest` (milliseconds since 1970) is left out. */
  constructor(private readonly latest: number) {}

  /** `name`: not one that it has. */
  add(name: string, time: number | undefined, value: unknown): void {
    if (time === undefined || time > this.latest || this.names.length >= MAX_READ) return;
    if (name === '' || name.length > MAX_NAME_LENGTH || name === '__proto__') return;
    const kept = keptValue(value);
    if (kept === undefined) return;
    const field: Field | undefined = propertyField(name);
    if (field !== undefined && !fits(kept, field)) return;
    this.names.push(name);
    this.times.push(time);
    this.values.push(kept);
  }

  /** The properties of an object that have the shape of a state's. */
  addStated(object: Readonly<Record<string, unknown>>): void {
    for (const name of Object.keys(object)) {
      const property = object[name];
      if (isStated(property)) this.add(name, this.timeOf(property), property.value);
    }
  }

  /** Properties of one moment are mostly told together, so the last text is not read again. */
  timeOf({ timestamp }: Stated): number | undefined {
    if (timestamp !== this.#text) {
      this.#text = timestamp;
      this.#time = readTime(timestamp);
    }
    return this.#time;
  }

  toVehicle(id: string, heard: number, lists: NameLists): Vehicle {
    const all = lists.sorted(this.names);
    const names = bounded(all.names, lists);
    const isAsRead = names === all.names;
    const places = isAsRead ? all.places : names.map((name) => this.names.indexOf(name));
    return {
      id,
      names,
      times: arranged(this.times, places),
      values: arranged(this.values, places),
      firstHeard: heard,
      lastHeard: heard,
    };
  }
}

/** Without room that is not used: it may be kept. */
function arranged<T>(list: readonly T[], places: readonly number[] | undefined): readonly T[] {
  const copy = list.slice(0, places?.length);
  if (places === undefined) return copy;
  for (let at = 0; at < places.length; at++) copy[at] = list[places[at] as number] as T;
  return copy;
}

/**
 * The properties that are kept where there are too many. It follows from their names alone, so that
 * the same are left whatever came first.
 */
export function bounded(names: readonly string[], lists: NameLists): readonly string[] {
  if (names.length <= MAX_PROPERTIES) return names;
  const known = names.filter((name) => propertyField(name) !== undefined);
  const others = names.filter((name) => propertyField(name) === undefined);
  return lists.sorted([...known, ...others].slice(0, MAX_PROPERTIES)).names;
}

/** A property of a vehicle state. Source: INVERS documentation, "Vehicle state". */
export interface Stated {
  /** ISO 8601; some back-ends write seconds or milliseconds since 1970 instead. */
  readonly timestamp: string | number;
  readonly value: unknown;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isStated(value: unknown): value is Stated {
  if (typeof value !== 'object' || value === null) return false;
  const { timestamp } = value as Partial<Stated>;
  const isTold = typeof timestamp === 'string' || isTimeNumber(timestamp);
  return isTold && Object.hasOwn(value, 'value');
}

/** Whether one of its properties has the shape of a state's. */
export function hasStated(object: Readonly<Record<string, unknown>>): boolean {
  for (const key in object) if (isStated(object[key])) return true;
  return false;
}
