/** Keys with the time they were first seen: the newest of them, in as little memory as they need. */
import type { SeenBefore } from '../key-store';

/** Characters of a key, each a single byte: a ULID has 26, a UUID 36. */
export const LONGEST_KEY = 37;

/** Slots to begin with; they double from there, because most flows never fill them. */
const FIRST_CAPACITY = 1_024;

/** A record: when it was first seen (8 bytes), how often (2), the key's length (1), the key. */
const COUNT = 8;
const LENGTH = 10;
const KEY = 11;
const RECORD_SIZE = 48;

/** A place in the table: the record's slot + 1 below, and above it some bits of the key's hash. */
const SLOT_BITS = 24;
const SLOT_MASK = 2 ** SLOT_BITS - 1;

/** More would not fit into a place of the table. */
export const MOST_ENTRIES = SLOT_MASK - 1;

/**
 * A ring of records in the order of arrival, which makes both bounds cheap (the oldest key is always
 * at the head), and a hash table of places in it, at most half full.
 *
 * Outside the JavaScript heap on purpose: as strings in a Map, a million keys take more than a
 * hundred bytes each once old ones make place for new ones (a Map doubles its table when it is full
 * of deleted entries), keep the garbage collector busy, and lie so far apart that a look takes 1 µs.
 */
export class RecentKeys {
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #table = new Uint32Array(0);
  #tableMask = 0;
  #capacity = 0;
  /** Keys are numbered as they come; number n stands in slot (n - base) % capacity. */
  #base = 0;
  #head = 0;
  #tail = 0;

  /** `seed` makes it impossible to prepare keys that all meet in one place of the table. */
  constructor(
    readonly maxEntries: number,
    private readonly seed: number,
  ) {
    this.#resize(Math.min(FIRST_CAPACITY, maxEntries));
  }

  /** Number of the oldest key that is kept. */
  get head(): number {
    return this.#head;
  }

  /** Number that the next key will get. */
  get tail(): number {
    return this.#tail;
  }

  /** When it was first seen; undefined for a key that is not there. */
  timeOf(key: string): number | undefined {
    return this.#timeAt(this.#find(key));
  }

