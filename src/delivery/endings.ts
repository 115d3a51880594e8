/** How the latest deliveries ended: written for every event and read for few, so it is searched, not looked up. */
import type { Ending, LateReason } from './outcome';

/** Enough to tell a late decision why it comes too late. */
const REMEMBERED = 5_000;

export class Endings {
  readonly #ids: string[] = [];
  readonly #endings: Ending[] = [];
  /** Where the next one goes: a ring, in which the oldest is overwritten. */
  #next = 0;

  set(id: string, ending: Ending): void {
    this.#ids[this.#next] = id;
    this.#endings[this.#next] = ending;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /** The newest of the id, as most questions are about what has just ended. */
  get(id: string): Ending | undefined {
    for (let back = 1; back <= this.#ids.length; back++) {
      const index = (this.#next - back + REMEMBERED) % REMEMBERED;
      if (this.#ids[index] === id) return this.#endings[index];
    }
    return undefined;
  }

  /** Why a decision about the delivery comes too late. */
  lateReason(id: string): LateReason {
    const ending = this.get(id);
    if (ending === undefined) return 'unknown';
    return ending === 'lost' ? 'lost' : 'already-decided';
  }
}
