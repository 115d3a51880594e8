/** How long a delivery is held whose handler failed: longer each time that it comes again, so it never goes round and round. */
import { contentKey } from '../time/bounded-key';
import { RecentMap } from '../time/recent-map';

/** Milliseconds: nothing is held longer. */
const LONGEST = 300_000;
/** How many are remembered. */
const REMEMBERED = 1_000;

export class HandlerFailures {
  readonly #times = new RecentMap<string, number>(REMEMBERED);

  /** `first`: milliseconds after the first failure; they double with each one. */
  constructor(private readonly first: number) {}

  /** Counts one more failure at this body, as an id is what such a message may not have: milliseconds to hold it. */
  next(body: Buffer): number {
    const key = contentKey(body);
    const times = this.#times.get(key) ?? 0;
    this.#times.set(key, times + 1);
    return Math.min(LONGEST, this.first * 2 ** times);
  }
}
