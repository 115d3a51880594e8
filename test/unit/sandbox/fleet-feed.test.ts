/** The feed hands over a fleet's events when they are due, however the clock runs. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fleet, type FleetEvent } from '../../../src/sandbox/fleet/fleet';
import { FleetFeed } from '../../../src/sandbox/fleet-feed';
import { effort } from '../../support/effort';
import { checkFleet, type Published } from '../../support/fleet-checker';
import { START } from '../../support/fleet-stream';
import { MovedClock } from '../../support/moved-clock';

const HOUR = 3_600_000;

function createFeed(rate: number, start = START) {
  const clock = new MovedClock(start);
  const fleet = new Fleet({ vehicles: 20, seed: 1, duplicates: 2, start, rate });
  const delivered: Published[] = [];
  const deliver = (event: FleetEvent) => delivered.push({ ...event, at: clock.now() });
  return { clock, delivered, feed: new FleetFeed(fleet, deliver, clock) };
}

describe('the feed of a fleet', () => {
  it('keeps the rate over any time, from one event in a minute to 10,000 in a second', async () => {
    const cases = [
      { rate: 1 / 60, seconds: 3_600 },
      { rate: 2, seconds: 600 },
      { rate: 250, seconds: 20 },
      { rate: 10_000, seconds: 3 },
    ];
    for (const { rate, seconds } of cases) {
      const { clock, delivered, feed } = createFeed(rate);
      feed.start();
      await clock.pass(seconds * 1000);
      feed.stop();
      const expected = rate * seconds;
      const tolerance = 2 + rate * 0.011;
      assert.ok(
        Math.abs(delivered.length - expected) <= tolerance,
        `${delivered.length} events, not ${expected}`,
      );
      assert.equal(clock.pending, 0);
    }
  });

  it('hands over nothing before it happened, and nothing late', async () => {
    const { clock, delivered, feed } = createFeed(50);
    feed.start();
    await clock.pass(60_000);
    feed.stop();
    assert.ok(delivered.length > 2_900);
    assert.deepEqual(checkFleet(delivered).complaints, []);
  });

  it('looks no more often than every ten milliseconds while it keeps up', async () => {
    const { clock, delivered, feed } = createFeed(10_000);
    feed.start();
    await clock.pass(1_000);
    feed.stop();
    const looks = new Set(delivered.map(({ at }) => at)).size;
    assert.ok(looks <= 101, `${looks} looks`);
  });

  it('is silent after a stop, and goes on at the same rate after a start', async () => {
    const { clock, delivered, feed } = createFeed(2);
    feed.start();
    feed.start();
    await clock.pass(10_000);
    feed.stop();
    feed.stop();
    const before = delivered.length;
    assert.equal(clock.pending, 0);
    await clock.pass(HOUR);
    assert.equal(delivered.length, before);
    feed.start();
    await clock.pass(10_000);
    feed.stop();
    const after = delivered.length - before;
    assert.ok(after >= 17 && after <= 22, `${after} events in ten seconds`);
    assert.deepEqual(checkFleet(delivered).complaints, []);
  });

  it('can be stopped and started by whom it delivers to', async () => {
    const clock = new MovedClock(START);
    const fleet = new Fleet({ vehicles: 5, seed: 1, duplicates: 0, start: START, rate: 1_000 });
    let count = 0;
    const feed = new FleetFeed(
      fleet,
      () => {
        count += 1;
        if (count === 7) feed.stop();
        if (count !== 3) return;
        feed.stop();
        feed.start();
      },
      clock,
    );
    feed.start();
    await clock.pass(1_000);
    assert.equal(count, 7);
    assert.equal(clock.pending, 0);
  });

  it('catches up on a short stall, and rests over a long sleep of the machine', async () => {
    const clock = new LeapingClock();
    const fleet = new Fleet({ vehicles: 20, seed: 1, duplicates: 0, start: START, rate: 10 });
    const delivered: Published[] = [];
    const feed = new FleetFeed(
      fleet,
      (event) => delivered.push({ ...event, at: clock.now() }),
      clock,
    );
    feed.start();
    await clock.pass(1_000);
    clock.leap(3_000);
    await clock.pass(1_000);
    assert.ok(Math.abs(delivered.length - 50) <= 2, `${delivered.length} events in five seconds`);

    const before = delivered.length;
    clock.leap(8 * HOUR);
    await clock.pass(10_000);
    feed.stop();
    const after = delivered.slice(before);
    assert.ok(after.length >= 88 && after.length <= 103, `${after.length} events in ten seconds`);
    // the one that was waiting is of before the sleep
    for (const { at, properties } of after.slice(1)) {
      assert.ok(at / 1000 - properties.timestamp < 60, 'an event is not current');
    }
    assert.deepEqual(checkFleet(delivered).complaints, []);
  });

  it('keeps every rule and every limit however often it is stopped and started', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.1, max: 500, noNaN: true }),
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 20_000 })), { maxLength: 8 }),
        async (rate, steps) => {
          const { clock, delivered, feed } = createFeed(rate);
          for (const [runs, milliseconds] of steps) {
            if (runs) feed.start();
            else feed.stop();
            await clock.pass(Math.min(milliseconds, 1_000_000 / rate));
          }
          feed.stop();
          assert.equal(clock.pending, 0);
          assert.deepEqual(checkFleet(delivered).complaints, []);
        },
      ),
      { numRuns: effort(20) },
    );
  });
});

/** A clock that can stand somewhere else without a timer having fired in between. */
class LeapingClock extends MovedClock {
  #leapt = 0;

  constructor() {
    super(START);
  }

  override now(): number {
    return super.now() + this.#leapt;
  }

  leap(milliseconds: number): void {
    this.#leapt += milliseconds;
  }
}
