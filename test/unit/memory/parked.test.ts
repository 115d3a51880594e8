/** Parked events: each kind of store keeps them, gives them back, and lets the oldest go where there are too many. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mock } from 'node:test';
import { FileParked } from '../../../src/memory/file/file-parked';
import { MemoryParked } from '../../../src/memory/memory/memory-parked';
import type { ParkedEvent, ParkedLimits } from '../../../src/memory/parked-store';
import { MovedClock } from '../../support/moved-clock';

const LIMITS = { events: 10, bytes: 64_000 };

function event(n: number, size = 10): ParkedEvent {
  return {
    id: `p${n}`,
    node: 't1',
    topic: 'States',
    eventId: `e${n}`,
    type: 'VehicleStateRecorded',
    reason: 'attempts-exhausted',
    parkedAt: 1_000 + n,
    body: Buffer.alloc(size, n),
    properties: { type: 'VehicleStateRecorded', headers: {} },
  };
}

describe('parked events', () => {
  let directory: string;
  let dropped = 0;

  beforeEach(() => {
    directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'parked-')), 'parked');
    dropped = 0;
  });
  afterEach(() => {
    mock.restoreAll();
    fs.rmSync(path.dirname(directory), { recursive: true, force: true });
  });

  const onDropped = () => {
    dropped += 1;
  };
  const stores: Record<string, (limits?: ParkedLimits) => MemoryParked | FileParked> = {
    memory: (limits = LIMITS) => new MemoryParked(onDropped, limits),
    files: (limits = LIMITS) => new FileParked(directory, onDropped, limits),
  };
  const ids = (store: MemoryParked | FileParked) => store.list().map(({ id }) => id);

  it('are brought to the disk within a second, many at once, and before their file is closed', async () => {
    const sync = mock.method(
      fs,
      'fdatasync',
      (_file: number, done: (error: Error | null) => void) => done(null),
    );
    const syncNow = mock.method(fs, 'fdatasyncSync', () => undefined);
    const clock = new MovedClock();
    const store = new FileParked(directory, onDropped, LIMITS, { clock });
    for (let n = 1; n <= 5; n++) store.park(event(n));
    await clock.pass(999);
    assert.equal(sync.mock.callCount(), 0);
    await clock.pass(1);
    assert.equal(sync.mock.callCount(), 1);
    store.close();
    assert.equal(syncNow.mock.callCount(), 0, 'there was nothing to bring');
    store.park(event(6));
    // a new file is begun
    store.park(event(7, 4_000));
    assert.equal(syncNow.mock.callCount(), 1);
    store.close();
    assert.equal(syncNow.mock.callCount(), 2);
    assert.equal(clock.pending, 0);
  });

  it('are told of where the disk does not take what the system was given', async () => {
    const failed: string[] = [];
    const onSyncFailed = ({ message }: Error) => void failed.push(message);
    const clock = new MovedClock();
    mock.method(fs, 'fdatasync', (_file: number, done: (error: Error | null) => void) =>
      done(new Error('EIO')),
    );
    mock.method(fs, 'fdatasyncSync', () => assert.fail('EIO at the end'));
    const store = new FileParked(directory, onDropped, LIMITS, { clock, onSyncFailed });
    store.park(event(1));
    await clock.pass(1_000);
    store.park(event(2));
    store.close();
    assert.deepEqual(failed, ['EIO', 'EIO at the end']);
  });

  for (const [kind, create] of Object.entries(stores)) {
    it(`are listed in ${kind} without their content, and read with it`, () => {
      const store = create();
      store.park(event(1));
      store.park(event(2));
      const { body, properties, ...summary } = event(1);
      assert.deepEqual(store.list()[0], summary);
      assert.deepEqual(store.read('p2'), event(2));
      store.remove('p1');
      assert.deepEqual(ids(store), ['p2']);
      assert.equal(store.read('p1'), undefined);
    });

    it(`in ${kind} are bounded in number and bytes, and the oldest go first, told one by one`, () => {
      const store = create();
      for (let n = 0; n < 15; n++) store.park(event(n));
      assert.deepEqual(ids(store), [
        'p5',
        'p6',
        'p7',
        'p8',
        'p9',
        'p10',
        'p11',
        'p12',
        'p13',
        'p14',
      ]);
      assert.equal(dropped, 5);
      for (let n = 20; n < 30; n++) store.park(event(n, 12_000));
      assert.ok(store.list().length < 6, `${store.list().length} of 12 kB are kept`);
      assert.equal(ids(store).at(-1), 'p29');
    });

    it(`in ${kind} are as many as the limits allow, to the last one`, () => {
      const store = create({ events: 3, bytes: 64_000 });
      for (let n = 0; n < 3; n++) store.park(event(n));
      assert.deepEqual([ids(store), dropped], [['p0', 'p1', 'p2'], 0]);
      store.park(event(3));
      assert.deepEqual([ids(store), dropped], [['p1', 'p2', 'p3'], 1]);
    });

    it(`in ${kind} lose all others to one that is larger than all may be, and keep that one`, () => {
      const store = create();
      for (const n of [1, 2]) store.park(event(n));
      store.park(event(3, 70_000));
      assert.deepEqual([ids(store), dropped], [['p3'], 2]);
      assert.deepEqual(store.read('p3'), event(3, 70_000));
      store.park(event(4));
      assert.deepEqual(ids(store), ['p4']);
    });

    it(`in ${kind} make room again when they are removed, and one that is not there changes nothing`, () => {
      const store = create();
      for (let n = 0; n < 40; n++) {
        store.park(event(n, 20_000));
        store.remove(`p${n}`);
        store.remove('never');
      }
      for (let n = 40; n < 42; n++) store.park(event(n, 10_000));
      assert.deepEqual([ids(store), dropped], [['p40', 'p41'], 0]);
      assert.equal(store.read('never'), undefined);
    });
  }

  it('are in the files again after a kill: nothing has to be closed for it', () => {
    const store = stores['files']?.() as FileParked;
    for (let n = 0; n < 5; n++) store.park(event(n));
    store.remove('p3');
    const again = new FileParked(directory, onDropped, LIMITS);
    assert.deepEqual(ids(again), ['p0', 'p1', 'p2', 'p4']);
    assert.deepEqual(again.read('p4'), event(4));
    again.park(event(6));
    assert.deepEqual(ids(new FileParked(directory, onDropped, LIMITS)).at(-1), 'p6');
  });

  it('survive a torn last line, and lines that are none of theirs', () => {
    const store = stores['files']?.() as FileParked;
    store.park(event(1));
    const [name = ''] = fs.readdirSync(directory);
    fs.appendFileSync(path.join(directory, name), 'null\n{}\n\nno JSON\n{"id":"p2","body":"AA');
    const again = new FileParked(directory, onDropped, LIMITS);
    again.park(event(3));
    assert.deepEqual(ids(new FileParked(directory, onDropped, LIMITS)), ['p1', 'p3']);
  });

  it('are written nowhere else when a removal has nothing to remove', () => {
    const store = stores['files']?.() as FileParked;
    store.park(event(1));
    const sizes = () =>
      fs.readdirSync(directory).map((name) => fs.statSync(path.join(directory, name)).size);
    const before = sizes();
    store.remove('never');
    assert.deepEqual(sizes(), before);
  });

  it('are added to after a restart in a file of its own, whichever number that has', () => {
    for (let restart = 0; restart < 12; restart++) {
      const store = stores['files']?.() as FileParked;
      if (restart > 2) store.remove(`p${restart - 3}`);
      store.park(event(restart));
      store.close();
    }
    fs.writeFileSync(
      path.join(directory, 'parked-1.log'),
      JSON.stringify({ ...event(99), body: '' }),
    );
    const line = `${JSON.stringify({ ...event(99), body: '' })}\n`;
    for (const name of ['parked-00000001.log.old', 'unparked-00000001.log', 'notes.txt']) {
      fs.writeFileSync(path.join(directory, name), line);
    }
    const { readdirSync } = fs;
    // a file system may list them in any order
    mock.method(fs, 'readdirSync', (folder: string) => readdirSync(folder).toReversed());
    const last = stores['files']?.() as FileParked;
    assert.deepEqual(ids(last), ['p9', 'p10', 'p11']);
    assert.deepEqual(last.read('p10'), event(10));
    const names = readdirSync(directory).filter((name) => /^parked-\d{8}\.log$/.test(name));
    assert.deepEqual([names[0], names.at(-1)], ['parked-00000010.log', 'parked-00000012.log']);
  });

  it('are added to after the store was closed, too', () => {
    const store = stores['files']?.() as FileParked;
    store.park(event(1));
    store.close();
    store.close();
    store.park(event(2));
    assert.deepEqual(store.read('p2'), event(2));
    assert.deepEqual(ids(new FileParked(directory, onDropped, LIMITS)), ['p1', 'p2']);
  });

  it('are in files of a sixteenth of what all may be, and leave none of them open', () => {
    const open = mock.method(fs, 'openSync');
    const close = mock.method(fs, 'closeSync');
    const store = stores['files']?.() as FileParked;
    for (let n = 0; n < 10; n++) {
      store.park(event(n, 1_000));
      store.read('p0');
    }
    const sizes = fs
      .readdirSync(directory)
      .map((name) => fs.statSync(path.join(directory, name)).size);
    assert.ok(Math.max(...sizes) <= LIMITS.bytes / 16, String(sizes));
    assert.equal(sizes.length, 5);
    assert.equal(open.mock.callCount() - close.mock.callCount(), 1);
    store.close();
    assert.equal(open.mock.callCount(), close.mock.callCount());
  });

  it('are refused while the disk is full, without a trace, and kept again when it is not', () => {
    const store = stores['files']?.() as FileParked;
    store.park(event(1));
    const { writeSync } = fs;
    let calls = 0;
    const full = mock.method(
      fs,
      'writeSync',
      (file: number, bytes: Buffer, offset: number, _length: null, position: number) => {
        calls += 1;
        if (calls > 3) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
        return writeSync(file, bytes, offset, 50, position);
      },
    );
    assert.throws(() => store.park(event(2)), { code: 'ENOSPC' });
    full.mock.restore();
    assert.deepEqual(ids(store), ['p1']);
    store.park(event(3));
    assert.deepEqual(store.read('p3'), event(3));
    assert.deepEqual(ids(new FileParked(directory, onDropped, LIMITS)), ['p1', 'p3']);
  });

  it('are written piece by piece where the system takes no more at once', () => {
    const store = stores['files']?.() as FileParked;
    const { writeSync } = fs;
    mock.method(
      fs,
      'writeSync',
      (file: number, bytes: Buffer, offset: number, _length: null, position: number) =>
        writeSync(file, bytes, offset, Math.min(7, bytes.length - offset), position),
    );
    for (const n of [1, 2]) store.park(event(n, 100));
    assert.deepEqual(store.read('p2'), event(2, 100));
    assert.deepEqual(new FileParked(directory, onDropped, LIMITS).read('p1'), event(1, 100));
  });

  it('leave the disk when they are gone, and are readable by their owner alone', () => {
    const store = stores['files']?.() as FileParked;
    for (let n = 0; n < 200; n++) {
      store.park(event(n, 2_000));
      store.remove(`p${n}`);
    }
    const files = fs.readdirSync(directory);
    assert.ok(files.length <= 2, `${files.length} files are left`);
    assert.equal(fs.statSync(directory).mode & 0o777, 0o700);
    assert.equal(fs.statSync(path.join(directory, files[0] ?? '')).mode & 0o777, 0o600);
    assert.equal(dropped, 0);
  });
});
