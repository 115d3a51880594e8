/** When nothing could be heard of a vehicle, for a watch that hears of one consumer or of several. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Hearings } from '../../../nodes/runtime/consumer/shared-hearings';
import { WatchListening } from '../../../nodes/runtime/vehicle/watch-listening';
import type { TopicHearing } from '../../../src/hearing/topic-hearing';
import { MovedClock } from '../../support/moved-clock';

describe('what a watch hears of', () => {
  let clock: MovedClock;
  let userDir: string;
  let hearings: Hearings;
  let changes: number;
  let listening: WatchListening;

  beforeEach(() => {
    clock = new MovedClock();
    userDir = fs.mkdtempSync(path.join(os.tmpdir(), 'hearing-'));
    hearings = open();
    changes = 0;
    listening = new WatchListening(hearings, () => {
      changes += 1;
    });
  });
  afterEach(() => {
    listening.close();
    fs.rmSync(userDir, { recursive: true });
  });

  const open = () =>
    new Hearings({ settings: { userDir }, log: { warn: assert.fail } } as never, clock);

  const join = (consumer: string): TopicHearing =>
    hearings.of(consumer).join({ isFull: () => false, isHolding: () => false });
  const listen = (topic: TopicHearing) => {
    topic.consumes(true);
    topic.heard(new Date(clock.now()).toISOString(), false);
  };

  it('is what its consumer hears, and is told when that changes', () => {
    const topic = join('c1');
    listening.start(['c1']);
    assert.equal(listening.isDeafFor('v1'), true);
    listen(topic);
    assert.equal(listening.isDeafFor('v1'), false);
    assert.equal(changes, 1);
    listening.close();
    topic.leave();
    assert.equal(changes, 1);
  });

  it('is of each vehicle what its own consumer hears; of one that is not known, what all do', () => {
    const [one, other] = [join('c1'), join('c2')];
    listening.start(['c1', 'c2']);
    listen(one);
    listening.heard('v1', 'c1');
    listening.heard('v2', 'c2');
    const deaf = () => ['v1', 'v2', 'v3'].map((vehicle) => listening.isDeafFor(vehicle));
    assert.deepEqual(deaf(), [false, true, true]);
    listen(other);
    assert.deepEqual(deaf(), [false, false, false]);
    one.leave();
    assert.deepEqual(deaf(), [true, false, true]);
  });

  it('is not held up by a consumer that it has nothing to do with, once it knows its own', () => {
    const one = join('c1');
    join('broken');
    listening.start([]);
    listen(one);
    assert.equal(listening.isDeafFor('v1'), true, 'nobody knows which it is');
    listening.heard('v1', 'never deployed');
    listening.heard('v1', undefined);
    assert.equal(listening.isDeafFor('v1'), true);
    listening.heard('v1', 'c1');
    assert.deepEqual([listening.isDeafFor('v1'), listening.isDeafFor('v2')], [false, false]);
  });

  it('has missed what happened while the process was away, where there is no consumer', () => {
    listening.start([]);
    listening.heardBefore(1_000, 5_000);
    assert.deepEqual(listening.deafFor('v1'), [{ from: 1_000, to: 5_000 }]);
  });

  it('knows after a restart how long nothing was heard, and no more when the consumer is gone for good', async () => {
    const topic = join('c1');
    listening.start(['c1']);
    listen(topic);
    await clock.pass(120_000);
    const since = clock.now();
    topic.leave();
    const again = open();
    await clock.pass(3_600_000);
    const { from = 0, to } = again.of('c1').deaf.at(-1) ?? {};
    assert.deepEqual([from <= since, from >= since - 60_000, to], [true, true, undefined]);
    again.forget('c1');
    assert.deepEqual(again.of('c1').deaf, [{ from: clock.now() }]);
  });
});
