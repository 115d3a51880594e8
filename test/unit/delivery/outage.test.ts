/** When a flow counts as failing at everything, and how often it is tried then. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Outage } from '../../../src/delivery/outage';
import { MovedClock } from '../../support/moved-clock';

const MINUTE = 60_000;

function fail(outage: Outage, ...events: string[]): string[] {
  return events.map((event) => outage.failed(event, 1));
}

describe('an outage behind the flow', () => {
  it('begins with the fifth different event that fails in a row', () => {
    const outage = new Outage(new MovedClock());
    assert.deepEqual(fail(outage, 'a', 'b', 'c', 'd', 'a', 'b'), Array(6).fill('counts'));
    assert.deepEqual(fail(outage, 'e', 'f', 'a'), ['begins', 'lasts', 'lasts']);
    const row = outage.takeRow().map(([event]) => event);
    assert.deepEqual(row, ['a', 'b', 'c', 'd', 'e']);
  });

  it('counts what failed in one work for several events as one failure, each time that it fails', () => {
    const outage = new Outage(new MovedClock());
    const failGroup = (work: string) =>
      ['a', 'b', 'c', 'd', 'e', 'f'].map((event) => outage.failed(event, 1, work));
    for (const work of ['group 1', 'group 2', 'group 3']) {
      assert.deepEqual(failGroup(work), Array(6).fill('counts'));
    }
    assert.deepEqual(fail(outage, 'a', 'a'), ['counts', 'counts']);
    assert.deepEqual(failGroup('group 4').slice(0, 2), ['begins', 'lasts']);
    assert.deepEqual(outage.takeRow().length, 6);
    outage.succeeded();
    assert.deepEqual(failGroup('group 5'), Array(6).fill('counts'));
  });

  it('remembers how often each event of the row had failed before it', () => {
    const outage = new Outage(new MovedClock());
    outage.failed('a', 2);
    outage.failed('a', 3);
    for (const event of ['b', 'c', 'd', 'e']) outage.failed(event, 1);
    assert.deepEqual(outage.takeRow()[0], ['a', 2]);
  });

  it('never begins while any event succeeds between four failures', () => {
    const good = fc.constant('good');
    const bad = fc.integer({ min: 0, max: 20 }).map(String);
    fc.assert(
      fc.property(fc.array(fc.oneof(good, bad)), (course) => {
        const outage = new Outage(new MovedClock());
        let row = new Set<string>();
        for (const event of course) {
          if (event === 'good') outage.succeeded();
          else outage.failed(event, 1);
          row = event === 'good' ? new Set() : row.add(event);
          if (row.size >= 5) break;
          assert.equal(outage.isHolding, false);
        }
        assert.equal(outage.isHolding, row.size >= 5);
      }),
    );
  });

  it('is tried every 10 s at first, then less often, and every 5 minutes in the end', async () => {
    const clock = new MovedClock();
    const outage = new Outage(clock);
    fail(outage, 'a', 'b', 'c', 'd', 'e');
    const waits: [minutes: number, seconds: number][] = [
      [0, 10],
      [3, 10],
      [10, 30],
      [60, 180],
      [1_000, 300],
    ];
    for (const [minutes, seconds] of waits) {
      await clock.pass(minutes * MINUTE - outage.length);
      assert.equal(outage.untilNextTry(), seconds * 1_000, `after ${minutes} minutes`);
    }
  });

  it('costs an attempt again for what is tried after two hours, so that nothing is tried for ever', async () => {
    const clock = new MovedClock();
    const outage = new Outage(clock);
    fail(outage, 'a', 'b', 'c', 'd', 'e');
    await clock.pass(120 * MINUTE - 1);
    assert.deepEqual(fail(outage, 'a'), ['lasts']);
    await clock.pass(1);
    assert.deepEqual(fail(outage, 'a'), ['counts']);
  });

  it('is over with the first success, and begins anew with five more failures', () => {
    const outage = new Outage(new MovedClock());
    fail(outage, 'a', 'b', 'c', 'd', 'e');
    assert.equal(outage.succeeded(), true);
    assert.equal(outage.succeeded(), false);
    assert.deepEqual(fail(outage, 'a', 'b', 'c', 'd', 'e').at(-1), 'begins');
  });
});
