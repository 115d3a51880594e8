/** Ids in files: what was recorded is known again after whatever happened to the process or the disk. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mock } from 'node:test';
import { FileStore } from '../../../src/memory/file/file-store';
import { StoreDirectory } from '../../../src/memory/file/store-directory';
import type { StoreHealth } from '../../../src/memory/key-store';
import { eventId } from '../../support/events';
import { MovedClock } from '../../support/moved-clock';
import { describeStore } from '../../support/store-contract';

const HOUR = 3_600_000;

describe('remembering ids in files', function () {
  this.timeout(60_000);
  let directory: string;
  let clock: MovedClock;
  let stores: FileStore[];
  let health: StoreHealth[];

  beforeEach(() => {
    directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ids-')), 'invers');
    clock = new MovedClock();
    stores = [];
    health = [];
  });
  afterEach(() => {
    mock.restoreAll();
    for (const store of stores) store.close();
    fs.rmSync(path.dirname(directory), { recursive: true, force: true });
  });

  function open(maxEntries = 100_000): FileStore {
    const tell = (changed: StoreHealth) => health.push(changed);
    const place = new StoreDirectory({ directory, clock, tell });
    const store = new FileStore({ place, maxEntries });
    store.retain(HOUR);
    stores.push(store);
    return store;
  }
  const record = (store: FileStore, from: number, to: number) => {
    for (let n = from; n < to; n++) store.record(eventId(n), 'first', HOUR);
  };
  const known = (store: FileStore, from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => eventId(from + n)).filter(
      (id) => typeof store.reserve(id, 'later', HOUR, HOUR) === 'object',
    ).length;
  const segments = () => fs.readdirSync(directory).filter((name) => name.endsWith('.log'));

  describe('as every store does it', () => {
    describeStore(async () => {
      const store = open();
      return {
        store,
        pass: async (milliseconds, hasChanged) => {
          await clock.pass(milliseconds);
          await hasChanged();
        },
        dispose: async () => store.close(),
      };
    });
  });

  it('knows after a restart what was recorded before, with its time, and nothing else', async () => {
    const first = open();
    const at = clock.now();
    record(first, 0, 100);
    first.reserve(eventId(100), 'open', HOUR, HOUR);
    first.close();
    await clock.pass(1_000);
    const second = open();
    assert.deepEqual(second.reserve(eventId(7), 'later', HOUR, HOUR), {
      firstSeenAt: at,
      count: 2,
    });
    assert.equal(known(second, 0, 100), 100);
    assert.equal(second.reserve(eventId(100), 'again', HOUR, HOUR), 'reserved');
    assert.deepEqual(health, []);
  });

  it('forgets for good what it was told to forget', () => {
    const first = open();
    record(first, 0, 10);
    first.forget();
    record(first, 10, 20);
    first.close();
    const second = open();
    assert.equal(known(second, 0, 20), 10);
  });

  it('passes over what a crash of the machine left: half a record at the end, or nonsense', () => {
    const first = open();
    record(first, 0, 10);
    first.close();
    const file = path.join(directory, segments()[0] ?? '');
    fs.appendFileSync(
      file,
      Buffer.concat([Buffer.alloc(64), Buffer.from('\nno id\n1764072000000 01TE')]),
    );
    const second = open();
    assert.equal(known(second, 0, 10), 10);
    record(second, 10, 20);
    second.close();
    const third = open();
    assert.equal(known(third, 0, 20), 20);
  });

  it('keeps its files small, and the newest ids', () => {
    const first = open(2_000);
    for (let from = 0; from < 20_000; from += 1_000) {
      record(first, from, from + 1_000);
      assert.ok(segments().length <= 4, `${segments().length} files`);
    }
    first.close();
    const second = open(2_000);
    assert.equal(known(second, 18_000, 20_000), 2_000);
    assert.equal(known(second, 0, 17_999), 0);
  });

  it('brings to the disk within a second what the system was given', async () => {
    const sync = mock.method(fs, 'fdatasync');
    const store = open();
    record(store, 0, 10);
    await clock.pass(1_000);
    assert.equal(sync.mock.callCount(), 1);
    await clock.pass(10_000);
    assert.equal(sync.mock.callCount(), 1);
  });

  it('says so where the disk does not take what the system was given, unless it has closed', async () => {
    let tell: (error: Error) => void = () => undefined;
    mock.method(fs, 'fdatasync', (_file: number, done: typeof tell) => {
      tell = done;
    });
    for (const isClosed of [false, true]) {
      health.length = 0;
      const store = open();
      record(store, 0, 10);
      await clock.pass(1_000);
      if (isClosed) store.close();
      tell(new Error('EIO: i/o error, fdatasync'));
      assert.deepEqual(
        health.map(({ state }) => state),
        isClosed ? [] : ['memory-only'],
      );
      store.close();
    }
  });

  it('answers nothing once it has closed, and leaves the directory to others', () => {
    const store = open();
    record(store, 0, 10);
    store.close();
    assert.throws(() => store.reserve('a', 'b', HOUR, HOUR), {
      code: 'store-away',
      message: `The directory ${directory} is not open.`,
    });
    assert.equal(known(open(), 0, 10), 10);
    assert.deepEqual(health, []);
  });

  it('lets go of a directory that it could not read, and forgets in memory meanwhile', async () => {
    const { readdirSync } = fs;
    const broken = mock.method(fs, 'readdirSync', () => {
      throw new Error('EIO: i/o error, scandir');
    });
    const store = open();
    assert.deepEqual(readdirSync(directory), []);
    record(store, 0, 10);
    store.forget();
    assert.equal(known(store, 0, 10), 0);
    broken.mock.restore();
    await clock.pass(5_000);
    record(store, 20, 21);
    const [away, working] = health.map(({ message }) => message);
    assert.match(away ?? '', /cannot be written \(EIO: i\/o error, scandir\)/);
    assert.equal(working, `${directory} can be used again: what it keeps survives a crash again.`);
  });

  it('works on in memory while the disk is full, says so once, and writes what was missed', async () => {
    const store = open();
    record(store, 0, 10);
    const full = mock.method(fs, 'writeSync', () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    record(store, 10, 3_000);
    await clock.pass(5_000);
    record(store, 3_000, 3_010);
    assert.deepEqual(
      health.map(({ state }) => state),
      ['memory-only'],
    );
    assert.match(health[0]?.message ?? '', /ENOSPC.*remembered in memory.*make room/);
    assert.equal(known(store, 0, 3_010), 3_010);
    full.mock.restore();
    await clock.pass(1_000);
    record(store, 3_010, 3_011);
    assert.deepEqual(health.at(-1), {
      state: 'working',
      message: `${directory} can be used again: what it keeps survives a crash again.`,
    });
    store.close();
    assert.equal(known(open(), 0, 3_011), 3_011);
  });

  it('begins in memory where the disk is full, and joins what was there when it can', async () => {
    const before = open();
    record(before, 0, 10);
    before.close();
    const full = mock.method(fs, 'writeFileSync', () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    });
    const store = open();
    record(store, 10, 20);
    assert.equal(known(store, 10, 20), 10);
    assert.deepEqual(
      health.map(({ state }) => state),
      ['memory-only'],
    );
    full.mock.restore();
    await clock.pass(5_000);
    record(store, 20, 21);
    assert.equal(health.at(-1)?.state, 'working');
    assert.equal(known(store, 0, 21), 21);
    store.close();
    assert.equal(known(open(), 0, 21), 21);
  });

  describe('one process at a time', () => {
    const lockFile = () => path.join(directory, 'seen.lock');

    it('refuses a second store in the same process, and lets it in when the first has closed', async () => {
      const first = open();
      const second = open();
      assert.equal(health[0]?.state, 'refused');
      const { message = '' } = health[0] ?? {};
      assert.ok(message.includes(directory));
      assert.match(
        message,
        new RegExp(`another store of this Node-RED \\(process ${process.pid}\\)`),
      );
      assert.throws(() => second.reserve('a', 'b', HOUR, HOUR), { code: 'store-away' });
      record(first, 0, 10);
      first.close();
      // it is not looked for with every event
      await clock.pass(4_999);
      assert.throws(() => second.reserve('a', 'b', HOUR, HOUR), { code: 'store-away' });
      await clock.pass(1);
      assert.equal(known(second, 0, 10), 10);
      assert.equal(health.at(-1)?.state, 'working');
    });

    it('takes over what a process left that has gone, and one that gives no sign of life', () => {
      const first = open();
      const lock = JSON.parse(fs.readFileSync(lockFile(), 'utf8'));
      first.close();
      const old = new Date(Date.now() - 60_000);
      const leave = (holder: object) => {
        fs.writeFileSync(lockFile(), JSON.stringify({ ...lock, token: 'other', ...holder }));
      };
      // its pid went to another process: to this one
      leave({ start: '1' });
      fs.utimesSync(lockFile(), old, old);
      open().close();
      // on another machine that shares the disk
      leave({ place: 'elsewhere' });
      open();
      assert.equal(health[0]?.state, 'refused');
      assert.match(health[0]?.message ?? '', /process \d+ on elsewhere/);
      fs.utimesSync(lockFile(), old, old);
      open().close();
      assert.equal(health.length, 1);
    });

    it('stops when another one has taken the directory over', async () => {
      const store = open();
      // a sign of life that fails is no reason to stop, nor to give no other
      const broken = mock.method(fs, 'utimesSync', () => {
        throw new Error('EIO: i/o error, utime');
      });
      await clock.pass(10_000);
      assert.equal(broken.mock.callCount(), 1);
      broken.mock.restore();
      assert.equal(health.length, 0);
      await clock.pass(10_000);
      fs.writeFileSync(
        lockFile(),
        fs.readFileSync(lockFile(), 'utf8').replace(/"token":"\w/, '"token":"?'),
      );
      await clock.pass(10_000);
      assert.equal(health[0]?.state, 'refused');
      assert.match(health[0]?.message ?? '', /was taken over by another process/);
      assert.throws(() => store.reserve('a', 'b', HOUR, HOUR), { code: 'store-away' });
    });
  });
});
