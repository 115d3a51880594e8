/** Streams of the sandbox's fleet for tests, and ways to change what is in them. */
import assert from 'node:assert/strict';
import { Fleet, type FleetOptions } from '../../src/sandbox/fleet/fleet';
import type { Published } from './fleet-checker';

export const START = Date.UTC(2025, 5, 1, 12);

export type Stream = readonly Published[];

/** The first `count` events of a fleet. */
export function* fleetStream(
  count: number,
  options: Partial<FleetOptions> = {},
): Generator<Published> {
  const fleet = new Fleet({
    vehicles: 20,
    seed: 1,
    duplicates: 2,
    start: START,
    rate: 2,
    ...options,
  });
  for (let index = 0; index < count; index += 1) yield fleet.next();
}

export type State = Record<string, { timestamp: string; value: unknown }>;

/** The body of an event, to be looked at and to be changed. */
export interface Body {
  metadata: Record<string, unknown>;
  data: {
    vehicle_id: string;
    vehicle_state?: State;
    reasons?: string[];
    vehicle?: { rental_status: { value: string }; master_data: { license_plate: string } };
    [field: string]: unknown;
  };
}

export function bodyOf(published: Published): Body {
  return JSON.parse(published.body.toString()) as Body;
}

export function at(stream: Stream, index: number): Published {
  const published = stream[index];
  assert.ok(published, `there is no event ${index}`);
  return published;
}

export function replaced(stream: Stream, index: number, change: Partial<Published>): Published[] {
  return stream.with(index, { ...at(stream, index), ...change });
}

/** The stream with the event at `from` at another place. */
export function moved(stream: Stream, from: number, to: number): Published[] {
  return stream.toSpliced(from, 1).toSpliced(to, 0, at(stream, from));
}

/** The stream with one event and its duplicate changed by `edit`: the first for which it says true. */
export function withOneChanged(stream: Stream, edit: (body: Body) => boolean): Published[] {
  for (const published of originalsOf(stream)) {
    const body = bodyOf(published);
    if (!edit(body)) continue;
    const bytes = Buffer.from(JSON.stringify(body));
    return mapOne(stream, published, (copy) => ({ ...copy, body: bytes }));
  }
  throw new Error('there is no such event in the stream');
}

/** The stream with every event changed by `edit`. */
export function withAllChanged(stream: Stream, edit: (body: Body) => void): Published[] {
  return stream.map((published) => {
    const body = bodyOf(published);
    edit(body);
    return { ...published, body: Buffer.from(JSON.stringify(body)) };
  });
}

/** The stream without one event and its duplicate: the first for which `matches` says true. */
export function withoutOne(stream: Stream, matches: (body: Body) => boolean): Published[] {
  const found = originalsOf(stream).find((published) => matches(bodyOf(published)));
  assert.ok(found, 'there is no such event in the stream');
  return stream.filter(({ properties }) => properties.messageId !== found.properties.messageId);
}

/** The stream with one event and its duplicate saying something else, in bytes and in properties. */
export function withText(
  stream: Stream,
  one: Published,
  property: 'messageId' | 'type',
  text: string,
): Published[] {
  const before = one.properties[property];
  return mapOne(stream, one, (copy) => ({
    ...copy,
    body: Buffer.from(copy.body.toString().replace(before, text)),
    properties: { ...copy.properties, [property]: text },
  }));
}

/** Where an event comes that came before, and where that was. */
export function duplicateIn(stream: Stream): { first: number; second: number } {
  const ids = stream.map(({ properties }) => properties.messageId);
  const second = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  return { first: ids.indexOf(ids[second] ?? ''), second };
}

function originalsOf(stream: Stream): Published[] {
  const byId = new Map<string, Published>();
  for (const published of stream) {
    const { messageId } = published.properties;
    if (!byId.has(messageId)) byId.set(messageId, published);
  }
  return [...byId.values()];
}

function mapOne(
  stream: Stream,
  one: Published,
  change: (copy: Published) => Published,
): Published[] {
  const { messageId } = one.properties;
  return stream.map((copy) => (copy.properties.messageId === messageId ? change(copy) : copy));
}
