/** For warnings that could come with every event: at most one in ten seconds, and none is left uncounted. */
import { printable } from '../../../src/errors/printable';

const INTERVAL = 10_000;

/** `setTimeout`, but nothing waits for it. */
function later(delay: number, work: () => void): void {
  setTimeout(work, delay).unref();
}

/** Passes a text on, and drops those that follow within ten seconds; when these are over, the last of them says how many. */
export function throttledWarning(
  warn: (text: string) => void,
  now: () => number = Date.now,
  after: (delay: number, work: () => void) => void = later,
): (text: string) => void {
  let nextAt = 0;
  let dropped = 0;
  let last = '';
  const tell = (text: string): void => {
    nextAt = now() + INTERVAL;
    const shown = printable(text);
    warn(dropped > 0 ? `${shown} (and ${dropped} more of the kind)` : shown);
    dropped = 0;
  };
  const tellRest = (): void => {
    if (dropped === 0 || now() < nextAt) return;
    // the last one is told, so it is not one more
    dropped -= 1;
    tell(last);
  };
  return (text) => {
    if (now() >= nextAt) {
      tell(text);
      return;
    }
    last = text;
    dropped += 1;
    if (dropped === 1) after(nextAt - now() + 1, tellRest);
  };
}
