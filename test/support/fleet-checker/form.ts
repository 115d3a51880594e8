/** Rules for a single event: its envelope, its AMQP properties, its fields and their values. */
import { isDeepStrictEqual } from 'node:util';
import type { Complain, Property, Published, ReadEvent } from './published';

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const PLATE = /^[A-Z]{1,3}-[A-Z]{1,2} [1-9]\d{0,3}$/;
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Queue and major version of each type that INVERS documents; 2 is documented, 1 assumed. */
const TYPES: Readonly<Record<string, readonly [string, number]>> = {
  VehicleStateRecorded: ['VehicleStateRecorded', 2],
  VehicleChanged: ['VehicleChange', 1],
  TripStarted: ['Trip (v2)', 1],
  TripEnded: ['Trip (v2)', 1],
  TripMetricsReady: ['Trip (v2)', 1],
  TripDiscarded: ['Trip (v2)', 1],
  SmokeDetected: ['SmokeDetection', 1],
  SmokeDataReady: ['SmokeDetection', 1],
  // not of INVERS, and called so
  SandboxUnknownType: ['VehicleStateRecorded', 1],
};
const REASONS = ['RENTAL_STATUS_CHANGED', 'LIFE_STATUS_CHANGED', 'MASTER_DATA_CHANGED'];

const oneOf =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value);
const between = (low: number, high: number) => (value: unknown) =>
  typeof value === 'number' && value >= low && value <= high;

/** What INVERS documents of each property's values. */
const VALUES: Readonly<Record<string, (value: unknown) => boolean>> = {
  abs_status: oneOf('ENABLED', 'DISABLED'),
  adblue_level_in_percent: between(0, 100),
  adblue_level_low_indicator: oneOf('ON', 'OFF', 'SENSOR_FAILURE'),
  brake_lining_wear_indicator: oneOf('ON', 'OFF', 'SENSOR_FAILURE'),
  cellular_signal_quality: oneOf(0, 1, 2, 3, 4, 5),
  central_lock: oneOf('LOCKED', 'UNLOCKED'),
  driving_enabled: oneOf(true, false),
  ignition: oneOf('ON', 'OFF'),
  mileage_in_kilometers: between(0, 1_000_000),
  position: (value) =>
    hasExactly(value, 'lat', 'lon') && between(-90, 90)(value.lat) && between(-180, 180)(value.lon),
  remaining_range_in_kilometers: between(0, 2_000),
  sandbox_unknown_property: () => true,
  state_of_charge_or_fuel_level_in_percent: between(0, 100),
};

/** The event, or undefined if its form is so wrong that nothing more can be said. */
export function readEvent(published: Published, complain: Complain): ReadEvent | undefined {
  const event = parse(published.body);
  if (!hasExactly(event, 'metadata', 'data')) {
    complain('form', 'the body is not { metadata, data } in JSON');
    return undefined;
  }
  const { metadata, data } = event;
  if (!hasExactly(metadata, 'id', 'type', 'schema_major_version', 'occurred_at', 'flow_id')) {
    complain('form', 'metadata has not the five fields that every event has');
    return undefined;
  }
  const { id, type, schema_major_version: major, occurred_at: occurred, flow_id: flow } = metadata;
  if (typeof id !== 'string' || typeof type !== 'string' || !isTimestamp(occurred)) {
    complain('form', 'metadata has a field of a wrong kind');
    return undefined;
  }
  const occurredAt = Date.parse(occurred) / 1000;

  if (!ULID.test(id) || Math.floor(timeOf(id) / 1000) !== occurredAt) {
    complain('id', `the id ${id} is no ULID of ${occurred}`);
  }
  if (typeof flow !== 'string' || !UUID.test(flow)) complain('id', `no flow id: ${flow}`);
  if (!isDeepStrictEqual(TYPES[type], [published.queue, major])) {
    complain('type', `${type} with major version ${major} does not belong into ${published.queue}`);
  }
  const expected = {
    messageId: id,
    type,
    correlationId: flow,
    timestamp: occurredAt,
    headers: { schema_major_version: major },
    contentType: 'application/json',
    deliveryMode: 2,
  };
  if (!isDeepStrictEqual(published.properties, expected)) {
    complain('properties', 'the AMQP properties do not repeat the metadata');
  }
  if (occurredAt * 1000 > published.at) complain('future', `it arrived before ${occurred}`);

  const base = { id, type, occurredAt, arrivedAt: published.at };
  return type === 'VehicleChanged'
    ? readChange(base, data, complain)
    : readState(base, data, complain);
}

