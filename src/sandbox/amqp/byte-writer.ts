/** Writes the elementary types of AMQP into a buffer that grows. */

/** Octets in a short string at most: its length is one octet. */
const SHORTSTR_MAX = 255;

export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(size = 256) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written so far: a view that further writing may move. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  octet(value: number): void {
    this.#length = this.#room(1).writeUInt8(value, this.#length);
  }

  short(value: number): void {
    this.#length = this.#room(2).writeUInt16BE(value, this.#length);
  }

  long(value: number): void {
    this.#length = this.#room(4).writeUInt32BE(value, this.#length);
  }

  int32(value: number): void {
    this.#length = this.#room(4).writeInt32BE(value, this.#length);
  }

  double(value: number): void {
    this.#length = this.#room(8).writeDoubleBE(value, this.#length);
  }

  longlong(value: number): void {
    this.#length = this.#room(8).writeBigUInt64BE(BigInt(value), this.#length);
  }

  /** Longer texts are cut where a character ends: reply texts quote names that a client chose. */
  shortstr(value: string): void {
    let bytes = Buffer.from(value, 'utf8');
    if (bytes.length > SHORTSTR_MAX) {
      let end = SHORTSTR_MAX;
      while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
      bytes = bytes.subarray(0, end);
    }
    this.octet(bytes.length);
    this.raw(bytes);
  }

  longstr(value: Buffer): void {
    this.long(value.length);
    this.raw(value);
  }

  raw(value: Buffer): void {
    this.#room(value.length);
    this.#length += value.copy(this.#bytes, this.#length);
  }

  /** Fills in the length, as four octets at `position`, of what was written behind it. */
  fillLength(position: number): void {
    this.#bytes.writeUInt32BE(this.#length - position - 4, position);
  }

  #room(length: number): Buffer {
    const needed = this.#length + length;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}
