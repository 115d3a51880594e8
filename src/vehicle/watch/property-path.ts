/** Where a condition looks: a property, or a path into what a property holds. */
import type { Field } from '../../events/catalogue/entries';
import { propertyField } from '../properties';
import { type Json, placeOf, type Vehicle } from '../vehicle';

export class PropertyPath {
  /** As in `position.lat` or `master_data.license_plate`; `doors[0]` is `doors.0`. */
  readonly text: string;
  readonly #keys: readonly string[];
  /** The names that it was looked for in last, and what was found: mostly it is the same list. */
  #names: readonly string[] | undefined;
  #place = -1;
  #rest: readonly string[] = [];

  constructor(text: string) {
    this.text = text.trim().replace(/\[(\d+)\]/g, '.$1');
    this.#keys = this.text.split('.');
  }

  /** Undefined where no page tells what it is. */
  get field(): Field | undefined {
    const { place, rest } = this.#search((name) => (propertyField(name) ? 0 : -1));
    if (place < 0) return undefined;
    const property = this.#keys.slice(0, this.#keys.length - rest.length).join('.');
    return rest.reduce<Field | undefined>(
      (field, key) => field?.properties?.[key],
      propertyField(property),
    );
  }

  /** The place of its property in the vehicle; -1 = none. */
  placeIn(vehicle: Vehicle): number {
    if (vehicle.names !== this.#names) {
      this.#names = vehicle.names;
      const { place, rest } = this.#search((name) => placeOf(vehicle.names, name));
      this.#place = place;
      this.#rest = rest;
    }
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

  /** Names may have points themselves, so the longest that there is counts. */
  #search(placeOfName: (name: string) => number): { place: number; rest: readonly string[] } {
    for (let length = this.#keys.length; length > 0; length--) {
      const place = placeOfName(this.#keys.slice(0, length).join('.'));
      if (place >= 0) return { place, rest: this.#keys.slice(length) };
    }
    return { place: -1, rest: [] };
  }
}
