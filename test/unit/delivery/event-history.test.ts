/** Which attempt a delivery is, and which events are not tried again because of what they did before. */
import assert from 'node:assert/strict';
import { Attempts } from '../../../src/delivery/attempts/attempts';
import { historyOf } from '../../../src/delivery/attempts/event-history';
import { failedTooOften } from '../../../src/delivery/attempts/exhaustion';
import { Suspects } from '../../../src/delivery/attempts/suspects';
import { MovedClock } from '../../support/moved-clock';
import { SuspectsDisk } from '../../support/suspects-disk';

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
