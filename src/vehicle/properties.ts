/** What INVERS' pages tell of a property: of a vehicle state, or of what VehicleChanged says. */
import type { Field } from '../events/catalogue/entries';
import { VEHICLE_CHANGE } from '../events/catalogue/vehicle-change';
import { STATE_PROPERTIES } from '../events/catalogue/vehicle-state';
import { isList } from './values';
import type { Value } from './vehicle';

/** The event type whose attributes are kept, and where in `data` they stand. */
export const ATTRIBUTES = { type: 'VehicleChanged', place: 'vehicle' } as const;

/** What is known of the object that the attributes stand in. */
export const ATTRIBUTES_FIELD: Field | undefined = VEHICLE_CHANGE.eventTypes.find(
  ({ type }) => type === ATTRIBUTES.type,
)?.data[ATTRIBUTES.place];

const FIELDS: ReadonlyMap<string, Field> = new Map([
  ...attributeFields(ATTRIBUTES_FIELD, ''),
  ...STATE_PROPERTIES.map(({ name, value }) => [name, value] as const),
]);

/** Those that pages tell of: there are more. */
export const PROPERTY_NAMES: readonly string[] = [...FIELDS.keys()];

/** Undefined for a property that no page tells anything of: it is kept as it comes. */
export function propertyField(name: string): Field | undefined {
  return FIELDS.get(name);
}

/** The attributes by the names that they are kept by: `rental_status` for `vehicle.rental_status.value`. */
function attributeFields(field: Field | undefined, path: string): [string, Field][] {
  return Object.entries(field?.properties ?? {}).flatMap(([key, inner]): [string, Field][] => {
    const name = path === '' ? key : `${path}.${key}`;
    const value = inner.properties?.['value'];
    if (value) return [[name, value]];
    return inner.properties ? attributeFields(inner, name) : [[name, inner]];
  });
}

/** Whether a value has the type that the catalogue knows: what it does not know fits. */
export function fits(value: Value, field: Field | undefined): boolean {
  if (field === undefined) return true;
  if (!isOfOne(value, field.types)) return false;
  if (field.properties === undefined || typeof value !== 'object' || isList(value)) return true;
  for (const name in field.properties) {
    const inner = field.properties[name];
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    const isMissing = found === undefined || found === null;
    if (isMissing ? inner?.required === true : !fits(found, inner)) return false;
  }
  return true;
}

/** Asked for every property of every event, so without a closure for each. */
function isOfOne(value: Value, types: Field['types']): boolean {
  for (let at = 0; at < types.length; at++) {
    if (isOf(value, types[at] as Field['types'][number])) return true;
  }
  return false;
}

function isOf(value: Value, type: Field['types'][number]): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'integer':
      return Number.isInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'list':
      return isList(value);
    case 'object':
      return typeof value === 'object' && !isList(value);
  }
}
