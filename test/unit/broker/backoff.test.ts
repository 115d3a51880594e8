/** Waiting between tries grows, stays below its limit and is never in step. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Backoff } from '../../../src/broker/backoff';
import { effort } from '../../support/effort';

const POLICY = { initial: 1000, max: 60_000 };

describe('waiting before the next try', () => {
  it('doubles from the first delay up to the limit, and starts anew after success', () => {
    const backoff = new Backoff(() => 0.5);
    const delays = Array.from({ length: 8 }, () => backoff.next(POLICY));
    assert.deepEqual(delays, [1000, 2000, 4000, 8000, 16_000, 32_000, 50_000, 50_000]);
    backoff.reset();
    assert.equal(backoff.next(POLICY), 1000);
  });

  it('spreads around the nominal delay and never exceeds the limit', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.nat(2000),
        (random, failures) => {
          const backoff = new Backoff(() => random);
          let delay = 0;
          for (let n = 0; n <= failures; n++) delay = backoff.next(POLICY);
          assert.ok(delay >= 800 && delay <= POLICY.max, String(delay));
        },
      ),
      { numRuns: effort(50) },
    );
  });
});
