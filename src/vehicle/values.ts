/** The values of properties: which are ones, which are the same, and which counts where both are equally new. */
import { type Json, type JsonObject, MAX_VALUE_LENGTH, type Value } from './vehicle';

const MAX_DEPTH = 5;
const MAX_ITEMS = 200;

/** What is left of the bounds of one value. */
interface Room {
  length: number;
  items: number;
}

/**
 * The value as it can be kept: objects are copied, as whoever reads the event later may change it.
 * Undefined for null, and for what is no JSON, or beyond the bounds.
 */
export function keptValue(value: unknown): Value | undefined {
  if (typeof value === 'object') {
    if (value === null) return undefined;
    return copied(value, { length: MAX_VALUE_LENGTH, items: MAX_ITEMS }, MAX_DEPTH) as
      | Value
      | undefined;
  }
  return isPlain(value) && !(typeof value === 'string' && value.length > MAX_VALUE_LENGTH)
    ? value
    : undefined;
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

function copied(value: unknown, room: Room, depth: number): Json | undefined {
  if (value === null) return null;
  if (typeof value !== 'object') {
    if (typeof value === 'string') room.length -= value.length;
    return isPlain(value) && room.length >= 0 ? value : undefined;
  }
  if (depth === 0) return undefined;
  return Array.isArray(value)
    ? copiedList(value, room, depth)
    : copiedObject(value as Record<string, unknown>, room, depth);
}

function copiedList(list: readonly unknown[], room: Room, depth: number): Json[] | undefined {
  room.items -= list.length;
  if (room.items < 0) return undefined;
  const copy: Json[] = [];
  for (const item of list) {
    const kept = copied(item, room, depth - 1);
    if (kept === undefined) return undefined;
    copy.push(kept);
  }
  return copy;
}

function copiedObject(
  object: Record<string, unknown>,
  room: Room,
  depth: number,
): JsonObject | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  // a Date or a Buffer is no JSON; a plain object may come from another realm, such as a Function node's
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return undefined;
  const copy: Record<string, Json> = {};
  for (const key of Object.keys(object)) {
    room.items -= 1;
    room.length -= key.length;
    if (room.items < 0 || key === '__proto__') return undefined;
    const kept = copied(object[key], room, depth - 1);
    if (kept === undefined) return undefined;
    copy[key] = kept;
  }
  return copy;
}

/** A copy to hand out. */
export function copyOf(value: Value): Value {
  return typeof value === 'object' ? (structuredCopy(value) as Value) : value;
}

function structuredCopy(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(structuredCopy);
  const copy: Record<string, Json> = {};
  for (const key of Object.keys(value)) copy[key] = structuredCopy(value[key] ?? null);
  return copy;
}

/** What `Array.isArray` says, also of lists that may not be changed. */
export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** Whether two values are the same, whatever the order of the properties of objects. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isList(a) || isList(b)) {
    if (!isList(a) || !isList(b) || a.length !== b.length) return false;
    return a.every((item, index) => isSame(item, b[index]));
  }
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}

/**
 * Which of two different values of the same time counts: the one whose text comes later. It decides
 * nothing but that everybody decides alike, in whatever order they hear of them.
 */
export function outranks(a: Value, b: Value): boolean {
  return rankText(a) > rankText(b);
}

/**
 * JSON with the properties of objects in order and nothing but ASCII: so texts compare alike by
 * their bytes and by their characters, in JavaScript and anywhere else.
 */
export function rankText(value: Value): string {
  return JSON.stringify(inOrder(value)).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function inOrder(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(inOrder);
  const sorted: Record<string, Json> = {};
  for (const key of Object.keys(value).sort()) sorted[key] = inOrder(value[key] ?? null);
  return sorted;
}
