/** When nothing could be heard of the vehicles of a consumer: over its topics, over deploys and restarts. */
import assert from 'node:assert/strict';
import { ConsumerHearing, type HearingMemory } from '../../../src/hearing/consumer-hearing';
import { union } from '../../../src/hearing/deafness';
import type { TopicHearing } from '../../../src/hearing/topic-hearing';
import { MovedClock } from '../../support/moved-clock';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('what a consumer hears', () => {
  let clock: MovedClock;
  let memory: HearingMemory | undefined;
  let saves: number;
  let hearing: ConsumerHearing;

  let lives = 0;
  const open = () => {
    const life = lives;
    return new ConsumerHearing(clock, {
      load: () => memory,
      save: (saved) => {
        if (life < lives) return;
        saves += 1;
        memory = structuredClone(saved);
      },
    });
  };
  beforeEach(() => {
    clock = new MovedClock();
    memory = undefined;
    saves = 0;
    hearing = open();
  });

  const join = () => hearing.join({ isFull: () => false, isHolding: () => false });
  const fresh = (topic: TopicHearing) => topic.heard(new Date(clock.now()).toISOString(), false);
  /** A topic that hears everything. */
  const listening = () => {
    const topic = join();
    topic.consumes(true);
    fresh(topic);
    return topic;
  };

  it('is something as soon as one topic hears, and nothing when none does any more', async () => {
    const start = clock.now();
    const idle = join();
    assert.deepEqual(hearing.deaf, [{ from: start }]);
    await clock.pass(SECOND);
    const topic = listening();
    assert.deepEqual(hearing.deaf, [{ from: start, to: start + SECOND }]);
    idle.leave();
    assert.equal(hearing.isDeaf, false);
    await clock.pass(10 * MINUTE);
    topic.leave();
    assert.equal(hearing.isDeaf, true);
    assert.equal(clock.pending, 0, 'no timer is left');
  });

  it('is not everything while one of the topics works off a backlog', async () => {
    const [one, other] = [listening(), join()];
    other.consumes(true);
    assert.equal(hearing.isDeaf, true);
    fresh(one);
    assert.equal(hearing.isDeaf, true);
    await clock.pass(20 * SECOND);
    assert.equal(hearing.isDeaf, false, 'nothing waited');
  });

  it('tells who watches when it begins to hear and when it ends', () => {
    let told = 0;
    const stop = hearing.watch(() => {
      told += 1;
    });
    const topic = listening();
    assert.equal(told, 1);
    topic.consumes(false);
    assert.equal(told, 2);
    stop();
    topic.consumes(true);
    fresh(topic);
    assert.equal(told, 2);
  });

  it('takes the time of a restart for not heard, also after a kill', async () => {
    hearing.watch(() => undefined);
    listening();
    await clock.pass(10 * MINUTE);
    const { heardUntil = 0 } = memory ?? {};
    assert.ok(heardUntil > clock.now() - 70 * SECOND, 'it notes now and then that all is well');
    // the process is killed, and writes no more
    lives += 1;
    await clock.pass(5 * HOUR);
    hearing = open();
    assert.deepEqual(hearing.deaf.at(-1), { from: heardUntil });
    const since = clock.now();
    listening();
    assert.deepEqual(hearing.deaf.at(-1), { from: heardUntil, to: since });
    assert.equal(hearing.deaf.length, 2, 'the start of the first process is remembered too');
  });

  it('remembers nothing for nobody, and writes rarely', async () => {
    const topic = listening();
    await clock.pass(10 * MINUTE);
    assert.equal(saves, 0);
    hearing.watch(() => undefined);
    await clock.pass(10 * MINUTE);
    assert.ok(saves > 5 && saves < 15, `${saves}`);
    saves = 0;
    for (let n = 0; n < 50; n++) {
      topic.consumes(false);
      topic.consumes(true);
      fresh(topic);
    }
    assert.ok(saves <= 1, `${saves}`);
  });

  it('goes back to when a vehicle was heard of last where nothing was remembered', () => {
    const start = clock.now();
    hearing.heardBefore(start - 3 * HOUR);
    hearing.heardBefore(start - 2 * HOUR);
    assert.deepEqual(hearing.deaf, [{ from: start - 3 * HOUR }]);
    listening();
    hearing.heardBefore(start - 4 * HOUR);
    assert.deepEqual(hearing.deaf, [{ from: start - 4 * HOUR, to: start }]);
    memory = { heardUntil: start - HOUR, deaf: [] };
    hearing = open();
    hearing.heardBefore(start - 4 * HOUR);
    assert.deepEqual(hearing.deaf, [{ from: start - HOUR }], 'it knows better');
  });

  it('takes what the machine has slept for not heard, before any timer finds out', async () => {
    const topic = listening();
    await clock.pass(10 * MINUTE);
    const since = clock.now();
    // no timer fires while it sleeps
    topic.leave();
    hearing = open();
    const again = listening();
    const now = clock.now;
    clock.now = () => since + HOUR;
    assert.equal(hearing.deaf.at(-1)?.to, undefined);
    assert.ok((hearing.deaf.at(-1)?.from ?? 0) <= since);
    fresh(again);
    assert.deepEqual(hearing.deaf.at(-1), { from: since, to: since + HOUR });
    clock.now = now;
  });

  it('keeps a bounded number of times, and rather too much of them than too little', async () => {
    const start = clock.now();
    const topic = listening();
    for (let n = 0; n < 300; n++) {
      await clock.pass(90 * SECOND);
      topic.consumes(false);
      topic.consumes(true);
      fresh(topic);
    }
    assert.ok(hearing.deaf.length <= 201, `${hearing.deaf.length}`);
    assert.equal(hearing.deaf[0]?.from, start);
    const sum = hearing.deaf.reduce((all, { from, to = from }) => all + to - from, 0);
    assert.ok(sum >= 300 * MINUTE && sum < clock.now() - start, `${sum}`);
  });
});

describe('what one of several consumers does not hear', () => {
  it('is put together, whatever overlaps', () => {
    const one = [{ from: 1, to: 3 }, { from: 10 }];
    const other = [
      { from: 2, to: 5 },
      { from: 5, to: 6 },
      { from: 20, to: 30 },
    ];
    assert.deepEqual(union([one, other]), [{ from: 1, to: 6 }, { from: 10 }]);
    assert.deepEqual(union([other, []]), [
      { from: 2, to: 6 },
      { from: 20, to: 30 },
    ]);
  });
});
