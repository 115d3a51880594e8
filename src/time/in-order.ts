/** Handles values in the order in which they were asked for, even if they arrive in another. */

export class InOrder {
  /** Settles when all calls so far were made; undefined while none is waiting. */
  #previous: Promise<unknown> | undefined;

  /**
   * Calls `next` with the value when all earlier calls were made; at once if none is waiting and the value
   * is there. A value that rejects fails its own call only. The next call does not wait for what this
   * one returns.
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
    // also after a failure: the next one still waits for those ahead of it
    const previous = Promise.allSettled([ahead, called]).then(() => {
      if (this.#previous === previous) this.#previous = undefined;
    });
    this.#previous = previous;
    return called.then(() => result?.of as Result | Promise<Result>);
  }
}
