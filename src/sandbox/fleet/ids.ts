/** Ids as INVERS' samples show them: a ULID for an event, a UUID for what one call led to. */
import type { Random } from './random';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BITS_40 = 2 ** 40;

/** ULIDs that ascend in the order in which they were made, also within one millisecond. */
export class UlidSource {
  #time = -1;
  /** The random part: two halves of 40 bits, eight characters each. */
  #high = 0;
  #low = 0;

  constructor(private readonly random: Random) {}

  /** `time`: milliseconds since 1970; a time that goes back counts as the last one. */
  next(time: number): string {
    if (time > this.#time) {
      this.#time = time;
      // the first bit stays free, so that counting up never overflows
      this.#high = Math.floor(this.#forty() / 2);
      this.#low = this.#forty();
    } else {
      this.#low += 1;
      if (this.#low === BITS_40) {
        this.#low = 0;
        this.#high += 1;
      }
    }
    return base32(this.#time, 10) + base32(this.#high, 8) + base32(this.#low, 8);
  }

  #forty(): number {
    return this.random.uint32() * 256 + (this.random.uint32() >>> 24);
  }
}

function base32(value: number, length: number): string {
  let text = '';
  let rest = value;
  for (let digit = 0; digit < length; digit += 1) {
    text = CROCKFORD.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** A UUID of version 4. */
export function uuid(random: Random): string {
  const [a, b, c, d] = [hex(random), hex(random), hex(random), hex(random)];
  const variant = '89ab'.charAt(random.whole(0, 3));
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

function hex(random: Random): string {
  return random.uint32().toString(16).padStart(8, '0');
}
