/** Whether what a topic brings arrives as it happens: by its connection, its room, and how old its events are. */
import assert from 'node:assert/strict';
import { TopicHearing } from '../../../src/hearing/topic-hearing';
import { MovedClock } from '../../support/moved-clock';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('what a topic hears', () => {
  let clock: MovedClock;
  let topic: TopicHearing;
  let isFull: boolean;
  let isHolding: boolean;
  let changes: (number | undefined)[];

  beforeEach(() => {
    clock = new MovedClock();
    isFull = false;
    isHolding = false;
    changes = [];
    topic = new TopicHearing({
      clock,
      isFull: () => isFull,
      isHolding: () => isHolding,
      changed: (since) => changes.push(since),
      left: () => undefined,
    });
  });

  const hear = (age: number, isRepeated = false) =>
    topic.heard(new Date(clock.now() - age).toISOString(), isRepeated);
  const listen = () => {
    topic.consumes(true);
    hear(0);
    assert.deepEqual([topic.isAway, topic.isBehind], [false, false]);
  };

  it('is nothing for sure after a start, until an event comes that has just happened', () => {
    assert.equal(topic.isAway, true);
    topic.consumes(true);
    assert.deepEqual([topic.isAway, topic.isBehind], [false, true]);
    hear(10 * MINUTE);
    assert.equal(topic.isBehind, true);
    hear(5 * SECOND);
    assert.equal(topic.isBehind, false);
  });

  it('knows how old an event is also where its time is a number, or has a leap second', async () => {
    listen();
    await clock.pass(SECOND);
    topic.heard(clock.now() - 10 * MINUTE, false);
    assert.equal(topic.isBehind, true);
    topic.heard(clock.now() - SECOND, false);
    assert.equal(topic.isBehind, false);
    await clock.pass(SECOND);
    topic.heard('2016-12-31T23:59:60Z', false);
    assert.equal(topic.isBehind, true);
  });

  it('ends with a backlog at the very event that has just happened, however fast they come and however their time is written', async () => {
    for (const zone of ['Z', '+00:00']) {
      topic.consumes(false);
      await clock.pass(2 * SECOND);
      topic.consumes(true);
      const tell = (age: number) =>
        topic.heard(new Date(clock.now() - age).toISOString().replace('Z', zone), false);
      for (let minutes = 20; minutes > 1; minutes--) {
        tell(minutes * MINUTE);
        assert.equal(topic.isBehind, true);
      }
      tell(SECOND);
      assert.equal(topic.isBehind, false);
    }
  });

  it('is everything where an event that has just happened comes before it is told that the topic consumes', async () => {
    hear(SECOND);
    assert.equal(topic.isAway, true);
    topic.consumes(true);
    assert.equal(topic.isBehind, false);
    topic.consumes(false);
    await clock.pass(2 * SECOND);
    topic.consumes(true);
    assert.equal(topic.isBehind, true);
  });

  it('is everything when nothing has come for a while although there is room', async () => {
    topic.consumes(true);
    isFull = true;
    await clock.pass(14 * SECOND);
    topic.look();
    await clock.pass(SECOND);
    topic.look();
    assert.equal(topic.isBehind, true, 'there is no room');
    isFull = false;
    topic.look();
    assert.equal(topic.isBehind, false);
  });

  it('is a backlog while old events come, since the newest that was heard before', async () => {
    listen();
    const heardAt = clock.now();
    await clock.pass(10 * MINUTE);
    changes.length = 0;
    hear(5 * MINUTE);
    assert.deepEqual(changes, [heardAt]);
    assert.equal(topic.isBehind, true);
    await clock.pass(14 * SECOND);
    topic.look();
    assert.equal(topic.isBehind, true);
    await clock.pass(SECOND);
    topic.look();
    assert.equal(topic.isBehind, false);
  });

  it('is no backlog where an event comes again after it had failed', async () => {
    listen();
    await clock.pass(SECOND);
    hear(10 * MINUTE, true);
    assert.equal(topic.isBehind, false);
  });

  it('is nothing for sure while the flow has all that the topic may have, and nothing goes on', async () => {
    listen();
    const heardAt = clock.now();
    isFull = true;
    changes.length = 0;
    await clock.pass(15 * SECOND);
    topic.look();
    assert.equal(topic.isBehind, true);
    assert.deepEqual(changes, [heardAt]);
  });

  it('is nothing while it is paused, and goes back as far as a broken connection goes unnoticed', async () => {
    listen();
    const heardAt = clock.now();
    changes.length = 0;
    await clock.pass(20 * SECOND);
    topic.consumes(false);
    assert.equal(topic.isAway, true);
    topic.consumes(true);
    await clock.pass(10 * MINUTE);
    topic.consumes(false);
    assert.deepEqual(changes, [heardAt, heardAt + 20 * SECOND, clock.now() - MINUTE]);
  });

  it('is a backlog while it holds, whatever event is tried meanwhile', () => {
    listen();
    isHolding = true;
    topic.consumes(false);
    assert.deepEqual([topic.isAway, topic.isBehind], [false, true]);
    topic.consumes(true);
    hear(0);
    assert.equal(topic.isBehind, true);
    isHolding = false;
    hear(0);
    assert.equal(topic.isBehind, false);
  });

  it('is not taken for a backlog for ever where the clocks differ', async () => {
    topic.consumes(true);
    for (let second = 0; second <= 31; second++) {
      hear(3 * MINUTE);
      await clock.pass(SECOND);
    }
    assert.equal(topic.isBehind, false);
    hear(3 * MINUTE);
    assert.equal(topic.isBehind, false, 'it stays so');
    await clock.pass(SECOND);
    hear(5 * MINUTE);
    assert.equal(topic.isBehind, true);
  });

  it('stays a backlog while its events become younger, and where there is no room for more', async () => {
    topic.consumes(true);
    for (let second = 0; second < 60; second++) {
      hear(20 * MINUTE - 5 * second * SECOND);
      await clock.pass(SECOND);
    }
    assert.equal(topic.isBehind, true);
    isFull = true;
    for (let second = 0; second < 60; second++) {
      hear(15 * MINUTE);
      await clock.pass(SECOND);
    }
    assert.equal(topic.isBehind, true);
  });

  it('is nothing for sure after the machine has slept, and is what no time can be read of no news', () => {
    listen();
    topic.slept(clock.now() - MINUTE);
    assert.equal(topic.isBehind, true);
    topic.heard('yesterday', false);
    topic.heard(undefined, false);
    assert.equal(topic.isBehind, true);
    hear(0);
    assert.equal(topic.isBehind, false);
  });
});
