/** Keeps things in the order in which they came, also where what they wait for comes in another. */

export class InOrder {
  /** Those before the next one; undefined while nobody waits. */
  #previous: Promise<unknown> | undefined;

  /**
   * Calls `next` with the value, after those that came before: at once where the value is there and
   * nobody is ahead. A value that never comes does not disturb the others' order, only its own call
   * fails. Only the calls are in order; what they return is not waited for.
   */
  run<Value, Result>(
    value: Value | Promise<Value>,
    next: (value: Value) => Result | Promise<Result>,
  ): Result | Promise<Result> {
    if (!this.#previous && !(value instanceof Promise)) return next(value);
    let result: { of: Result | Promise<Result> } | undefined;
    const ahead = this.#previous;
    const called = Promise.all([value, ahead]).then(([known]) => {
      result = { of: next(known) };
    });
    // a failure is its own caller's, and lets nobody behind it overtake those ahead
    const previous = Promise.allSettled([ahead, called]).then(() => {
      if (this.#previous === previous) this.#previous = undefined;
    });
    this.#previous = previous;
    return called.then(() => result?.of as Result | Promise<Result>);
  }
}
