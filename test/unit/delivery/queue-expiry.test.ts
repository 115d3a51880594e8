/** A queue that nobody reads is deleted after three days: when, and how often, that is said. */
import assert from 'node:assert/strict';
import { type ExpiryMoments, QueueExpiry } from '../../../src/delivery/queue-expiry';
import { MovedClock } from '../../support/moved-clock';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LOOK_INTERVAL = MINUTE;

interface Warning {
  readonly hoursUnread: number;
  readonly hoursLeft: number;
}

/** What outlives the process. */
class Disk {
  moments: ExpiryMoments = {};
  saves = 0;

  load(): ExpiryMoments {
    return this.moments;
  }

  save(moments: ExpiryMoments): void {
    this.moments = moments;
    this.saves += 1;
  }
}

/** A process that starts over what the disk holds. */
function start(disk = new Disk(), clock = new MovedClock()) {
  const warnings: Warning[] = [];
  const expiry = new QueueExpiry(clock, disk, (hoursUnread, hoursLeft) =>
    warnings.push({ hoursUnread, hoursLeft }),
  );
  let isRead = false;
  const look = (reads: boolean) => {
    isRead = reads;
    expiry.look(reads);
  };
  /** So many milliseconds, in which it is asked often how the queue stands. */
  const pass = async (milliseconds: number) => {
    for (let left = milliseconds; left > 0; left -= LOOK_INTERVAL) {
      await clock.pass(Math.min(left, LOOK_INTERVAL));
      expiry.look(isRead);
    }
  };
  return { clock, disk, expiry, look, pass, warnings };
}

/** The process is gone for so long, without a word before. */
function restart(crashed: { clock: MovedClock; disk: Disk }, downtime: number) {
  return start(crashed.disk, new MovedClock(crashed.clock.now() + downtime));
}

describe('the life of a queue', () => {
  it('is no subject while the queue is read, however long', async () => {
    const { look, pass, warnings } = start();
    look(true);
    await pass(10 * DAY);
    assert.deepEqual(warnings, []);
  });

  it('is noted when reading begins, then every ten minutes, so that a crash costs no more', async () => {
    const { clock, disk, look, pass } = start();
    disk.moments = { aliveAt: clock.now() - HOUR };
    look(true);
    assert.deepEqual([disk.saves, disk.moments], [1, { aliveAt: clock.now() }]);
    await pass(10 * MINUTE - 1);
    assert.equal(disk.saves, 1);
    await pass(1);
    assert.deepEqual([disk.saves, disk.moments], [2, { aliveAt: clock.now() }]);
    await pass(25 * MINUTE);
    assert.equal(disk.saves, 4);
    assert.deepEqual(disk.moments, { aliveAt: clock.now() - 5 * MINUTE });
  });

  it('is noted at once when reading begins again, whenever that was noted last', async () => {
    const before = start();
    before.look(true);
    await before.pass(2 * MINUTE);
    const { clock, disk, look } = restart(before, MINUTE);
    look(true);
    assert.deepEqual(disk.moments, { aliveAt: clock.now() });
  });

  it('is warned of 24 hours after the queue was read, then daily, with the hours left', async () => {
    const { look, pass, warnings } = start();
    look(true);
    await pass(5 * HOUR + 7 * MINUTE);
    look(false);
    await pass(DAY - 1);
    assert.deepEqual(warnings, []);
    await pass(1);
    assert.deepEqual(warnings, [{ hoursUnread: 24, hoursLeft: 48 }]);
    await pass(DAY - 1);
    assert.equal(warnings.length, 1);
    await pass(1);
    assert.deepEqual(warnings.at(-1), { hoursUnread: 48, hoursLeft: 24 });
    await pass(2 * DAY);
    assert.deepEqual(warnings.slice(2), [
      { hoursUnread: 72, hoursLeft: 0 },
      { hoursUnread: 96, hoursLeft: 0 },
    ]);
  });

  it('counts from the start for a queue that was never read', async () => {
    const { look, pass, warnings } = start();
    look(false);
    await pass(DAY - 1);
    assert.deepEqual(warnings, []);
    await pass(1);
    assert.deepEqual(warnings, [{ hoursUnread: 24, hoursLeft: 48 }]);
  });

  it('is told again and again how the queue stands without counting anew', async () => {
    const { disk, look, pass, warnings } = start();
    look(true);
    for (let hour = 0; hour < 24; hour++) {
      for (let n = 0; n < 3; n++) look(false);
      await pass(HOUR);
    }
    assert.equal(warnings.length, 1);
    look(true);
    const { saves } = disk;
    look(true);
    assert.equal(disk.saves, saves);
  });

  it('begins anew when the queue is read again, be it for a moment', async () => {
    const { look, pass, warnings } = start();
    look(true);
    look(false);
    await pass(23 * HOUR);
    look(true);
    look(false);
    await pass(DAY - 1);
    assert.deepEqual(warnings, []);
    await pass(1);
    assert.deepEqual(warnings, [{ hoursUnread: 24, hoursLeft: 48 }]);
    look(true);
    await pass(3 * DAY);
    look(false);
    await pass(DAY);
    assert.deepEqual(warnings.slice(1), [{ hoursUnread: 24, hoursLeft: 48 }]);
  });
});

