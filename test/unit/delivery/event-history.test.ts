/** Which attempt a delivery is, and which events are not tried again because of what they did before. */
import assert from 'node:assert/strict';
import v8 from 'node:v8';
import vm from 'node:vm';
import { Attempts } from '../../../src/delivery/attempts/attempts';
import { historyOf } from '../../../src/delivery/attempts/event-history';
import { failedTooOften } from '../../../src/delivery/attempts/exhaustion';
import { Suspects } from '../../../src/delivery/attempts/suspects';
import { EventDelivery } from '../../../src/delivery/event-delivery';
import { Lanes } from '../../../src/delivery/lanes';
import { MovedClock } from '../../support/moved-clock';
import { SuspectsDisk } from '../../support/suspects-disk';

/** What is in use when nothing more can be given back. */
function heapUsed(): number {
  v8.setFlagsFromString('--expose-gc');
  vm.runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

function createTopic({ maxAttempts = 5, isNew = false } = {}) {
  const attempts = new Attempts({ maxAttempts, delay: 5_000 });
  const disk = new SuspectsDisk();
  if (!isNew) disk.mark = 'orderly end';
  const suspects = new Suspects(disk, 50, new MovedClock());
  suspects.begin();
  const comes = (countedByBroker?: number) =>
    historyOf({ eventId: 'a', isRedelivered: true, countedByBroker }, attempts, suspects);
  /** The process was blocked `times` while only this event was there. */
  const blocks = (times: number) => {
    for (let n = 0; n < times; n++) {
      suspects.blame([{ id: 'd', eventId: 'a' }], true);
      suspects.lost();
    }
  };
  return { attempts, blocks, comes };
}

describe('the attempt that an event is at', () => {
  it('counts failures and ends of the process, and not what the broker counts', () => {
    const { attempts, blocks, comes } = createTopic();
    assert.deepEqual(comes(4), { attempt: 1, exhaustion: undefined });
    attempts.failed('a');
    blocks(2);
    assert.equal(comes(9).attempt, 4);
  });

  it('goes by the broker where this Node-RED knows nothing of the past', () => {
    const { attempts, comes } = createTopic({ isNew: true });
    assert.equal(comes(1).attempt, 2);
    assert.equal(comes().attempt, 1);
    attempts.failed('a');
    attempts.failed('a');
    assert.equal(comes(1).attempt, 3);
  });
});

describe('what is remembered of events', () => {
  const long = (n: number) => `${n} ${'x'.repeat(1_000_000)}`;

  it('takes no more room the longer their ids and those of their vehicles are', () => {
    const attempts = new Attempts({ maxAttempts: 5, delay: 5_000 });
    const suspects = new Suspects(new SuspectsDisk(), 500, new MovedClock());
    const lanes = new Lanes<object>({ setOut: () => undefined });
    suspects.begin();
    const before = heapUsed();
    for (let n = 0; n < 100; n++) {
      historyOf({ eventId: long(n), isRedelivered: true, countedByBroker: 1 }, attempts, suspects);
      const names = { id: `d${n}`, eventId: long(n), attempt: 1, lane: long(n) };
      const delivery = new EventDelivery(names, 0, undefined);
      attempts.failed(delivery.eventId);
      attempts.cutOff(delivery.eventId);
      suspects.blame([delivery], true);
      lanes.enter(delivery.lane, {});
    }
    const grown = (heapUsed() - before) / 1_000_000;
    assert.ok(grown < 5, `${grown.toFixed(1)} MB`);
    assert.equal(
      attempts.failures(new EventDelivery({ id: 'd', eventId: long(7), attempt: 2 }, 0, 0).eventId),
      1,
    );
    lanes.clear();
  });

  it('tells events with long ids apart, and knows each of them again', () => {
    const attempts = new Attempts({ maxAttempts: 5, delay: 5_000 });
    const suspects = new Suspects(new SuspectsDisk(), 50, new MovedClock());
    const arrival = (n: number) => ({ eventId: long(n), isRedelivered: true, countedByBroker: 0 });
    attempts.failed(new EventDelivery({ id: 'd', eventId: long(1), attempt: 1 }, 0, 0).eventId);
    assert.equal(historyOf(arrival(1), attempts, suspects).attempt, 2);
    assert.equal(historyOf(arrival(2), attempts, suspects).attempt, 1);
  });
});

describe('an event is not tried again', () => {
  it('when Node-RED ended by it as often as there are attempts', () => {
    const { blocks, comes } = createTopic({ maxAttempts: 3 });
    blocks(2);
    assert.equal(comes().exhaustion, undefined);
    blocks(1);
    const { attempt, exhaustion } = comes();
    assert.equal(attempt, 4);
    assert.equal(
      exhaustion?.reason,
      'Node-RED ended, or the connection broke, 3 times while the flow had this event',
    );
  });

  it('when failures and such ends together are as many', () => {
    const { attempts, blocks, comes } = createTopic({ maxAttempts: 3 });
    attempts.failed('a');
    blocks(2);
    assert.match(comes().exhaustion?.message ?? '', /^Node-RED ended.* 2 times/);
    assert.equal(
      failedTooOften(2, 1, 'no answer').message,
      'The flow failed at this event 2 times, and Node-RED ended, or the connection broke, once while the flow had this event, the last time because: no answer',
    );
  });

  it('when the flow has failed at it, in words that say how often and why', () => {
    assert.deepEqual(failedTooOften(5, 0, 'no answer'), {
      reason: 'no answer',
      message: 'The flow failed at this event 5 times, the last time because: no answer',
    });
  });

  it('shortly before a quorum queue drops it, whatever counted its deliveries', () => {
    const { comes } = createTopic({ maxAttempts: 1_000 });
    assert.equal(comes(17).exhaustion, undefined);
    assert.match(comes(18).exhaustion?.message ?? '', /given this event out 18 times.*drops it/);
    assert.equal(comes(25).exhaustion?.reason.includes('25 times'), true);
  });
});
