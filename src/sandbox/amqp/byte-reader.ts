/** Reads the elementary types of AMQP from bytes that may be anything: what is cut short or too deep is a SYNTAX_ERROR. */
import { AmqpError } from './errors';

export class ByteReader {
  #offset = 0;

  constructor(private readonly bytes: Buffer) {}

  get left(): number {
    return this.bytes.length - this.#offset;
  }

  octet(): number {
    return this.bytes.readUInt8(this.#advance(1));
  }

  int8(): number {
    return this.bytes.readInt8(this.#advance(1));
  }

  short(): number {
    return this.bytes.readUInt16BE(this.#advance(2));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.#advance(2));
  }

  long(): number {
    return this.bytes.readUInt32BE(this.#advance(4));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.#advance(4));
  }

  float(): number {
    return this.bytes.readFloatBE(this.#advance(4));
  }

  double(): number {
    return this.bytes.readDoubleBE(this.#advance(8));
  }

  /** Exact up to 2^53; no delivery tag and no time goes beyond. */
  longlong(): number {
    return Number(this.bytes.readBigUInt64BE(this.#advance(8)));
  }

  int64(): number {
    return Number(this.bytes.readBigInt64BE(this.#advance(8)));
  }

  shortstr(): string {
    return this.take(this.octet()).toString('utf8');
  }

  /** A view, not a copy. */
  longstr(): Buffer {
    return this.take(this.long());
  }

  /** A view, not a copy. */
  take(length: number): Buffer {
    const start = this.#advance(length);
    return this.bytes.subarray(start, start + length);
  }

  #advance(length: number): number {
    if (length > this.left) throw new AmqpError(502, 'a field goes beyond the end of its frame');
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}