describe('the life of a queue over a restart', () => {
  it('counts on from when it was last read', async () => {
    const before = start();
    before.look(true);
    await before.pass(HOUR + 7 * MINUTE);
    before.expiry.close();
    const { look, pass, warnings } = restart(before, 10 * HOUR);
    look(false);
    await pass(14 * HOUR - 1);
    assert.deepEqual(warnings, []);
    await pass(1);
    assert.deepEqual(warnings, [{ hoursUnread: 24, hoursLeft: 48 }]);
  });

  it('errs by ten minutes at most when the process was killed while it read', async () => {
    const before = start();
    before.look(true);
    await before.pass(7 * HOUR + 19 * MINUTE);
    const { look, pass, warnings } = restart(before, 0);
    look(false);
    await pass(DAY - 10 * MINUTE);
    assert.deepEqual(warnings, []);
    await pass(10 * MINUTE);
    assert.equal(warnings.length, 1);
  });

  it('does not count anew for restarts while the queue is not read', async () => {
    let process = start();
    process.look(true);
    process.look(false);
    for (let n = 0; n < 5; n++) {
      await process.pass(4 * HOUR);
      process.expiry.close();
      process = restart(process, 30 * MINUTE);
      process.look(false);
    }
    await process.pass(90 * MINUTE - 1);
    assert.deepEqual(process.warnings, []);
    await process.pass(1);
    assert.deepEqual(process.warnings, [{ hoursUnread: 24, hoursLeft: 48 }]);
  });

  it('is warned of daily, not at each start', async () => {
    const before = start();
    before.look(false);
    await before.pass(DAY + HOUR);
    assert.equal(before.warnings.length, 1);
    const { look, pass, warnings } = restart(before, HOUR);
    look(false);
    await pass(22 * HOUR - 1);
    assert.deepEqual(warnings, []);
    await pass(1);
    assert.deepEqual(warnings, [{ hoursUnread: 48, hoursLeft: 24 }]);
  });

  it('gives an overdue topic a minute to come back before it warns', async () => {
    const before = start();
    before.look(true);
    before.expiry.close();
    const back = restart(before, 50 * HOUR);
    back.look(false);
    await back.pass(MINUTE - 1);
    back.look(true);
    await back.pass(DAY);
    assert.deepEqual(back.warnings, []);

    back.expiry.close();
    const away = restart(back, 50 * HOUR);
    away.look(false);
    await away.pass(MINUTE);
    assert.deepEqual(away.warnings, [{ hoursUnread: 50, hoursLeft: 22 }]);
  });

  it('begins anew when the clock was set back, as on a device that starts without the time', async () => {
    const before = start();
    before.look(true);
    before.expiry.close();
    const { look, pass, warnings } = start(before.disk, new MovedClock(0));
    look(false);
    await pass(DAY - 1);
    assert.deepEqual(warnings, []);
    await pass(1);
    assert.deepEqual(warnings, [{ hoursUnread: 24, hoursLeft: 48 }]);
  });
});
