/** What is due when: a binary heap, so that a thousand vehicles cost little more than ten. */

interface Entry<T> {
  at: number;
  /** Of several entries at one moment, the one that was added first comes first. */
  readonly order: number;
  readonly item: T;
}

export class Agenda<T> {
  readonly #heap: Entry<T>[] = [];
  #added = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the first entry is due; Infinity if there is none. */
  get nextAt(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  add(at: number, item: T): void {
    this.#added += 1;
    const entry: Entry<T> = { at, order: this.#added, item };
    const heap = this.#heap;
    let place = heap.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  /** Removes the first entry; undefined if it is due later than `at`, or if there is none. */
  take(at: number): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.at > at) return undefined;
    const last = heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    return first.item;
  }

  /** Everything is due so much later. */
  postpone(delay: number): void {
    for (const entry of this.#heap) entry.at += delay;
  }

  /** Lets an entry go down from the top to its place. */
  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
      const goesRight = left !== undefined && right !== undefined && isBefore(right, left);
      const below = goesRight ? right : left;
      if (below === undefined || isBefore(entry, below)) break;
      heap[place] = below;
      place = 2 * place + (goesRight ? 2 : 1);
    }
    heap[place] = entry;
  }
}

function isBefore<T>(one: Entry<T>, other: Entry<T>): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
