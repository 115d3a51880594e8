/** Bounds the work of checking one event against a schema that a user wrote. */

/** Thrown in the middle of a check: whether the event is valid remains open. */
export class TooMuchWork extends Error {
  override readonly name = 'TooMuchWork';
}

/**
 * Units for one event. A pattern costs its size for each character that it looks at, some 50 ns at
 * worst, so this is half a second at worst. An ordinary event takes a few thousand.
 */
const UNITS = 10_000_000;

export class WorkLimit {
  #left = UNITS;

  /** To be called before each event. */
  reset(): void {
    this.#left = UNITS;
  }

  /** Throws a TooMuchWork when there is nothing left. */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) {
      throw new TooMuchWork('it takes too much work: simplify its patterns and references');
    }
  }
}
