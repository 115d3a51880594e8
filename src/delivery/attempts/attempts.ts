/** How often an event was tried, and how long to hold it before it is given back for the next try. */
import { RecentMap } from '../../time/recent-map';

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
/** Milliseconds that an event rests whose flow was taken away: a deploy may still be going on. */
const REST = 1_000;
/** Only events that failed are remembered. Where more fail at once, something else is wrong. */
const REMEMBERED_EVENTS = 10_000;

export class Attempts {
  readonly #failed = new RecentMap<string, number>(REMEMBERED_EVENTS);
  readonly #cutOff = new RecentMap<string, number>(REMEMBERED_EVENTS);

  constructor(
    private readonly policy: RetryPolicy,
    private readonly random: () => number = Math.random,
  ) {}

  /** How often the flow has failed at the event. */
  failures(event: string): number {
    return this.#failed.get(event) ?? 0;
  }

  /** Which attempt comes next, 1 = the first. `ends` = attempts that ended with the process. */
  number(event: string, ends = 0): number {
    return this.failures(event) + ends + 1;
  }

  /** Whether these attempts are all that an event may have. */
  isOver(attempts: number): boolean {
    return attempts >= this.policy.maxAttempts;
  }

  /**
   * The attempt failed: milliseconds to hold the event, or undefined when it was the last one. `ends` =
   * attempts that ended with the process instead.
   */
  failed(event: string, ends = 0): number | undefined {
    const failures = this.failures(event) + 1;
    this.#cutOff.delete(event);
    if (this.isOver(failures + ends)) return undefined;
    this.#failed.set(event, failures);
    return this.delayAfter(failures + ends);
  }

  /** What failed of late counts for nothing after all: it has failed so often as before. */
  refund(event: string, failures: number): void {
    if (failures > 0) this.#failed.set(event, failures);
    else this.#failed.delete(event);
  }

  /** Milliseconds that it is held for the first time that its flow was taken away. */
  readonly shortestRest = REST;

  /** Its flow was taken away under it, which nobody failed at: milliseconds to hold it, and how often that was. */
  cutOff(event: string): { rest: number; times: number } {
    const times = (this.#cutOff.get(event) ?? 0) + 1;
    this.#cutOff.set(event, times);
    return { rest: Math.min(MAX_DELAY, REST * 2 ** (times - 1)), times };
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
    this.#cutOff.delete(event);
  }
}
