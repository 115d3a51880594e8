/** Time as a parameter, so that tests move it instead of waiting. */

export interface Clock {
  /** milliseconds since 1970 */
  now(): number;
  /** Milliseconds since some moment: for how long something takes, whoever sets the clock meanwhile. */
  elapsed(): number;
  /** Runs `work` once after `delay` milliseconds; the returned function prevents it. */
  after(delay: number, work: () => void): () => void;
}

/** Begins anywhere, but never jumps, and stands still while the machine sleeps. */
export const steadyClock: Clock = {
  now: () => performance.now(),
  elapsed: () => performance.now(),
  after(delay, work) {
    const timer = setTimeout(work, delay).unref();
    return () => clearTimeout(timer);
  },
};

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(delay, work) {
    const timer = setTimeout(work, delay);
    return () => clearTimeout(timer);
  },
};
