/** Where a condition looks: a property, or a path into what a property holds. */
import type { Field } from '../../events/catalogue/entries';
import { propertyField } from '../properties';
import { type Json, placeOf, type Vehicle } from '../vehicle';

/** A name that the path may mean, and the way from there. */
interface Prefix {
  readonly name: string;
  readonly rest: readonly string[];
}

export class PropertyPath {
  /** As in `position.lat` or `master_data.license_plate`; `doors[0]` is `doors.0`. */
  readonly text: string;
  /** Names may have points themselves, so the longest that there is counts. */
  readonly #prefixes: readonly Prefix[];
  /** The names that it was looked for in last, and what was found: mostly it is the same list. */
  #names: readonly string[] | undefined;
  #place = -1;
  #rest: readonly string[] = [];

  constructor(text: string) {
    this.text = text.trim().replace(/\[(\d+)\]/g, '.$1');
    const keys = this.text.split('.');
    this.#prefixes = keys.map((_, cut) => {
      const length = keys.length - cut;
      return { name: keys.slice(0, length).join('.'), rest: keys.slice(length) };
    });
  }

  /** Undefined where no page tells what it is. */
  get field(): Field | undefined {
    for (const { name, rest } of this.#prefixes) {
      const known = propertyField(name);
      if (known) {
        return rest.reduce<Field | undefined>((field, key) => field?.properties?.[key], known);
      }
    }
    return undefined;
  }

  /** The place of its property in the vehicle; -1 = none. */
  placeIn({ names }: Vehicle): number {
    if (names !== this.#names) this.#look(names);
    return this.#place;
  }

  /** Undefined where there is nothing. */
  valueIn(vehicle: Vehicle): Json | undefined {
    const place = this.placeIn(vehicle);
    let value: Json | undefined = vehicle.values[place];
    for (const key of this.#rest) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) {
        return undefined;
      }
      value = (value as Readonly<Record<string, Json>>)[key];
    }
    return value ?? undefined;
  }

  #look(names: readonly string[]): void {
    this.#names = names;
    for (const { name, rest } of this.#prefixes) {
      this.#place = placeOf(names, name);
      this.#rest = rest;
      if (this.#place >= 0) return;
    }
  }
}
