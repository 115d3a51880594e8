/** How long to wait before the next try: longer each time, never in step with others. */

export interface BackoffPolicy {
  /** milliseconds before the second try */
  readonly initial: number;
  /** milliseconds at most */
  readonly max: number;
}

/** Spread around the nominal delay, so that many clients do not come back at the same moment. */
const JITTER = 0.2;

export class Backoff {
  #failures = 0;

  constructor(private readonly random: () => number = Math.random) {}

  /** Counts one more failure and returns the milliseconds to wait, never above `policy.max`. */
  next(policy: BackoffPolicy): number {
    const nominal = Math.min(policy.max / (1 + JITTER), policy.initial * 2 ** this.#failures);
    this.#failures += 1;
    return Math.round(nominal * (1 + JITTER * (2 * this.random() - 1)));
  }

  /** The next failure is a first one again. */
  reset(): void {
    this.#failures = 0;
  }
}
