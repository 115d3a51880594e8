/** For warnings that could come with every event: at most one in ten seconds. */

const INTERVAL = 10_000;

/** Passes a text on, and drops those that follow within ten seconds; the next one says how many. */
export function throttledWarning(
  warn: (text: string) => void,
  now: () => number = Date.now,
): (text: string) => void {
  let nextAt = 0;
  let dropped = 0;
  return (text) => {
    if (now() < nextAt) {
      dropped += 1;
      return;
    }
    nextAt = now() + INTERVAL;
    warn(dropped > 0 ? `${text} (and ${dropped} more of the kind)` : text);
    dropped = 0;
  };
}