  /** What is known of the key, if it was first seen at `since` or later; asking counts as one more event. */
  seeAgain(key: string, since: number): SeenBefore | undefined {
    const slot = this.#slotAt(this.#find(key));
    if (slot < 0) return undefined;
    const offset = slot * RECORD_SIZE;
    const firstSeenAt = this.#view.getFloat64(offset);
    if (firstSeenAt < since) return undefined;
    const count = Math.min(this.#view.getUint16(offset + COUNT) + 1, 0xffff);
    this.#view.setUint16(offset + COUNT, count);
    return { firstSeenAt, count };
  }

  /** Adds the key as the newest, unless it is there already and was first seen at `since` or later. */
  add(key: string, time: number, since = Number.POSITIVE_INFINITY): void {
    const hash = this.#hash(key);
    let place = this.#find(key, hash);
    if ((this.#timeAt(place) ?? Number.NEGATIVE_INFINITY) >= since) return;
    const isFull = this.#tail - this.#head === this.#capacity;
    if (isFull || this.#table[place] !== 0) {
      this.#remove(place);
      if (isFull && this.#capacity === this.maxEntries) this.#dropOldest();
      else if (isFull) this.#resize(Math.min(this.#capacity * 2, this.maxEntries));
      place = this.#find(key, hash);
    }
    const slot = this.#slotOf(this.#tail);
    const offset = slot * RECORD_SIZE;
    this.#view.setFloat64(offset, time);
    this.#view.setUint16(offset + COUNT, 1);
    this.#bytes[offset + LENGTH] = key.length;
    for (let index = 0; index < key.length; index++) {
      this.#bytes[offset + KEY + index] = key.charCodeAt(index);
    }
    this.#table[place] = (hash & ~SLOT_MASK) | (slot + 1);
    this.#tail += 1;
  }

  /** Makes room at once for so many keys that are about to be added. */
  expect(count: number): void {
    const wanted = Math.min(this.#tail - this.#head + count, this.maxEntries);
    if (wanted > this.#capacity) this.#resize(wanted);
  }

  /** Forgets keys from the oldest on, up to the first that is young enough. */
  forgetBefore(time: number): void {
    while (this.#head < this.#tail) {
      const offset = this.#slotOf(this.#head) * RECORD_SIZE;
      if (this.#bytes[offset + LENGTH] !== 0 && this.#view.getFloat64(offset) >= time) return;
      this.#dropOldest();
    }
  }

  clear(): void {
    this.#head = this.#tail;
    this.#resize(Math.min(FIRST_CAPACITY, this.maxEntries));
  }

  /** The key with this number, if it is still there. */
  at(number: number): { key: string; time: number } | undefined {
    if (number < this.#head || number >= this.#tail) return undefined;
    const offset = this.#slotOf(number) * RECORD_SIZE;
    const length = this.#bytes[offset + LENGTH] ?? 0;
    if (length === 0) return undefined;
    const key = this.#bytes.subarray(offset + KEY, offset + KEY + length);
    return { key: String.fromCharCode(...key), time: this.#view.getFloat64(offset) };
  }

  #slotOf(number: number): number {
    return (number - this.#base) % this.#capacity;
  }

  /** The slot that a place of the table leads to, -1 for an empty place. */
  #slotAt(place: number): number {
    return ((this.#table[place] ?? 0) & SLOT_MASK) - 1;
  }

  #timeAt(place: number): number | undefined {
    const slot = this.#slotAt(place);
    return slot < 0 ? undefined : this.#view.getFloat64(slot * RECORD_SIZE);
  }

  #dropOldest(): void {
    const slot = this.#slotOf(this.#head);
    if (this.#bytes[slot * RECORD_SIZE + LENGTH] !== 0) this.#remove(this.#placeOf(slot));
    this.#head += 1;
  }

  /** Where in the table the key stands, or would have to. */
  #find(key: string, hash = this.#hash(key)): number {
    let place = hash & this.#tableMask;
    for (;;) {
      const entry = this.#table[place] ?? 0;
      if (entry === 0) return place;
      if ((entry ^ hash) >>> SLOT_BITS === 0 && this.#holds((entry & SLOT_MASK) - 1, key)) {
        return place;
      }
      place = (place + 1) & this.#tableMask;
    }
  }

  #holds(slot: number, key: string): boolean {
    const offset = slot * RECORD_SIZE;
    if (this.#bytes[offset + LENGTH] !== key.length) return false;
    for (let index = 0; index < key.length; index++) {
      if (this.#bytes[offset + KEY + index] !== key.charCodeAt(index)) return false;
    }
    return true;
  }

  #hash(key: string): number {
    let hash = this.seed;
    for (let index = 0; index < key.length; index++) hash = step(hash, key.charCodeAt(index));
    return finish(hash);
  }

  #hashOf(slot: number): number {
    const offset = slot * RECORD_SIZE + KEY;
    const end = offset + (this.#bytes[offset - 1] ?? 0);
    let hash = this.seed;
    for (let index = offset; index < end; index++) hash = step(hash, this.#bytes[index] ?? 0);
    return finish(hash);
  }

  #placeOf(slot: number): number {
    let place = this.#hashOf(slot) & this.#tableMask;
    while (this.#slotAt(place) !== slot) place = (place + 1) & this.#tableMask;
    return place;
  }

  #enter(slot: number): void {
    const hash = this.#hashOf(slot);
    let place = hash & this.#tableMask;
    while (this.#table[place] !== 0) place = (place + 1) & this.#tableMask;
    this.#table[place] = (hash & ~SLOT_MASK) | (slot + 1);
  }

  /** Empties a place; those behind it move up, so that no search ends before it has found them. */
  #remove(place: number): void {
    const slot = this.#slotAt(place);
    if (slot < 0) return;
    this.#bytes[slot * RECORD_SIZE + LENGTH] = 0;
    let hole = place;
    let next = place;
    for (;;) {
      next = (next + 1) & this.#tableMask;
      const other = this.#slotAt(next);
      if (other < 0) break;
      const home = this.#hashOf(other) & this.#tableMask;
      if (((next - home) & this.#tableMask) < ((next - hole) & this.#tableMask)) continue;
      this.#table[hole] = this.#table[next] ?? 0;
      hole = next;
    }
    this.#table[hole] = 0;
  }

  /** Room for more, with the oldest record in the first slot. */
  #resize(capacity: number): void {
    const bytes = new Uint8Array(capacity * RECORD_SIZE);
    const used = this.#tail - this.#head;
    if (used > 0) {
      const from = this.#slotOf(this.#head) * RECORD_SIZE;
      const upToTheEnd = this.#bytes.subarray(from);
      bytes.set(upToTheEnd);
      bytes.set(this.#bytes.subarray(0, from), upToTheEnd.length);
    }
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#capacity = capacity;
    this.#base = this.#head;
    const places = 2 ** Math.ceil(Math.log2(capacity * 2));
    this.#table = new Uint32Array(places);
    this.#tableMask = places - 1;
    for (let slot = 0; slot < used; slot++) {
      if (bytes[slot * RECORD_SIZE + LENGTH] !== 0) this.#enter(slot);
    }
  }
}

/** FNV-1a … */
function step(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

/** … and its bits mixed once more, because the table uses the lowest and the highest. */
function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}
