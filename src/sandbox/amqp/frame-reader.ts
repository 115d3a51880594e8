/** Cuts what comes from a socket, in pieces of any size, into frames; keeps one unfinished frame at most. */
import { AmqpError } from './errors';
import { FRAME, FRAME_END, FRAME_OVERHEAD } from './frames';

export interface Frame {
  readonly type: number;
  readonly channel: number;
  /** A view into what came from the socket: copy before keeping it. */
  readonly payload: Buffer;
}

/** Type, channel, size. */
const HEADER_SIZE = 7;
/** Octets that a frame may be too long: RabbitMQ bears it, because some clients do not count what is around a payload. */
const TOLERANCE = FRAME_OVERHEAD;
const TYPES: ReadonlySet<number> = new Set(Object.values(FRAME));
const NOTHING = Buffer.alloc(0);

export class FrameReader {
  /** Octets of a frame at most, with everything around its payload. */
  frameMax: number;
  /** The frame that has begun, as far as it is here; `#filled` octets of it are. */
  #frame = NOTHING;
  #filled = 0;

  constructor(frameMax: number) {
    this.frameMax = frameMax;
  }

  /** Octets that wait for the rest of their frame. */
  get waiting(): number {
    return this.#filled;
  }

  /** Throws an AmqpError at the first octet that cannot be part of a frame; the reader is of no use afterwards. */
  *read(chunk: Buffer): Generator<Frame, void, void> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#filled === 0 && rest.length >= HEADER_SIZE) {
        const size = this.#sizeOf(rest);
        if (rest.length >= size) {
          yield this.#finish(rest.subarray(0, size));
          rest = rest.subarray(size);
          continue;
        }
      }
      rest = this.#keep(rest);
      if (this.#filled < HEADER_SIZE || this.#filled < this.#frame.length) continue;
      const frame = this.#frame;
      this.#frame = NOTHING;
      this.#filled = 0;
      yield this.#finish(frame);
    }
  }

  /** Takes as much as the unfinished frame still needs, and answers the rest. */
  #keep(bytes: Buffer): Buffer {
    const isHeader = this.#filled < HEADER_SIZE;
    if (this.#frame.length === 0) this.#frame = Buffer.allocUnsafe(HEADER_SIZE);
    const end = isHeader ? HEADER_SIZE : this.#frame.length;
    const copied = bytes.copy(this.#frame, this.#filled, 0, end - this.#filled);
    this.#filled += copied;
    if (isHeader && this.#filled === HEADER_SIZE) {
      const whole = Buffer.allocUnsafe(this.#sizeOf(this.#frame));
      this.#frame.copy(whole);
      this.#frame = whole;
    }
    return bytes.subarray(copied);
  }

  /** Octets of the frame that begins here. */
  #sizeOf(bytes: Buffer): number {
    const type = bytes.readUInt8(0);
    if (!TYPES.has(type)) throw new AmqpError(501, `there is no frame of type ${type}`);
    const size = bytes.readUInt32BE(3) + FRAME_OVERHEAD;
    if (size > this.frameMax + TOLERANCE) {
      throw new AmqpError(
        501,
        `a frame of ${size} octets is larger than the ${this.frameMax} agreed on`,
      );
    }
    return size;
  }

  #finish(frame: Buffer): Frame {
    const end = frame.readUInt8(frame.length - 1);
    if (end !== FRAME_END) {
      throw new AmqpError(501, `a frame ends in octet ${end} instead of ${FRAME_END}`);
    }
    return {
      type: frame.readUInt8(0),
      channel: frame.readUInt16BE(1),
      payload: frame.subarray(HEADER_SIZE, -1),
    };
  }
}
