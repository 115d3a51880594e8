/** A method to the payload of a method frame, and back, as the table of methods says. */
import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';
import { AmqpError } from './errors';
import { type FieldTable, readTable, writeTable } from './field-table';
import { type FieldTypes, METHODS, type Method, type MethodName } from './methods';

type Value = FieldTypes[keyof FieldTypes];

/** Flattened once: the ids, and the fields in the order of the wire. */
interface Layout {
  readonly name: MethodName;
  readonly id: readonly [number, number];
  readonly fields: readonly (readonly [string, keyof FieldTypes])[];
}

const layouts = Object.entries(METHODS).map(
  ([name, { id, fields }]): Layout => ({
    name: name as MethodName,
    id,
    fields: Object.entries<keyof FieldTypes>(fields),
  }),
);
const byName = new Map(layouts.map((layout) => [layout.name, layout]));
const byId = new Map(layouts.map((layout) => [numberOf(layout.id), layout]));

function numberOf([classId, methodId]: readonly [number, number]): number {
  return classId * 0x10000 + methodId;
}

/** Class and method number, as connection.close and channel.close name what failed. */
export function idsOf(name: MethodName): readonly [number, number] {
  return METHODS[name].id;
}

/** Throws an AmqpError for what is no method, is cut short, or has something behind its end. */
export function decodeMethod(payload: Buffer): Method {
  const reader = new ByteReader(payload);
  const id = [reader.short(), reader.short()] as const;
  const layout = byId.get(numberOf(id));
  if (!layout) {
    throw new AmqpError(540, `the sandbox does not know class ${id[0]}, method ${id[1]}`);
  }
  const method: Record<string, Value | MethodName> = { name: layout.name };
  let bits = 0;
  let bitsLeft = 0;
  for (const [field, type] of layout.fields) {
    if (type !== 'bit') {
      bitsLeft = 0;
      method[field] = readField(reader, type);
      continue;
    }
    if (bitsLeft === 0) {
      bits = reader.octet();
      bitsLeft = 8;
    }
    method[field] = (bits & 1) === 1;
    bits >>= 1;
    bitsLeft -= 1;
  }
  if (reader.left > 0) {
    throw new AmqpError(502, `${layout.name} has ${reader.left} octets behind its last field`);
  }
  // The table that the fields were read by is the one that the type is made of.
  return method as unknown as Method;
}

export function encodeMethod(method: Method): Buffer {
  const layout = byName.get(method.name);
  if (!layout) throw new Error(`no such method: ${method.name}`);
  const writer = new ByteWriter();
  writer.short(layout.id[0]);
  writer.short(layout.id[1]);
  const values = method as unknown as Record<string, Value>;
  let bits = 0;
  let bitCount = 0;
  const endBits = () => {
    if (bitCount > 0) writer.octet(bits);
    bits = 0;
    bitCount = 0;
  };
  for (const [field, type] of layout.fields) {
    const value = values[field] as Value;
    if (type === 'bit') {
      if (bitCount === 8) endBits();
      if (value) bits |= 1 << bitCount;
      bitCount += 1;
    } else {
      endBits();
      writeField(writer, type, value);
    }
  }
  endBits();
  return writer.written;
}

function readField(reader: ByteReader, type: Exclude<keyof FieldTypes, 'bit'>): Value {
  return type === 'table' ? readTable(reader) : reader[type]();
}

function writeField(
  writer: ByteWriter,
  type: Exclude<keyof FieldTypes, 'bit'>,
  value: Value,
): void {
  if (type === 'table') writeTable(writer, value as FieldTable);
  else if (type === 'longstr') writer.longstr(value as Buffer);
  else if (type === 'shortstr') writer.shortstr(value as string);
  else writer[type](value as number);
}
