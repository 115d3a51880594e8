/** Chance that can be repeated: the same seed gives the same numbers on every machine. */

const UINT32 = 2 ** 32;

/** Chris Doty-Humphrey's sfc32: 128 bits of state, whole numbers only, so no machine rounds differently. */
export class Random {
  #a: number;
  #b = 0x9e3779b9;
  #c = 0x243f6a88;
  #counter = 1;

  /** `seed`: a whole number; seeds that differ by 2^32 give the same numbers. */
  constructor(seed: number) {
    this.#a = seed | 0;
    // seeds that lie close together begin alike until they are mixed
    for (let round = 0; round < 15; round += 1) this.uint32();
  }

  /** A whole number of 32 bits. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }

  /** From `low` up to, but not including, `high`. */
  between(low: number, high: number): number {
    return low + (this.uint32() / UINT32) * (high - low);
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  /** True in so many cases of a hundred. */
  percent(share: number): boolean {
    return this.between(0, 100) < share;
  }

  /** How long until something happens that happens every `mean` on average, whatever was before. */
  wait(mean: number): number {
    return -Math.log(1 - this.between(0, 1)) * mean;
  }
}
