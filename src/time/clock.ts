/** Time as a parameter, so that tests move it instead of waiting. */

export interface Clock {
  /** milliseconds since 1970 */
  now(): number;
  /** Milliseconds since some moment, for how long something takes: nobody sets this clock, and it stands still while the machine sleeps. */
  elapsed(): number;
  /** Runs `work` once after `delay` milliseconds; the returned function prevents it. */
  after(delay: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(delay, work) {
    const timer = setTimeout(work, delay);
    return () => clearTimeout(timer);
  },
};
