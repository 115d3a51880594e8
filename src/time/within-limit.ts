/** Waits for something, but not for ever. */
import { type Clock, systemClock } from './clock';

/** True when `work` settled within `limit` milliseconds, whichever way; false when it did not. */
export async function withinLimit(
  work: Promise<unknown> | undefined,
  limit: number,
  clock: Pick<Clock, 'after'> = systemClock,
): Promise<boolean> {
  let cancelTimer: (() => void) | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    cancelTimer = clock.after(limit, () => resolve(false));
  });
  const settled = Promise.resolve(work).then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, tooLate]);
  } finally {
    cancelTimer?.();
  }
}
