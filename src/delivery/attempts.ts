/** How often an event was tried, and how long to hold it before it is given back for the next try. */
import { RecentMap } from '../time/recent-map';

export interface RetryPolicy {
  /** After so many failed attempts the event leaves by output 2. */
  readonly maxAttempts: number;
  /** Milliseconds before the second attempt; doubles with each one. */
  readonly delay: number;
}

/** Milliseconds: whatever the settings are, an event is not held longer. */
const MAX_DELAY = 300_000;
/** Milliseconds: whatever the settings are, an event does not go round faster. */
const MIN_DELAY = 1_000;
/** Spread around the nominal delay, so that many events do not come back at the same moment. */
const JITTER = 0.2;
/** Only events that failed are remembered. Where more fail at once, something else is wrong. */
const REMEMBERED_EVENTS = 10_000;

export class Attempts {
  readonly #failed = new RecentMap<string, number>(REMEMBERED_EVENTS);

  constructor(
    private readonly policy: RetryPolicy,
    private readonly random: () => number = Math.random,
  ) {}

  /**
   * Which attempt this delivery is, 1 = the first. A quorum queue counts its deliveries itself
   * (`x-delivery-count`), also over a restart of this process, which forgets its own count.
   */
  number(event: string, countedByBroker: number | undefined): number {
    const failures = this.#failed.get(event) ?? 0;
    return Math.max(failures, countedByBroker ?? 0) + 1;
  }

  /** The attempt failed: milliseconds to hold the event, or undefined when it was the last one. */
  failed(event: string, attempt: number): number | undefined {
    if (attempt >= this.policy.maxAttempts) return undefined;
    this.#failed.set(event, attempt);
    return this.delayAfter(attempt);
  }

  /** This attempt counts for nothing after all: the next one has its number. */
  refund(event: string, attempt: number): void {
    if (attempt > 1) this.#failed.set(event, attempt - 1);
    else this.#failed.delete(event);
  }

  /** Milliseconds to hold an event after this attempt. */
  delayAfter(attempt: number): number {
    const doubled = Math.max(MIN_DELAY, this.policy.delay) * 2 ** (attempt - 1);
    const nominal = Math.min(MAX_DELAY / (1 + JITTER), doubled);
    const spread = 1 + JITTER * (2 * this.random() - 1);
    return Math.round(Math.max(MIN_DELAY, nominal * spread));
  }

  /** The event is done with, whichever way. */
  forget(event: string): void {
    this.#failed.delete(event);
  }
}
