/** How much a test tries: as many cases as it says, or many times more in a long run (`npm run test:long`). */

/** INVERS_TEST_RUNS is how many times more. */
const factor = Number(process.env['INVERS_TEST_RUNS'] || 1);

/** For the number of cases that a test makes up, and for the time that it may take for them. */
export function effort(count: number): number {
  return Math.max(1, Math.round(count * factor));
}
