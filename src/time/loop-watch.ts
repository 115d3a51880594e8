/** Sees when the process did nothing else for a while: a timer that comes late tells how long it was blocked. */
import type { Clock } from './clock';

/** Milliseconds between two looks. */
const INTERVAL = 1_000;
/** Milliseconds in which a blockage is still news. */
const RECENT = 5_000;

export class LoopWatch {
  #expectedAt = 0;
  #last = { lasted: 0, endedAt: 0 };
  #cancel: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  start(): void {
    this.stop();
    this.#last = { lasted: 0, endedAt: 0 };
    this.#wait();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Milliseconds for which the process was blocked just now; 0 where it was not. */
  blockedFor(): number {
    if (!this.#cancel) return 0;
    const now = this.clock.elapsed();
    const { lasted, endedAt } = this.#last;
    const recent = endedAt + RECENT >= now ? lasted : 0;
    return Math.max(recent, now - this.#expectedAt, 0);
  }

  #wait(): void {
    this.#expectedAt = this.clock.elapsed() + INTERVAL;
    this.#cancel = this.clock.after(INTERVAL, () => {
      const now = this.clock.elapsed();
      const lasted = now - this.#expectedAt;
      // a small delay does not take the place of a long one that has just ended
      if (lasted > this.#last.lasted || this.#last.endedAt + RECENT < now) {
        this.#last = { lasted, endedAt: now };
      }
      this.#wait();
    });
  }
}
