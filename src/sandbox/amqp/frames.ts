/** Frames on their way out: methods, contents split to the agreed size, heartbeats. */
import { ByteWriter } from './byte-writer';
import { encodeMethod } from './method-codec';
import type { Method } from './methods';

export const FRAME = { method: 1, header: 2, body: 3, heartbeat: 8 } as const;
export const FRAME_END = 0xce;
/** Octets of a frame around its payload: type, channel and size before it, the end mark behind. */
export const FRAME_OVERHEAD = 8;
/** The class that contents belong to. */
export const BASIC_CLASS = 60;

/** What a client sends before anything else, and a broker answers where it speaks another version. */
export const PROTOCOL_HEADER = Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1]);

export const HEARTBEAT = Buffer.from([FRAME.heartbeat, 0, 0, 0, 0, 0, 0, FRAME_END]);

export function methodFrame(channel: number, method: Method): Buffer {
  return frames(channel, [[FRAME.method, encodeMethod(method)]]);
}

/** A method with a content: its frame, the header's, and as many for the body as `frameMax` makes of it. */
export function contentFrames(
  channel: number,
  method: Method,
  properties: Buffer,
  body: Buffer,
  frameMax: number,
): Buffer {
  const header = new ByteWriter(properties.length + 12);
  header.short(BASIC_CLASS);
  header.short(0); // the weight, which nobody uses
  header.longlong(body.length);
  header.raw(properties);
  const parts: [number, Buffer][] = [
    [FRAME.method, encodeMethod(method)],
    [FRAME.header, header.written],
  ];
  const room = frameMax - FRAME_OVERHEAD;
  for (let start = 0; start < body.length; start += room) {
    parts.push([FRAME.body, body.subarray(start, start + room)]);
  }
  return frames(channel, parts);
}

function frames(channel: number, parts: readonly (readonly [number, Buffer])[]): Buffer {
  const size = parts.reduce((sum, [, payload]) => sum + payload.length + FRAME_OVERHEAD, 0);
  const writer = new ByteWriter(size);
  for (const [type, payload] of parts) {
    writer.octet(type);
    writer.short(channel);
    writer.longstr(payload);
    writer.octet(FRAME_END);
  }
  return writer.written;
}
