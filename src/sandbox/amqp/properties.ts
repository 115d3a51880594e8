/** The properties of a message, as the header frame of a content has them. */
import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';
import { AmqpError } from './errors';
import { type FieldTable, readTable, writeTable } from './field-table';

export interface MessageProperties {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly headers?: FieldTable;
  readonly deliveryMode?: number;
  readonly priority?: number;
  readonly correlationId?: string;
  readonly replyTo?: string;
  readonly expiration?: string;
  readonly messageId?: string;
  /** Seconds since 1970. */
  readonly timestamp?: number;
  readonly type?: string;
  readonly userId?: string;
  readonly appId?: string;
  readonly clusterId?: string;
}

/** In the order of the wire; the first has the highest bit of the flags. Source: the specification, class "basic". */
const FIELDS = [
  ['contentType', 'shortstr'],
  ['contentEncoding', 'shortstr'],
  ['headers', 'table'],
  ['deliveryMode', 'octet'],
  ['priority', 'octet'],
  ['correlationId', 'shortstr'],
  ['replyTo', 'shortstr'],
  ['expiration', 'shortstr'],
  ['messageId', 'shortstr'],
  ['timestamp', 'longlong'],
  ['type', 'shortstr'],
  ['userId', 'shortstr'],
  ['appId', 'shortstr'],
  ['clusterId', 'shortstr'],
] as const;

/** The lowest bit says that more flags follow, which AMQP 0-9-1 has no use for; the one above belongs to no property. */
const UNUSED_FLAGS = 0b11;

/** The flags and the values, as `readProperties` takes them. */
export function writeProperties(properties: MessageProperties): Buffer {
  const writer = new ByteWriter();
  const present = FIELDS.map(([name]) => properties[name] !== undefined);
  writer.short(present.reduce((flags, is, index) => flags | (is ? 1 << (15 - index) : 0), 0));
  for (const [name, type] of FIELDS) {
    const value = properties[name];
    if (value === undefined) continue;
    if (type === 'table') writeTable(writer, value as FieldTable);
    else if (type === 'shortstr') writer.shortstr(value as string);
    else writer[type](value as number);
  }
  return writer.written;
}

/** Throws an AmqpError for what is cut short, unknown, or has something behind its end. */
export function readProperties(bytes: Buffer): MessageProperties {
  const reader = new ByteReader(bytes);
  const flags = reader.short();
  if (flags & UNUSED_FLAGS) throw new AmqpError(502, 'a header sets flags of no property');
  const properties: Record<string, string | number | FieldTable> = {};
  FIELDS.forEach(([name, type], index) => {
    if ((flags & (1 << (15 - index))) === 0) return;
    properties[name] = type === 'table' ? readTable(reader) : reader[type]();
  });
  if (reader.left > 0) throw new AmqpError(502, 'a header has octets behind its last property');
  return properties;
}
