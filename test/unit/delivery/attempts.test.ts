/** How often an event is tried, and how long it is held in between. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Attempts } from '../../../src/delivery/attempts/attempts';

/** Delays without spread. */
const EVEN = () => 0.5;

function createAttempts(maxAttempts = 5, delay = 5_000): Attempts {
  return new Attempts({ maxAttempts, delay }, EVEN);
}

describe('attempts at an event', () => {
  it('are numbered from 1, one more after each failure', () => {
    const attempts = createAttempts();
    assert.equal(attempts.number('a'), 1);
    attempts.failed('a');
    assert.equal(attempts.number('a'), 2);
    attempts.failed('a');
    assert.equal(attempts.number('a'), 3);
    assert.equal(attempts.number('b'), 1);
  });

  it('count the ends of the process as well, which are no failures', () => {
    const attempts = createAttempts(3);
    assert.equal(attempts.number('a', 2), 3);
    assert.equal(attempts.failed('a', 1), 10_000);
    assert.equal(attempts.number('a', 1), 3);
    assert.equal(attempts.failures('a'), 1);
    assert.equal(attempts.failed('a', 1), undefined);
    assert.equal(createAttempts(3).failed('b', 2), undefined);
  });

  it('rest twice as long each time that a deploy takes the flow away, 5 minutes at most', () => {
    const attempts = createAttempts();
    const rests = Array.from({ length: 11 }, () => attempts.cutOff('a').rest / 1_000);
    assert.deepEqual(rests, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    assert.equal(attempts.cutOff('a').times, 12);
    assert.equal(attempts.number('a'), 1, 'nobody failed');
    assert.equal(attempts.cutOff('b').rest, 1_000);
    attempts.failed('a');
    assert.equal(attempts.cutOff('a').rest, 1_000, 'its flow was there again');
    attempts.cutOff('b');
    attempts.forget('b');
    assert.equal(attempts.cutOff('b').rest, 1_000);
  });

  it('are held twice as long each time', () => {
    const attempts = createAttempts(20);
    const delays = Array.from({ length: 8 }, () => attempts.failed('a'));
    assert.deepEqual(delays, [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 250_000, 250_000]);
  });

  it('do not come back in step: the delay is spread by a fifth to both sides', () => {
    const delays = [0, 0.25, 0.75, 1].map((random) =>
      new Attempts({ maxAttempts: 5, delay: 5_000 }, () => random).failed('a'),
    );
    assert.deepEqual(delays, [4_000, 4_500, 5_500, 6_000]);
    const real = new Attempts({ maxAttempts: 5, delay: 5_000 });
    const different = new Set(Array.from({ length: 50 }, (_, n) => real.failed(`event ${n}`)));
    assert.ok(different.size > 1);
  });

  it('are held for 1 to 300 seconds, whatever the settings and however many there were', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ min: 0, noNaN: true }), fc.integer({ min: -10_000, max: 10_000 })),
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (delay, attempt, random) => {
          const attempts = new Attempts({ maxAttempts: 10_000, delay }, () => random);
          const held = attempts.failed('a', attempt);
          assert.ok(held !== undefined && held >= 1_000 && held <= 300_000, String(held));
        },
      ),
    );
  });

  it('count for nothing where the service was away: the event has failed so often as before', () => {
    const attempts = createAttempts();
    for (const event of ['a', 'a', 'a', 'b', 'c']) attempts.failed(event);
    attempts.refund('a', 1);
    attempts.refund('b', 0);
    assert.deepEqual(
      ['a', 'b', 'c'].map((event) => attempts.failures(event)),
      [1, 0, 1],
    );
  });

  it('are over when the last one failed', () => {
    const attempts = createAttempts(3);
    assert.notEqual(attempts.failed('a'), undefined);
    assert.notEqual(attempts.failed('a'), undefined);
    assert.equal(attempts.failed('a'), undefined);
    assert.equal(attempts.failed('a'), undefined);
    assert.equal(createAttempts(1).failed('a'), undefined);
  });

  it('begin anew for an event that was done with', () => {
    const attempts = createAttempts();
    attempts.failed('a');
    attempts.failed('b');
    attempts.forget('a');
    assert.equal(attempts.number('a'), 1);
    assert.equal(attempts.number('b'), 2);
  });

  it('are remembered for the 10,000 events that failed last, and for twice as many at most', () => {
    const attempts = createAttempts();
    for (let n = 0; n <= 20_000; n++) attempts.failed(`event ${n}`);
    assert.equal(attempts.number('event 0'), 1);
    assert.equal(attempts.number('event 10001'), 2);
    assert.equal(attempts.number('event 20000'), 2);
  });
});
