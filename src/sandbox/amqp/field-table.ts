/** Field tables: the typed name-value pairs in client properties, queue arguments and message headers. */
import { ByteReader } from './byte-reader';
import type { ByteWriter } from './byte-writer';
import { AmqpError } from './errors';

export type FieldValue =
  | null
  | boolean
  | number
  | string
  | Buffer
  | readonly FieldValue[]
  | FieldTable;

export interface FieldTable {
  readonly [name: string]: FieldValue;
}

/** Tables in tables in …; much deeper ones would overflow the stack. */
const MAX_DEPTH = 16;

/** One letter for each type. Source: RabbitMQ, "AMQP 0-9-1 Errata", section 3, whose letters all clients use. */
const READERS: Readonly<Record<string, (reader: ByteReader, depth: number) => FieldValue>> = {
  t: (reader) => reader.octet() !== 0,
  b: (reader) => reader.int8(),
  B: (reader) => reader.octet(),
  s: (reader) => reader.int16(),
  u: (reader) => reader.short(),
  I: (reader) => reader.int32(),
  i: (reader) => reader.long(),
  l: (reader) => reader.int64(),
  f: (reader) => reader.float(),
  d: (reader) => reader.double(),
  D: (reader) => 10 ** -reader.octet() * reader.int32(),
  S: (reader) => reader.longstr().toString('utf8'),
  x: (reader) => reader.longstr(),
  T: (reader) => reader.longlong(),
  V: () => null,
  A: (reader, depth) => readArray(reader, depth),
  F: (reader, depth) => readTable(reader, depth),
};

/** Has no prototype: a field may be called `__proto__`. Buffers in it are views. */
export function readTable(reader: ByteReader, depth = 0): FieldTable {
  const fields = new ByteReader(reader.longstr());
  const table: Record<string, FieldValue> = Object.create(null);
  while (fields.left > 0) table[fields.shortstr()] = readValue(fields, depth);
  return table;
}

function readArray(reader: ByteReader, depth: number): FieldValue[] {
  const items = new ByteReader(reader.longstr());
  const array: FieldValue[] = [];
  while (items.left > 0) array.push(readValue(items, depth));
  return array;
}

function readValue(reader: ByteReader, depth: number): FieldValue {
  if (depth > MAX_DEPTH) throw new AmqpError(502, 'a field table is nested too deep');
  const type = String.fromCharCode(reader.octet());
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  if (!read) throw new AmqpError(502, `a field table has a value of unknown type ${quoted(type)}`);
  return read(reader, depth + 1);
}

export function writeTable(writer: ByteWriter, table: FieldTable): void {
  const start = writer.length;
  writer.long(0);
  for (const [name, value] of Object.entries(table)) {
    writer.shortstr(name);
    writeValue(writer, value);
  }
  writer.fillLength(start);
}

function writeValue(writer: ByteWriter, value: FieldValue): void {
  const type = (letter: string) => writer.octet(letter.charCodeAt(0));
  if (value === null) {
    type('V');
  } else if (typeof value === 'boolean') {
    type('t');
    writer.octet(value ? 1 : 0);
  } else if (typeof value === 'number') {
    const isInt32 = (value | 0) === value;
    type(isInt32 ? 'I' : 'd');
    if (isInt32) writer.int32(value);
    else writer.double(value);
  } else if (typeof value === 'string') {
    type('S');
    writer.longstr(Buffer.from(value, 'utf8'));
  } else if (Buffer.isBuffer(value)) {
    type('x');
    writer.longstr(value);
  } else if (isArray(value)) {
    type('A');
    const start = writer.length;
    writer.long(0);
    for (const item of value) writeValue(writer, item);
    writer.fillLength(start);
  } else {
    type('F');
    writeTable(writer, value);
  }
}

function isArray(value: readonly FieldValue[] | FieldTable): value is readonly FieldValue[] {
  return Array.isArray(value);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
