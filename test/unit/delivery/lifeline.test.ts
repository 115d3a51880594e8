/** A queue that nobody reads is deleted after three days: when, and how often, that is said. */
import assert from 'node:assert/strict';
import { Lifeline, type LifelineMoments } from '../../../src/delivery/lifeline';
import { MovedClock } from '../../support/moved-clock';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Warning {
  readonly hoursUnread: number;
  readonly hoursLeft: number;
}

/** What outlives the process. */
class Disk {
  moments: LifelineMoments = {};
  saves = 0;

  load(): LifelineMoments {
    return this.moments;
  }

  save(moments: LifelineMoments): void {
    this.moments = moments;
    this.saves += 1;
  }
}

/** A process that starts over what the disk holds. */
function start(disk = new Disk(), clock = new MovedClock()) {
  const warnings: Warning[] = [];
  const lifeline = new Lifeline(clock, disk, (hoursUnread, hoursLeft) =>
    warnings.push({ hoursUnread, hoursLeft }),
  );
  return { clock, disk, lifeline, warnings };
}

/** The process is gone for so long, without a word before. */
function restart(crashed: { clock: MovedClock; disk: Disk }, downtime: number) {
  return start(crashed.disk, new MovedClock(crashed.clock.now() + downtime));
}

describe('the life of a queue', () => {
  it('is no subject while the queue is read, however long', async () => {
    const { clock, lifeline, warnings } = start();
    lifeline.update(true);
    await clock.pass(10 * DAY);
    assert.deepEqual(warnings, []);
  });

  it('is warned of 24 hours after the queue was read, then daily, with the hours left', async () => {
    const { clock, lifeline, warnings } = start();
    lifeline.update(true);
    await clock.pass(5 * HOUR + 7 * MINUTE);
    lifeline.update(false);
    await clock.pass(DAY - 1);
    assert.deepEqual(warnings, []);
    await clock.pass(1);
    assert.deepEqual(warnings, [{ hoursUnread: 24, hoursLeft: 48 }]);
    await clock.pass(DAY - 1);
    assert.equal(warnings.length, 1);
    await clock.pass(1);
    assert.deepEqual(warnings.at(-1), { hoursUnread: 48, hoursLeft: 24 });
    await clock.pass(2 * DAY);
    assert.deepEqual(warnings.slice(2), [
      { hoursUnread: 72, hoursLeft: 0 },
      { hoursUnread: 96, hoursLeft: 0 },
    ]);
  });

  it('counts from the start for a queue that was never read', async () => {
    const { clock, lifeline, warnings } = start();
    lifeline.update(false);
    await clock.pass(DAY - 1);
    assert.deepEqual(warnings, []);
    await clock.pass(1);
    assert.deepEqual(warnings, [{ hoursUnread: 24, hoursLeft: 48 }]);
  });

  it('is told again and again how the queue stands without counting anew', async () => {
    const { clock, disk, lifeline, warnings } = start();
    lifeline.update(true);
    for (let hour = 0; hour < 24; hour++) {
      for (let n = 0; n < 3; n++) lifeline.update(false);
      await clock.pass(HOUR);
    }
    assert.equal(warnings.length, 1);
    lifeline.update(true);
    const { saves } = disk;
    lifeline.update(true);
    assert.equal(disk.saves, saves);
    assert.equal(clock.pending, 1);
  });

  it('begins anew when the queue is read again, be it for a moment', async () => {
    const { clock, lifeline, warnings } = start();
    lifeline.update(true);
    lifeline.update(false);
    await clock.pass(23 * HOUR);
    lifeline.update(true);
    lifeline.update(false);
    await clock.pass(DAY - 1);
    assert.deepEqual(warnings, []);
    await clock.pass(1);
    assert.deepEqual(warnings, [{ hoursUnread: 24, hoursLeft: 48 }]);
    lifeline.update(true);
    await clock.pass(3 * DAY);
    lifeline.update(false);
    await clock.pass(DAY);
    assert.deepEqual(warnings.slice(1), [{ hoursUnread: 24, hoursLeft: 48 }]);
  });

  it('leaves no timer behind and stays silent when its topic closes', async () => {
    for (const isRead of [true, false]) {
      const { clock, lifeline, warnings } = start();
      lifeline.update(isRead);
      lifeline.close();
      assert.equal(clock.pending, 0);
      await clock.pass(2 * DAY);
      assert.deepEqual(warnings, []);
    }
  });
});

