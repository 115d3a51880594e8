/** Header tables nested so deeply that reading them would overflow the stack: found before amqplib reads them, and cut. */

/** How deep tables and lists may lie in each other. Brokers themselves (`x-death`) need three levels. */
const DEEPEST = 32;
/** Octets that a level needs at least: a tag and a length. */
const LEVEL = 5;

/** Octets around a frame's payload: type, channel and size before it, one after it. */
const BEFORE = 7;
const HEADER_FRAME = 2;
/** Where in a frame the flags of the message's properties stand, and the properties behind them. */
const FLAGS = BEFORE + 12;
const PROPERTIES = FLAGS + 2;
const HAS_CONTENT_TYPE = 0x8000;
const HAS_CONTENT_ENCODING = 0x4000;
const HAS_HEADERS = 0x2000;

const TABLE = 'F'.charCodeAt(0);
const LIST = 'A'.charCodeAt(0);
/** Opaque octets, which are laid out as a table or a list is: length, content. */
const OCTETS = 'x'.charCodeAt(0);

/** Octets of a value behind its tag, where they are the same for each; -1 = they follow a length. */
const SIZES: Readonly<Record<string, number>> = {
  ...{ t: 1, b: 1, B: 1, s: 2, u: 2, I: 4, i: 4, l: 8, f: 4, d: 8, D: 5, T: 8, V: 0, S: -1, x: -1 },
  // for these two the walk goes inside
  ...{ F: -1, A: -1 },
};

/**
 * Looks at the frame at the beginning of `bytes`, if it is there as a whole and brings the properties of a message.
 * What lies too deep in its headers becomes opaque octets, by one letter that is changed in place. Answers the channel
 * of a message whose headers were cut.
 */
export function cutDeepHeaders(bytes: Buffer): number | undefined {
  if (bytes.length < PROPERTIES || bytes[0] !== HEADER_FRAME) return undefined;
  const end = BEFORE + bytes.readUInt32BE(3);
  if (bytes.length <= end) return undefined;
  const flags = bytes.readUInt16BE(FLAGS);
  if ((flags & HAS_HEADERS) === 0) return undefined;
  let at = PROPERTIES;
  if (flags & HAS_CONTENT_TYPE) at += 1 + (bytes[at] ?? 0);
  if (flags & HAS_CONTENT_ENCODING) at += 1 + (bytes[at] ?? 0);
  if (at + 4 > end) return undefined;
  const length = bytes.readUInt32BE(at);
  if (length < LEVEL * DEEPEST || at + 4 + length > end) return undefined;
  return cut(bytes, at + 4, at + 4 + length) ? bytes.readUInt16BE(1) : undefined;
}

/** Walks through a table without calling itself. What is no table is left to amqplib to refuse. */
function cut(bytes: Buffer, start: number, end: number): boolean {
  /** Where each of the tables and lists ends that the walk is in, and whether it is a list. */
  const inside = [{ end, isList: false }];
  let isCut = false;
  let at = start;
  for (;;) {
    let place = inside.at(-1);
    while (place && at >= place.end) {
      inside.pop();
      place = inside.at(-1);
    }
    if (!place) return isCut;
    if (!place.isList) at += 1 + (bytes[at] ?? 0);
    const tag = bytes[at] ?? 0;
    const size = SIZES[String.fromCharCode(tag)];
    if (size === undefined || at + LEVEL > end) return isCut;
    const value = at + 1;
    at = value + (size >= 0 ? size : 4);
    if (size >= 0) continue;
    const length = bytes.readUInt32BE(value);
    const isNested = tag === TABLE || tag === LIST;
    if (isNested && inside.length <= DEEPEST) {
      inside.push({ end: at + length, isList: tag === LIST });
      continue;
    }
    if (isNested) {
      bytes[value - 1] = OCTETS;
      isCut = true;
    }
    at += length;
  }
}
