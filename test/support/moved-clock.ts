/** A clock that stands still until the test moves it, and the process' own clock, moved. */
import assert from 'node:assert/strict';
import type { Clock } from '../../src/time/clock';

interface Timer {
  readonly at: number;
  readonly work: () => void;
}

/** A real timer with a longer delay (milliseconds) does not wait at all. */
const LONGEST_DELAY = 2 ** 31 - 1;

export class MovedClock implements Clock {
  /** In the order in which they were set. */
  readonly #timers = new Set<Timer>();
  #now: number;

  constructor(start = Date.UTC(2025, 5, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#now;
  }

  after(delay: number, work: () => void): () => void {
    assert.ok(delay <= LONGEST_DELAY, `a timer of ${delay} ms would fire at once`);
    const timer = { at: this.#now + Math.max(1, delay), work };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Timers that would still fire. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Lets so many milliseconds pass; after each timer, what waits for it goes on before the next. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await turn();
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#now = timer.at;
      timer.work();
      await turn();
    }
    this.#now = end;
  }

  /** The earliest timer that is due by `end`; of several at one moment the one that was set first. */
  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    }
    return next;
  }
}

/** One turn of the event loop: every promise that can go on has gone on. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const realNow = Date.now;

/**
 * Sets the clock of this process so many milliseconds ahead, 0 = right again. Timers keep their pace,
 * so that connections live on while days pass.
 */
export function setClockAhead(milliseconds: number): void {
  Date.now = milliseconds === 0 ? realNow : () => realNow() + milliseconds;
}

const realElapsed = performance.now.bind(performance);

/**
 * The same for the time that has passed, which deadlines are measured by: as if the process had run for so
 * many milliseconds more. To be called while nothing is waited for: a test's own limits are measured by it too.
 */
export function setTimeAhead(milliseconds: number): void {
  setClockAhead(milliseconds);
  performance.now = milliseconds === 0 ? realElapsed : () => realElapsed() + milliseconds;
}
