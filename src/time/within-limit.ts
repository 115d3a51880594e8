/** Waits for something, but not for ever. */

/** True when `work` settled within `limit` milliseconds, whichever way; false when it did not. */
export async function withinLimit(
  work: Promise<unknown> | undefined,
  limit: number,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, limit, false);
  });
  const settled = Promise.resolve(work).then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