describe('the life of a queue over a restart', () => {
  it('counts on from when it was last read', async () => {
    const before = start();
    before.lifeline.update(true);
    await before.clock.pass(HOUR + 7 * MINUTE);
    before.lifeline.close();
    const { clock, lifeline, warnings } = restart(before, 10 * HOUR);
    lifeline.update(false);
    await clock.pass(14 * HOUR - 1);
    assert.deepEqual(warnings, []);
    await clock.pass(1);
    assert.deepEqual(warnings, [{ hoursUnread: 24, hoursLeft: 48 }]);
  });

  it('errs by ten minutes at most when the process was killed while it read', async () => {
    const before = start();
    before.lifeline.update(true);
    await before.clock.pass(7 * HOUR + 19 * MINUTE);
    const { clock, lifeline, warnings } = restart(before, 0);
    lifeline.update(false);
    await clock.pass(DAY - 10 * MINUTE);
    assert.deepEqual(warnings, []);
    await clock.pass(10 * MINUTE);
    assert.equal(warnings.length, 1);
  });

  it('does not count anew for restarts while the queue is not read', async () => {
    let process = start();
    process.lifeline.update(true);
    process.lifeline.update(false);
    for (let n = 0; n < 5; n++) {
      await process.clock.pass(4 * HOUR);
      process.lifeline.close();
      process = restart(process, 30 * MINUTE);
      process.lifeline.update(false);
    }
    await process.clock.pass(90 * MINUTE - 1);
    assert.deepEqual(process.warnings, []);
    await process.clock.pass(1);
    assert.deepEqual(process.warnings, [{ hoursUnread: 24, hoursLeft: 48 }]);
  });

  it('is warned of daily, not at each start', async () => {
    const before = start();
    before.lifeline.update(false);
    await before.clock.pass(DAY + HOUR);
    assert.equal(before.warnings.length, 1);
    const { clock, lifeline, warnings } = restart(before, HOUR);
    lifeline.update(false);
    await clock.pass(22 * HOUR - 1);
    assert.deepEqual(warnings, []);
    await clock.pass(1);
    assert.deepEqual(warnings, [{ hoursUnread: 48, hoursLeft: 24 }]);
  });

  it('gives an overdue topic a minute to come back before it warns', async () => {
    const before = start();
    before.lifeline.update(true);
    before.lifeline.close();
    const back = restart(before, 50 * HOUR);
    back.lifeline.update(false);
    await back.clock.pass(MINUTE - 1);
    back.lifeline.update(true);
    await back.clock.pass(DAY);
    assert.deepEqual(back.warnings, []);

    back.lifeline.close();
    const away = restart(back, 50 * HOUR);
    away.lifeline.update(false);
    await away.clock.pass(MINUTE);
    assert.deepEqual(away.warnings, [{ hoursUnread: 50, hoursLeft: 22 }]);
  });

  it('begins anew when the clock was set back, as on a device that starts without the time', async () => {
    const before = start();
    before.lifeline.update(true);
    before.lifeline.close();
    const { clock, lifeline, warnings } = start(before.disk, new MovedClock(0));
    lifeline.update(false);
    await clock.pass(DAY - 1);
    assert.deepEqual(warnings, []);
    await clock.pass(1);
    assert.deepEqual(warnings, [{ hoursUnread: 24, hoursLeft: 48 }]);
  });
});
