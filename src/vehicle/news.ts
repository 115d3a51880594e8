/** What an event tells of its vehicle: the properties of a state, and the attributes of a VehicleChanged. */
import { addAttributes } from './attributes';
import { merge } from './merge';
import type { NameLists } from './name-lists';
import { ATTRIBUTES } from './properties';
import { hasStated, isRecord, Report } from './report';
import { readTime } from './time-text';
import { MAX_ID_LENGTH, type Vehicle } from './vehicle';

export interface EventOnVehicle {
  /** The id of the vehicle that it is about. */
  readonly id: string;
  /** As in `metadata.type`. */
  readonly type: unknown;
  /** As in `metadata.occurred_at`. */
  readonly occurredAt: unknown;
  /** The event's `data`, which is the payload of its message. */
  readonly data: unknown;
  /** Where the user said where the state stands: what stands there. Undefined = it is found by its shape. */
  readonly state?: unknown;
}

export interface NewsOptions {
  readonly lists: NameLists;
  /** Milliseconds since 1970: stands for `occurred_at` where that is none, or lies too far ahead. */
  readonly now: number;
}

/** So far ahead of the clock a time may lie: what lies further would stop its property for long. */
const AHEAD = 24 * 3_600_000;

/** Undefined for an id that cannot be kept. An event without a state says that it was heard of. */
export function readNews(event: EventOnVehicle, { lists, now }: NewsOptions): Vehicle | undefined {
  const { id, type, occurredAt, data } = event;
  if (id === '' || id.length > MAX_ID_LENGTH) return undefined;
  const latest = now + AHEAD;
  const occurred = readTime(occurredAt);
  const heard = occurred === undefined || occurred > latest ? now : occurred;

  let news: Vehicle | undefined;
  for (const state of event.state === undefined ? statesIn(data) : [event.state]) {
    const report = new Report(latest);
    if (isRecord(state)) report.addStated(state);
    news = joined(news, report.toVehicle(id, heard, lists), lists);
  }
  if (type === ATTRIBUTES.type) {
    const report = new Report(latest);
    addAttributes(report, data, heard);
    news = joined(news, report.toVehicle(id, heard, lists), lists);
  }
  return news ?? new Report(latest).toVehicle(id, heard, lists);
}

function joined(news: Vehicle | undefined, more: Vehicle, lists: NameLists): Vehicle {
  return news === undefined || news.names.length === 0 ? more : merge(news, more, lists).vehicle;
}

/**
 * By their shape, as no page tells where a state stands: the objects with properties that are
 * `{ timestamp, value }`, which may be `data` itself or stand in it. Of several the newest counts,
 * property by property.
 */
function statesIn(data: unknown): Readonly<Record<string, unknown>>[] {
  if (!isRecord(data)) return [];
  const states = hasStated(data) ? [data] : [];
  for (const key of Object.keys(data)) {
    const object = data[key];
    if (isRecord(object) && hasStated(object)) states.push(object);
  }
  return states;
}