type Base = Pick<ReadEvent, 'id' | 'type' | 'occurredAt' | 'arrivedAt'>;

function readChange(base: Base, data: unknown, complain: Complain): ReadEvent | undefined {
  const isRight =
    hasExactly(data, 'vehicle_id', 'reasons', 'vehicle') &&
    isVehicleId(data.vehicle_id) &&
    Array.isArray(data.reasons) &&
    data.reasons.length === 1 &&
    hasExactly(data.vehicle, 'rental_status', 'master_data') &&
    hasExactly(data.vehicle.master_data, 'license_plate') &&
    hasExactly(data.vehicle.rental_status, 'value');
  if (!isRight) {
    complain('data', 'VehicleChanged has other fields than those that are known');
    return undefined;
  }
  const {
    vehicle_id: vehicleId,
    reasons,
    vehicle,
  } = data as {
    vehicle_id: string;
    reasons: unknown[];
    vehicle: { rental_status: { value: unknown }; master_data: { license_plate: unknown } };
  };
  const [reason] = reasons;
  const { value } = vehicle.rental_status;
  if (typeof reason !== 'string' || !REASONS.includes(reason)) {
    complain('value', `no reason of INVERS: ${reason}`);
    return undefined;
  }
  if (value !== 'IN_RENTAL' && value !== 'NOT_IN_RENTAL') {
    complain('value', `no rental status: ${value}`);
    return undefined;
  }
  const { license_plate: plate } = vehicle.master_data;
  if (typeof plate !== 'string' || !PLATE.test(plate)) {
    complain('value', `no licence plate: ${plate}`);
    return undefined;
  }
  return { ...base, vehicleId, reason, isInRental: value === 'IN_RENTAL', plate };
}

function readState(base: Base, data: unknown, complain: Complain): ReadEvent | undefined {
  if (!hasExactly(data, 'vehicle_id', 'vehicle_state') || !isVehicleId(data.vehicle_id)) {
    complain('data', `${base.type} has other fields than vehicle_id and vehicle_state`);
    return undefined;
  }
  const properties = Object.entries(data.vehicle_state ?? {});
  if (properties.length === 0) complain('data', `${base.type} without a state`);
  const state = new Map<string, Property>();
  for (const [name, property] of properties) {
    if (!VALUES[name] || !isProperty(property)) {
      complain('data', `${name} is no property of INVERS' vehicle state`);
      return undefined;
    }
    if (!VALUES[name](property.value)) {
      complain('value', `${name} cannot be ${JSON.stringify(property.value)}`);
      return undefined;
    }
    if (Date.parse(property.timestamp) > base.occurredAt * 1000) {
      complain('future', `${name} is of ${property.timestamp}, later than the event`);
    }
    state.set(name, property);
  }
  return { ...base, vehicleId: data.vehicle_id, state };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined; // the caller complains about it
  }
}

function hasExactly<Name extends string>(
  value: unknown,
  ...names: Name[]
): value is Record<Name, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return keys.length === names.length && names.every((name) => keys.includes(name));
}

function isProperty(value: unknown): value is Property {
  return hasExactly(value, 'timestamp', 'value') && isTimestamp(value.timestamp);
}

function isTimestamp(value: unknown): value is string {
  return typeof value === 'string' && TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value));
}

function isVehicleId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Z0-9]{5}$/.test(value);
}

/** The time in a ULID, in milliseconds since 1970. */
function timeOf(id: string): number {
  let time = 0;
  for (const character of id.slice(0, 10)) time = time * 32 + CROCKFORD.indexOf(character);
  return time;
}
