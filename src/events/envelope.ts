/** From the bytes of a message to an INVERS event, or to the reason why it is none. */
import { isUtf8 } from 'node:buffer';
import type { DeliveryProperties } from '../broker/broker';
import type { AnyEvent, InversInvalidError, InversProblem } from '../index';
import type { EventMetadata } from './event-types.generated';
import { type Problem, sentence, shown } from './problem';

/** Source: INVERS documentation, "Event format". */
export interface InversEvent extends Readonly<AnyEvent> {
  readonly metadata: Readonly<EventMetadata>;
  readonly data: Record<string, unknown>;
}

/** A message that is no usable event, with as much of it as could be read. */
export interface InvalidEvent extends Readonly<InversInvalidError> {
  readonly details?: Readonly<InversProblem>;
  /** the body as text, or as a Buffer of its own where it is not UTF-8 */
  readonly payload: string | Buffer;
  /** from the body where it could be read, else from the message's properties */
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface Remark {
  readonly code: 'id-differs' | 'type-differs' | 'proto-left-out';
  /** one sentence for a user */
  readonly text: string;
}

export type ParsedEvent =
  | {
      readonly event: InversEvent;
      /** What is odd about the event although it can be used. */
      readonly remark?: Remark | undefined;
    }
  | { readonly invalid: InvalidEvent };

export interface EnvelopeLimits {
  /** bytes; keeps one wrong message from filling the memory of every node it passes */
  readonly maxBytes: number;
  /** levels of objects and arrays; a deeper one overflows the stack when Node-RED clones it */
  readonly maxDepth: number;
}

export const ENVELOPE_LIMITS: EnvelopeLimits = { maxBytes: 1024 * 1024, maxDepth: 64 };

/** Reads one message. Never throws, whatever the bytes are. */
export function parseEvent(
  body: Buffer,
  properties: DeliveryProperties,
  limits: EnvelopeLimits = ENVELOPE_LIMITS,
): ParsedEvent {
  const invalid = (
    code: InvalidEvent['code'],
    reason: string | Problem,
    metadata?: unknown,
  ): ParsedEvent => ({
    invalid: {
      code,
      ...(typeof reason === 'string'
        ? { message: reason }
        : { message: sentence(reason), details: reason }),
      payload: readable(body),
      metadata: isObject(metadata) ? metadata : metadataOf(properties),
    },
  });

  if (body.length > limits.maxBytes) {
    return invalid(
      'too-large',
      `The message has ${body.length} bytes, more than ${limits.maxBytes}.`,
    );
  }
  if (!isUtf8(body)) return invalid('not-json', 'The message is not text in UTF-8.');

  let content: unknown;
  try {
    content = JSON.parse(withoutByteOrderMark(body.toString('utf8')));
  } catch (error) {
    if (body.length === 0) return invalid('not-json', 'The message is empty.');
    // V8's own words quote the message, which has no place in a log
    const position = /position \d+/.exec((error as Error).message)?.[0];
    return invalid('not-json', `The message is not JSON${position ? ` (at ${position})` : ''}.`);
  }
  const found = clean(content, limits.maxDepth);
  if (found === 'too-deep') {
    return invalid('too-deep', `The message is nested deeper than ${limits.maxDepth} levels.`);
  }

  const metadata = isObject(content) ? content['metadata'] : undefined;
  const problem = envelopeProblem(content);
  if (problem !== undefined) return invalid('no-envelope', problem, metadata);
  const event = content as unknown as InversEvent;
  return {
    event,
    remark: found === 'cleaned' ? CLEANED : contradiction(event.metadata, properties),
  };
}

/** The first thing that keeps `content` from being `{ metadata, data }`, if anything. */
function envelopeProblem(content: unknown): Problem | undefined {
  if (!isObject(content)) return expected('the message', 'an object', content);
  const { metadata, data } = content;
  if (!isObject(metadata)) return expected('metadata', 'an object', metadata);
  if (!isText(metadata['id'])) return expected('metadata.id', 'a text', metadata['id']);
  if (!isText(metadata['type'])) return expected('metadata.type', 'a text', metadata['type']);
  const version = metadata['schema_major_version'];
  if (!Number.isSafeInteger(version) || (version as number) < 0) {
    return expected('metadata.schema_major_version', 'a whole number', version);
  }
  const occurredAt = metadata['occurred_at'];
  if (!isText(occurredAt) || !isInstant(occurredAt)) {
    return expected('metadata.occurred_at', 'a time like 2025-05-06T07:08:09Z', occurredAt);
  }
  const flowId = metadata['flow_id'];
  if (flowId !== undefined && flowId !== null && typeof flowId !== 'string') {
    return expected('metadata.flow_id', 'a text or nothing', flowId);
  }
  if (!isObject(data)) return expected('data', 'an object', data);
  return undefined;
}

/** INVERS repeats id and type as AMQP properties: if they differ, something altered the message. */
function contradiction(
  metadata: EventMetadata,
  properties: DeliveryProperties,
): Remark | undefined {
  const { messageId, type } = properties;
  if (messageId !== undefined && messageId !== metadata.id) {
    return differs('id-differs', 'message-id', messageId, metadata.id);
  }
  if (type !== undefined && type !== metadata.type) {
    return differs('type-differs', 'type', type, metadata.type);
  }
  return undefined;
}

function differs(code: Remark['code'], name: string, property: unknown, value: unknown): Remark {
  const text = `Its AMQP property ${name} is ${shown(property)}, but its metadata says ${shown(value)}, which counts.`;
  return { code, text };
}

/** What the message's properties tell of the metadata when the body does not. */
function metadataOf(properties: DeliveryProperties): Record<string, unknown> {
  const { messageId, type, correlationId, timestamp, headers } = properties;
  const metadata: Record<string, unknown> = {};
  if (messageId !== undefined) metadata['id'] = messageId;
  if (type !== undefined) metadata['type'] = type;
  const version = Number(headers['schema_major_version'] ?? Number.NaN);
  if (Number.isSafeInteger(version)) metadata['schema_major_version'] = version;
  if (timestamp !== undefined && Number.isSafeInteger(timestamp) && timestamp < 1e11) {
    metadata['occurred_at'] = new Date(timestamp * 1000).toISOString();
  }
  if (correlationId !== undefined) metadata['flow_id'] = correlationId;
  return metadata;
}

/** A copy that can outlive the buffer it came in. */
export function readable(body: Buffer): string | Buffer {
  return isUtf8(body) ? body.toString('utf8') : Buffer.from(body);
}

function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

const CLEANED: Remark = {
  code: 'proto-left-out',
  text: 'It has a property named __proto__, which was left out: the copies that Node-RED makes of a message would take it for something else.',
};

/**
 * Looks at every level, and takes `__proto__` out: harmless in what `JSON.parse` makes, it becomes
 * the prototype of the copy when Node-RED clones the message. Stops at the limit, so that its own
 * depth is bounded too.
 */
function clean(value: unknown, levels: number): 'as-sent' | 'cleaned' | 'too-deep' {
  if (typeof value !== 'object' || value === null) return 'as-sent';
  if (levels === 0) return 'too-deep';
  let result: 'as-sent' | 'cleaned' = 'as-sent';
  const properties = value as Record<string, unknown>;
  for (const key in properties) {
    if (key === '__proto__') {
      delete properties[key];
      result = 'cleaned';
      continue;
    }
    const found = clean(properties[key], levels - 1);
    if (found === 'too-deep') return found;
    if (found === 'cleaned') result = found;
  }
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** As INVERS writes them: days that every month has need no calendar. */
const USUAL =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?Z$/;

function isInstant(text: string): boolean {
  if (USUAL.test(text)) return true;
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text));
}

function expected(path: string, expectation: string, found: unknown): Problem {
  return { path, found: shown(found), expected: expectation };
}
