/** From the bytes of a message to an INVERS event, or to the reason why nobody can use it. */
import { isUtf8 } from 'node:buffer';
import type { MessageProperties } from '../broker/broker';
import type { InversErrorDetails, InversInvalidError } from '../index';
import { parseJson } from './body/json';
import { unpack } from './body/unpack';
import type { EventMetadata } from './event-types.generated';
import { allMetadata, isObject, readMetadata } from './metadata';
import { expected, type Problem, sentence } from './problem';

/** Source: INVERS documentation, "Event format". What is odd about it is named beside it. */
export interface InversEvent {
  readonly metadata: Readonly<EventMetadata>;
  /** an object, unless a problem says otherwise */
  readonly data: Record<string, unknown>;
}

/** A message that is no usable event, with as much of it as could be read. */
export interface InvalidEvent extends Readonly<InversInvalidError> {
  readonly details?: Readonly<InversErrorDetails>;
  /** the body as text, or as a Buffer of its own where it is not UTF-8 */
  readonly payload: string | Buffer;
  /** from the body where it could be read, else from the message's properties */
  readonly metadata: Readonly<Record<string, unknown>>;
}

export type ParsedEvent = ({ readonly event: InversEvent } | { readonly invalid: InvalidEvent }) & {
  /** What is odd about it, in the order in which it was found. */
  readonly problems: readonly Problem[];
};

export interface EnvelopeLimits {
  /** bytes; keeps one wrong message from filling the memory of every node it passes */
  readonly maxBytes: number;
  /** levels of objects and arrays; a deeper one overflows the stack when Node-RED clones it */
  readonly maxDepth: number;
}

export const ENVELOPE_LIMITS: EnvelopeLimits = { maxBytes: 1024 * 1024, maxDepth: 64 };

/** Reads one message. Never throws, whatever the bytes and the properties are. */
export function parseEvent(
  body: Buffer,
  properties: MessageProperties,
  limits: EnvelopeLimits = ENVELOPE_LIMITS,
): ParsedEvent {
  const refusal = new Refusal(body, properties);
  if (body.length > limits.maxBytes) {
    const message = `The message has ${body.length} bytes, more than ${limits.maxBytes}.`;
    return refusal.because('too-large', message);
  }
  const unpacked = unpack(body, properties.contentEncoding, limits.maxBytes);
  if ('failure' in unpacked) return refusal.because(unpacked.failure, unpacked.message);
  refusal.body = unpacked.body;
  if (!isUtf8(unpacked.body)) {
    return refusal.because('not-json', 'The message is not text in UTF-8.');
  }
  const parsed = parseJson(withoutByteOrderMark(unpacked.body.toString('utf8')), limits.maxDepth);
  if ('failure' in parsed) {
    if (parsed.failure === 'too-deep') {
      const message = `The message is nested deeper than ${limits.maxDepth} levels.`;
      return refusal.because('too-deep', message);
    }
    if (body.length === 0) return refusal.because('not-json', 'The message is empty.');
    const at = parsed.position ? ` (at ${parsed.position})` : '';
    return refusal.because('not-json', `The message is not JSON${at}.`);
  }
  const { value, problems } = parsed;
  if (unpacked.problem) problems.push(unpacked.problem);
  if (!isObject(value)) {
    return refusal.lacking(expected('the message', 'an object', value), undefined, problems);
  }
  // some other object: the AMQP properties alone make no event of it
  if (value['metadata'] === undefined && value['data'] === undefined) {
    return refusal.lacking(expected('metadata', 'an object', undefined), undefined, problems);
  }
  const { metadata, missing } = readMetadata(value['metadata'], properties, problems);
  if (missing) return refusal.lacking(missing, value['metadata'], problems);
  const data = readData(value, problems);
  const isAsSent = value['metadata'] === metadata && value['data'] === data;
  // an event by now; what its metadata lack all the same stands among the problems
  const event = (isAsSent ? value : { metadata, data }) as unknown as InversEvent;
  return { event, problems };
}

/** Where there are no data, whatever else stands beside the metadata: nothing of an event is lost silently. */
function readData(content: Record<string, unknown>, problems: Problem[]): Record<string, unknown> {
  const { data } = content;
  if (isObject(data)) return data;
  problems.push(expected('data', 'an object', data));
  if (data !== undefined) return data as Record<string, unknown>;
  const { metadata: _, ...rest } = content;
  return rest;
}

/** What cannot be used, with as much of it as is known by now. */
class Refusal {
  constructor(
    public body: Buffer,
    private readonly properties: MessageProperties,
  ) {}

  because(code: InvalidEvent['code'], message: string): ParsedEvent {
    const metadata = allMetadata(undefined, this.properties);
    return { invalid: { code, message, payload: readable(this.body), metadata }, problems: [] };
  }

  lacking(details: Problem, sent: unknown, problems: readonly Problem[]): ParsedEvent {
    const metadata = allMetadata(sent, this.properties);
    const payload = readable(this.body);
    const message = sentence(details);
    return { invalid: { code: 'no-envelope', message, details, payload, metadata }, problems };
  }
}

/** For a message that could not even be looked at. Never throws. */
export function unreadable(
  body: Buffer,
  properties: MessageProperties,
  message: string,
): InvalidEvent {
  let metadata = {};
  try {
    metadata = allMetadata(undefined, properties);
  } catch {
    // they may be what is unreadable
  }
  return { code: 'unreadable', message, payload: readable(body), metadata };
}

/** What can be read of a body, unpacked where it is packed. */
export function readablePacked(
  body: Buffer,
  { contentEncoding }: MessageProperties,
  { maxBytes }: EnvelopeLimits = ENVELOPE_LIMITS,
): string | Buffer {
  const unpacked = unpack(body, contentEncoding, maxBytes);
  return readable('body' in unpacked ? unpacked.body : body);
}

/** A copy that can outlive the buffer it came in. */
function readable(body: Buffer): string | Buffer {
  return isUtf8(body) ? body.toString('utf8') : Buffer.from(body);
}

function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
