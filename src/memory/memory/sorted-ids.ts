/** Ids in order, of which any may be added and removed at any time without moving all the others. */

/** A block of twice as many is split. */
const BLOCK = 512;

export class SortedIds {
  /** None of them is empty, and all of one come before those of the next. */
  #blocks: string[][] = [];

  /** `id`: not one that it has. */
  add(id: string): void {
    const at = Math.max(0, this.#blockOf(id));
    const block = this.#blocks[at];
    if (!block) {
      this.#blocks.push([id]);
      return;
    }
    block.splice(placeIn(block, id), 0, id);
    if (block.length >= 2 * BLOCK) this.#blocks.splice(at + 1, 0, block.splice(BLOCK));
  }

  /** Many at once, none that it has. */
  addAll(ids: readonly string[]): void {
    const all = [...this.#blocks.flat(), ...ids].sort(compare);
    this.#blocks = [];
    for (let at = 0; at < all.length; at += BLOCK) this.#blocks.push(all.slice(at, at + BLOCK));
  }

  delete(id: string): void {
    const at = this.#blockOf(id);
    const block = this.#blocks[at];
    const place = block ? placeIn(block, id) : 0;
    if (block?.[place] !== id) return;
    block.splice(place, 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /** The next ones, so many at most; from the beginning where `id` is undefined. */
  after(id: string | undefined, limit: number): string[] {
    const found: string[] = [];
    for (let at = id === undefined ? 0 : Math.max(0, this.#blockOf(id)); ; at++) {
      const block = this.#blocks[at];
      if (!block || found.length >= limit) return found;
      let from = 0;
      if (id !== undefined) {
        from = placeIn(block, id);
        if (block[from] === id) from += 1;
      }
      found.push(...block.slice(from, from + limit - found.length));
    }
  }

  clear(): void {
    this.#blocks = [];
  }

  /** The block that the id is in, if it is in any: the last that does not begin after it. */
  #blockOf(id: string): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#blocks[middle]?.[0] ?? '') <= id) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** The place of the id, or where it would have to stand. */
function placeIn(block: readonly string[], id: string): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((block[middle] ?? '') < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
