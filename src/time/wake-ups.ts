/** Wakes many things, each at its own time, with one timer. */
import type { Clock } from './clock';

/** Milliseconds after which the time is looked at again: somebody may have set the clock meanwhile. */
const LONGEST_SLEEP = 60_000;
/** So many are woken before others get their turn. */
const PORTION = 200;

interface Entry {
  readonly id: string;
  at: number;
}

export class WakeUps {
  /** When each is to be woken, in milliseconds since 1970. */
  readonly #due = new Map<string, number>();
  /** A heap, that due first in front. What was put off is found to be early, and put in once more. */
  readonly #heap: Entry[] = [];
  /** Of each id, when its one entry in the heap is due. */
  readonly #queued = new Map<string, Entry>();
  #sleep: { readonly until: number; cancel(): void } | undefined;
  #isClosed = false;

  constructor(
    private readonly clock: Clock,
    private readonly wake: (id: string) => void,
  ) {}

  get size(): number {
    return this.#due.size;
  }

  /** `at`: milliseconds since 1970; undefined = it is not to be woken, any more. */
  set(id: string, at: number | undefined): void {
    if (at === undefined) {
      this.#due.delete(id);
      return;
    }
    if (this.#isClosed || Number.isNaN(at)) return;
    this.#due.set(id, at);
    const queued = this.#queued.get(id);
    if (queued && queued.at <= at) return;
    // the one that it had is passed over when its turn comes
    this.#push({ id, at });
    this.#arm();
  }

  close(): void {
    this.#isClosed = true;
    this.#sleep?.cancel();
    this.#sleep = undefined;
    this.#due.clear();
    this.#queued.clear();
    this.#heap.length = 0;
  }

  #arm(): void {
    const [first] = this.#heap;
    if (first === undefined || this.#isClosed) return;
    const now = this.clock.now();
    const until = Math.min(first.at, now + LONGEST_SLEEP);
    if (this.#sleep && this.#sleep.until <= until) return;
    this.#sleep?.cancel();
    const cancel = this.clock.after(Math.max(0, until - now), this.#rise);
    this.#sleep = { until, cancel };
  }

  readonly #rise = (): void => {
    this.#sleep = undefined;
    const now = this.clock.now();
    for (let woken = 0; woken < PORTION; ) {
      const [first] = this.#heap;
      if (first === undefined || first.at > now) break;
      this.#pop();
      if (this.#queued.get(first.id) !== first) continue;
      this.#queued.delete(first.id);
      const at = this.#due.get(first.id);
      if (at === undefined) continue;
      if (at > now) {
        this.#push({ id: first.id, at });
        continue;
      }
      this.#due.delete(first.id);
      woken += 1;
      this.wake(first.id);
    }
    this.#arm();
  };

  #push(entry: Entry): void {
    this.#queued.set(entry.id, entry);
    const heap = this.#heap;
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Entry;
      if (above.at <= entry.at) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && right.at < (heap[child] as Entry).at) child += 1;
      const below = heap[child] as Entry;
      if (below.at >= last.at) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = last;
  }
}
