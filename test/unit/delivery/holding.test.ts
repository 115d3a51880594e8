/** A topic whose flow fails at everything: nothing is lost, no attempt is used up, and it goes on by itself. */
import assert from 'node:assert/strict';
import { OutageWorld } from '../../support/outage-world';

const SECOND = 1_000;
const MINUTE = 60_000;

describe('a topic that holds', () => {
  it('brings 500 events through ten minutes of outage, without an attempt lost or one at output 2', async () => {
    const world = new OutageWorld(500);
    world.isAway = true;
    await world.clock.pass(10 * MINUTE);
    assert.deepEqual(world.told, ['holds: no answer']);
    assert.deepEqual([world.done, world.byOutput2], [[], []]);
    assert.ok(world.unacked <= 5, `${world.unacked} events are kept from the queue`);
    const tries = world.asked.filter(({ at }) => at > SECOND).map(({ at }) => at);
    const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    assert.ok(Math.min(...gaps) >= 10 * SECOND, `asked again after ${Math.min(...gaps)} ms`);
    assert.ok((gaps.at(-1) ?? 0) >= 25 * SECOND, 'it is not asked less often');
    assert.ok(world.deliveredCount <= 100, `${world.deliveredCount} events were sent`);

    const back = world.asked.length;
    world.isAway = false;
    await world.clock.pass(45 * SECOND);
    assert.equal(world.done.length, 500);
    assert.deepEqual(world.byOutput2, []);
    const attempts = world.asked.slice(back).map(({ attempt }) => attempt);
    assert.deepEqual([...new Set(attempts)], [1]);
    assert.deepEqual(world.told, ['holds: no answer', 'goes on']);
    assert.equal(world.clock.pending, 0);
  });

  it('is never held by events that always fail among good ones, and these leave by output 2', async () => {
    const world = new OutageWorld(200);
    for (const event of [10, 50, 51, 120]) world.alwaysFail.add(event);
    await world.clock.pass(5 * MINUTE);
    assert.deepEqual(world.told, []);
    assert.deepEqual(
      world.byOutput2.toSorted((a, b) => a - b),
      [10, 50, 51, 120],
    );
    assert.equal(world.done.length, 200);
  });

  it('goes on although one of the events that it tries always fails', async () => {
    const world = new OutageWorld(100);
    world.isAway = true;
    world.alwaysFail.add(0);
    await world.clock.pass(MINUTE);
    world.isAway = false;
    await world.clock.pass(5 * MINUTE);
    assert.equal(world.done.length, 100);
    assert.deepEqual(world.byOutput2, [0]);
  });

  it('is not held for ever by a whole prefetch of events that nobody can use', async () => {
    const world = new OutageWorld(30, 10);
    for (let event = 0; event < 10; event++) world.alwaysFail.add(event);
    await world.clock.pass(12 * 60 * MINUTE);
    assert.equal(world.done.length, 30);
    assert.equal(world.byOutput2.length, 10);
  });

  it('keeps no event longer than the broker is patient, and sends none round and round', async () => {
    const world = new OutageWorld(100);
    world.isAway = true;
    await world.clock.pass(100 * MINUTE);
    assert.ok(world.deliveredCount < 50 + 6 * 60, `${world.deliveredCount} events were sent`);
    world.isAway = false;
    await world.clock.pass(10 * MINUTE);
    assert.equal(world.done.length, 100);
    assert.deepEqual(world.byOutput2, []);
  });

  it('finds an event to try after its channel was lost with those that were kept', async () => {
    const world = new OutageWorld(100);
    world.isAway = true;
    await world.clock.pass(MINUTE);
    world.reconnect();
    assert.equal(world.holding.isHolding, true);
    const before = world.asked.length;
    await world.clock.pass(MINUTE);
    const tries = world.asked.length - before;
    assert.ok(tries >= 4 && tries <= 6, `${tries} tries in a minute`);
    assert.ok(world.unacked <= 5, `${world.unacked} events are kept from the queue`);
    world.isAway = false;
    await world.clock.pass(MINUTE);
    assert.equal(world.done.length, 100);
  });

  it('tries nothing while a person has paused it, and does not resume then', async () => {
    const world = new OutageWorld(100);
    world.isAway = true;
    await world.clock.pass(MINUTE);
    world.pause(true);
    const before = world.asked.length;
    world.isAway = false;
    await world.clock.pass(60 * MINUTE);
    assert.equal(world.asked.length, before);
    assert.equal(world.unacked, 0, 'what was kept has gone back');
    world.pause(false);
    await world.clock.pass(MINUTE);
    assert.equal(world.done.length, 100);
  });

  it('gives back all it has when it is drained, and forgets the outage when it consumes again', async () => {
    const world = new OutageWorld(100);
    world.isAway = true;
    await world.clock.pass(MINUTE);
    world.deliveries.drain();
    await world.clock.pass(SECOND);
    assert.equal(world.unacked, 0);
    assert.equal(world.clock.pending, 0);
    assert.equal(world.holding.isHolding, false);
    const before = world.asked.length;
    await world.clock.pass(10 * MINUTE);
    assert.equal(world.asked.length, before);
    world.deliveries.resume();
    assert.equal(world.holding.isHolding, false);
  });

  for (const isBatchKnown of [true, false]) {
    const who = isBatchKnown ? 'is known to wait' : 'may be waiting';

    it(`tries more events where the flow ${who} for others before it does anything`, async () => {
      const world = new OutageWorld(120);
      world.batchOf = 12;
      world.isBatchKnown = isBatchKnown;
      world.isAway = true;
      await world.clock.pass(MINUTE);
      assert.equal(world.holding.isHolding, true);
      const before = world.asked.length;
      world.isAway = false;
      await world.clock.pass(10 * MINUTE);
      assert.equal(world.done.length, 120, `${world.asked.length - before} were tried`);
      assert.deepEqual(world.byOutput2, []);
    });
  }

  it('goes on holding when the batch that it tried fails, and tries the next one as a batch again', async () => {
    const world = new OutageWorld(120);
    world.batchOf = 4;
    world.isAway = true;
    await world.clock.pass(10 * MINUTE);
    const times = [...new Set(world.asked.map(({ at }) => at))].slice(-5);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    assert.ok(Math.min(...gaps) >= 10 * SECOND, `asked again after ${Math.min(...gaps)} ms`);
    assert.ok(Math.max(...gaps) <= 3 * MINUTE, `not asked for ${Math.max(...gaps)} ms`);
    assert.ok(world.unacked <= 5 + 4, `${world.unacked} events are kept from the queue`);
    world.isAway = false;
    await world.clock.pass(5 * MINUTE);
    assert.equal(world.done.length, 120);
    assert.deepEqual(world.byOutput2, []);
  });

  it('tries no second event while the first one is being worked on', async () => {
    const world = new OutageWorld(50);
    world.isAway = true;
    world.flowTakes = 45 * SECOND;
    await world.clock.pass(10 * MINUTE);
    const times = world.asked.map(({ at }) => at).filter((at) => at > MINUTE);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    assert.ok(Math.min(...gaps) >= 45 * SECOND, `asked again after ${Math.min(...gaps)} ms`);
  });
});
