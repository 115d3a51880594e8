/**
 * Whether the flow fails at everything, and when to try it again: a circuit breaker. A success ends a row of
 * failures, so one event that always fails among good ones never makes it hold.
 */
import type { Clock } from '../time/clock';

export interface OutagePolicy {
  /** So many different events, or works for several of them together, fail in a row before it holds. */
  readonly failures: number;
  /** Milliseconds between two tries, at first. */
  readonly firstTry: number;
  /** Milliseconds between two tries, at most. */
  readonly longest: number;
  /** Milliseconds after which a try costs its event an attempt again. */
  readonly patience: number;
}

export const OUTAGE_POLICY: OutagePolicy = {
  failures: 5,
  firstTry: 10_000,
  longest: 300_000,
  // else events that nobody can use, at the head of the queue, would hold up those behind them for ever
  patience: 2 * 3_600_000,
};

/** The longer it lasts the less often it is tried: the wait for its end is a small part of the whole. */
const PART = 20;

export class Outage {
  /** The events that failed since the last success, and how often each had failed before. */
  readonly #row = new Map<string, number>();
  /** What failed: events that were alone, and works for several events, each of which is one failure. */
  readonly #works = new Set<string>();
  #since: number | undefined;

  constructor(
    private readonly clock: Pick<Clock, 'elapsed'>,
    private readonly policy = OUTAGE_POLICY,
  ) {}

  get isHolding(): boolean {
    return this.#since !== undefined;
  }

  /** Milliseconds that it has been holding. */
  get length(): number {
    return this.#since === undefined ? 0 : this.clock.elapsed() - this.#since;
  }

  /** An attempt failed. Whether that counts, is the last in the row, or is due to an outage that is known. */
  failed(eventId: string, failuresBefore: number, work = eventId): 'counts' | 'begins' | 'lasts' {
    if (this.isHolding) return this.length >= this.policy.patience ? 'counts' : 'lasts';
    if (!this.#row.has(eventId)) this.#row.set(eventId, failuresBefore);
    this.#works.add(work);
    if (this.#works.size < this.policy.failures) return 'counts';
    this.#since = this.clock.elapsed();
    return 'begins';
  }

  /** The events of the row, whose failures counted before the outage was known, and how often each had failed before. */
  takeRow(): [eventId: string, failuresBefore: number][] {
    const row = [...this.#row];
    this.#clear();
    return row;
  }

  /** An event went through. True when that ends the outage. */
  succeeded(): boolean {
    if (this.#row.size > 0) this.#clear();
    const wasHolding = this.isHolding;
    this.#since = undefined;
    return wasHolding;
  }

  /** Milliseconds from one try to the next. */
  untilNextTry(): number {
    const { firstTry, longest } = this.policy;
    return Math.min(longest, Math.max(firstTry, this.length / PART));
  }

  #clear(): void {
    this.#row.clear();
    this.#works.clear();
  }
}
