/** Waits for something, but not for ever. */
import { type Clock, systemClock } from './clock';

/** True when `work` settled within `limit` milliseconds, whichever way; false when it did not. */
export function withinLimit(
  work: Promise<unknown> | undefined,
  limit: number,
  clock: Clock = systemClock,
): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(limit, () => resolve(false));
    const settled = () => {
      cancel();
      resolve(true);
    };
    Promise.resolve(work).then(settled, settled);
  });
}
