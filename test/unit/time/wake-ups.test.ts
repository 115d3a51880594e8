/** Many wake-ups with one timer: each at its time, the last time that was said, and no other. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { WakeUps } from '../../../src/time/wake-ups';
import { MovedClock } from '../../support/moved-clock';

describe('wake-ups', () => {
  it('come at the time that was said last, for each of many, whatever the order', async () => {
    const step = fc.record({
      id: fc.integer({ min: 0, max: 5 }),
      after: fc.option(fc.integer({ min: 0, max: 200_000 }), { nil: undefined }),
      pass: fc.integer({ min: 0, max: 90_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const clock = new MovedClock();
        const woken: string[] = [];
        const expected: string[] = [];
        const due = new Map<string, number>();
        const wakeUps = new WakeUps(clock, (id) => woken.push(id));
        for (const { id, after, pass } of steps) {
          const at = after === undefined ? undefined : clock.now() + after;
          wakeUps.set(String(id), at);
          if (at === undefined) due.delete(String(id));
          else due.set(String(id), at);
          await clock.pass(pass);
          for (const [name, time] of due) {
            if (time > clock.now()) continue;
            due.delete(name);
            expected.push(name);
          }
          assert.deepEqual([...woken].sort(), [...expected].sort());
          assert.equal(wakeUps.size, due.size);
        }
        wakeUps.close();
        await clock.pass(500_000);
        assert.equal(woken.length, expected.length);
      }),
      { numRuns: 300 },
    );
  });
});
