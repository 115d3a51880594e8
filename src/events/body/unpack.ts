/** Unpacks the body of a message whose content encoding says that it is packed, within a limit. */
import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { type Problem, shown } from '../problem';

export type Unpacked =
  | { readonly body: Buffer; readonly problem?: Problem }
  /** `message`: one sentence for a user */
  | { readonly failure: 'too-large' | 'unreadable'; readonly message: string };

type Unpacker = (body: Buffer, options: { maxOutputLength: number }) => Buffer;

const UNPACKERS: ReadonlyMap<string, Unpacker> = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflate],
  ['br', brotliDecompressSync],
]);

/** What some clients write although nothing is packed: the encoding of the text. */
const PLAIN = new Set(['', 'identity', 'utf-8', 'utf8', 'us-ascii', 'ascii', '8bit', 'binary']);

/** Never throws. What cannot be unpacked, but is text that begins like an event, is taken as it is, with a problem. */
export function unpack(body: Buffer, encoding: unknown, maxBytes: number): Unpacked {
  if (encoding === undefined && !looksLikeGzip(body)) return { body };
  const name = typeof encoding === 'string' ? encoding.trim().toLowerCase() : '';
  if (PLAIN.has(name)) return looksLikeGzip(body) ? unpackUntold(body, maxBytes) : { body };
  const unpacker = UNPACKERS.get(name);
  if (unpacker === undefined) {
    return (
      asItIs(body, encoding) ?? {
        failure: 'unreadable',
        message: `The message is packed as ${shown(encoding)}; what can be unpacked is gzip, deflate and br.`,
      }
    );
  }
  try {
    return { body: unpacker(body, { maxOutputLength: maxBytes }) };
  } catch (error) {
    if (isTooLarge(error)) return tooLarge(maxBytes);
    return (
      asItIs(body, encoding) ?? {
        failure: 'unreadable',
        message: `The message says that it is packed as ${shown(encoding)}, but it cannot be unpacked.`,
      }
    );
  }
}

/** With the header that the standard asks for, or without it, as some clients write it. */
function inflate(body: Buffer, options: { maxOutputLength: number }): Buffer {
  try {
    return inflateSync(body, options);
  } catch (error) {
    if (isTooLarge(error)) throw error;
    return inflateRawSync(body, options);
  }
}

function looksLikeGzip(body: Buffer): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

function unpackUntold(body: Buffer, maxBytes: number): Unpacked {
  try {
    const unpacked = gunzipSync(body, { maxOutputLength: maxBytes });
    const problem = { path: 'content_encoding', found: undefined, expected: 'gzip' };
    return { body: unpacked, problem };
  } catch (error) {
    return isTooLarge(error) ? tooLarge(maxBytes) : { body };
  }
}

function asItIs(body: Buffer, encoding: unknown): Unpacked | undefined {
  if (!isUtf8(body) || !/^\s*\{/.test(body.toString('latin1', 0, 100))) return undefined;
  const expected = 'none, because the message is not packed';
  return { body, problem: { path: 'content_encoding', found: shown(encoding), expected } };
}

function isTooLarge(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(maxBytes: number): Unpacked {
  return {
    failure: 'too-large',
    message: `Unpacked, the message has more than ${maxBytes} bytes.`,
  };
}
