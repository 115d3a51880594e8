/** A directory is for one process at a time: who is let in, who is not, and what the others are told. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mock } from 'node:test';
import { DirectoryLock } from '../../../src/memory/file/directory-lock';

const SECOND = 1_000;

describe('the lock of a directory', () => {
  let directory: string;
  let file: string;

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'lock-'));
    file = path.join(directory, 'seen.lock');
  });
  afterEach(() => {
    mock.restoreAll();
    fs.rmSync(directory, { recursive: true, force: true });
  });

  const written = () => JSON.parse(fs.readFileSync(file, 'utf8'));
  const age = (milliseconds: number) => {
    const then = new Date(Date.now() - milliseconds);
    fs.utimesSync(file, then, then);
  };
  /** What stands in the file of this process, changed. */
  const ours = (change: object = {}) => {
    const lock = DirectoryLock.acquire(directory);
    const holder = written();
    lock.release();
    return { ...holder, token: 'of another', ...change };
  };
  const leave = (holder: unknown, milliseconds = 0) => {
    fs.writeFileSync(file, typeof holder === 'string' ? holder : JSON.stringify(holder));
    age(milliseconds);
  };
  /** Who has it, as whoever asks is told; undefined where it is let in. */
  const holderTold = () => {
    try {
      DirectoryLock.acquire(directory);
      return undefined;
    } catch (error) {
      const { message, name } = error as Error;
      assert.equal(name, 'DirectoryTaken');
      assert.ok(message.startsWith(`The directory ${directory} is in use by `), message);
      assert.ok(message.includes('choose another one, or a Redis store'), message);
      return /in use by (.*?)\. A directory/.exec(message)?.[1];
    }
  };
  /** What the system tells of processes: when each began. Without one it tells nothing, as where it is no Linux. */
  const fakeSystem = (starts?: Readonly<Record<number, string>>) => {
    const { readFileSync } = fs;
    mock.method(fs, 'readlinkSync', () => (starts ? 'pid:[1]' : assert.fail('no such file')));
    mock.method(fs, 'readFileSync', (name: string, options: BufferEncoding) => {
      const [, pid] = /^\/proc\/(\d+)\/stat$/.exec(name) ?? [];
      if (pid === undefined) return readFileSync(name, options);
      const start = starts?.[Number(pid)] ?? assert.fail('no such file');
      const fields = Array.from({ length: 50 }, (_, index) => (index === 19 ? start : index));
      return `${pid} (odd) name) ${fields.join(' ')}`;
    });
  };

  it('says which process has it, since when, and where', () => {
    DirectoryLock.acquire(directory);
    const { pid, start, place, token } = written();
    assert.equal(pid, process.pid);
    assert.ok(place.startsWith(os.hostname()), place);
    assert.match(token, /^[\w-]{36}$/);
    if (process.platform === 'linux') {
      assert.match(start, /^\d+$/);
      assert.equal(place, `${os.hostname()} ${fs.readlinkSync('/proc/self/ns/pid')}`);
    }
    assert.deepEqual(fs.readdirSync(directory), ['seen.lock']);
  });

  it('is for one store of one process', () => {
    const lock = DirectoryLock.acquire(directory);
    assert.equal(holderTold(), `another store of this Node-RED (process ${process.pid})`);
    lock.release();
    assert.deepEqual(fs.readdirSync(directory), []);
    assert.equal(holderTold(), undefined);
  });

  it('is not taken from a process that lives, however long it gave no sign of it', () => {
    const pid = process.ppid;
    fakeSystem({ [process.pid]: '700', [pid]: '300' });
    leave(ours({ pid, start: '300' }), 3_600 * SECOND);
    assert.equal(holderTold(), `process ${pid}`);
    const forbidden = Object.assign(new Error('EPERM'), { code: 'EPERM' });
    mock.method(process, 'kill', () => {
      throw forbidden;
    });
    assert.equal(holderTold(), `process ${pid}`, 'it runs under another user');
  });

  it('is taken at once from a process that has gone', () => {
    const gone = 2 ** 22 + 1;
    fakeSystem({ [process.pid]: '700', [gone]: '300' });
    leave(ours({ pid: gone, start: '300' }));
    assert.equal(holderTold(), undefined);
    assert.equal(written().pid, process.pid);
    assert.deepEqual(fs.readdirSync(directory), ['seen.lock']);
  });

  it('is taken at once where another process has the number of the one that has gone', () => {
    fakeSystem({ [process.pid]: '700', [process.ppid]: '600' });
    leave(ours({ pid: process.ppid, start: '300' }));
    assert.equal(holderTold(), undefined);
  });

  it('is taken after 30 seconds from whoever cannot be seen, and no sooner', () => {
    const elsewhere = ours({ place: 'elsewhere pid:[4026531836]', pid: 7 });
    const unseen: [holder: unknown, told: string][] = [
      [elsewhere, 'process 7 on elsewhere'],
      ['', 'another process'],
      ['{"pid":', 'another process'],
      ['null', 'another process'],
      ['[]', 'another process'],
      [{ ...elsewhere, pid: '7' }, 'another process'],
      [{ ...elsewhere, start: 1 }, 'another process'],
      [{ ...elsewhere, place: undefined }, 'another process'],
      [{ ...elsewhere, token: null }, 'another process'],
    ];
    for (const [holder, told] of unseen) {
      const what = JSON.stringify(holder);
      leave(holder, 20 * SECOND);
      assert.equal(holderTold(), told, what);
      leave(holder, 31 * SECOND);
      assert.equal(holderTold(), undefined, what);
      assert.equal(written().pid, process.pid, what);
    }
  });

  it('goes by the signs of life where the system does not tell when a process began', () => {
    fakeSystem();
    const holder = ours({ pid: process.ppid });
    assert.deepEqual([holder.start, holder.place], ['', os.hostname()]);
    leave(holder, 20 * SECOND);
    assert.equal(holderTold(), `process ${process.ppid}`);
    leave(holder, 31 * SECOND);
    assert.equal(holderTold(), undefined);
  });

  it('shows a sign of life with each beat, and is made anew where somebody has tidied up', () => {
    const lock = DirectoryLock.acquire(directory);
    age(60 * SECOND);
    assert.equal(lock.beat(), true);
    assert.ok(Date.now() - fs.statSync(file).mtimeMs < 20 * SECOND);
    const before = written();
    fs.rmSync(file);
    assert.equal(lock.beat(), true);
    assert.deepEqual(written(), before);
  });

  it('is lost to whoever has taken it over, and stays theirs', () => {
    const lock = DirectoryLock.acquire(directory);
    const theirs = { ...written(), token: 'of another' };
    leave(theirs, 60 * SECOND);
    assert.equal(lock.beat(), false);
    assert.ok(Date.now() - fs.statSync(file).mtimeMs > 50 * SECOND, 'no sign of life for others');
    lock.release();
    assert.deepEqual(written(), theirs);
  });

  it('leaves no file behind that it could not write, and says why', () => {
    const { writeFileSync } = fs;
    mock.method(fs, 'writeFileSync', (name: string, _text: string, options: object) => {
      writeFileSync(name, '', options);
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    });
    assert.throws(() => DirectoryLock.acquire(directory), { code: 'ENOSPC' });
    assert.deepEqual(fs.readdirSync(directory), []);
  });

  describe('that two find stale at the same time', () => {
    /** The other one does this just before we move the file away. */
    const meanwhile = (act: () => void) => {
      const { renameSync } = fs;
      let isFirst = true;
      mock.method(fs, 'renameSync', (from: string, to: string) => {
        if (isFirst) act();
        isFirst = false;
        renameSync(from, to);
      });
    };

    it('goes to the other where that was quicker, whose file is put back', () => {
      const stale = ours({ place: 'elsewhere' });
      leave(stale, 60 * SECOND);
      const theirs = { ...stale, place: 'quicker' };
      meanwhile(() => leave(theirs));
      assert.equal(holderTold(), `process ${process.pid} on quicker`);
      assert.deepEqual(written(), theirs);
      assert.deepEqual(fs.readdirSync(directory), ['seen.lock']);
    });

    it('goes to us where the other has only removed it', () => {
      leave(ours({ place: 'elsewhere' }), 60 * SECOND);
      meanwhile(() => fs.rmSync(file));
      assert.equal(holderTold(), undefined);
      assert.equal(written().pid, process.pid);
    });

    it('goes to nobody where the system does not let us move it', () => {
      leave(ours({ place: 'elsewhere' }), 60 * SECOND);
      meanwhile(() => {
        throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
      });
      assert.throws(() => DirectoryLock.acquire(directory), { code: 'EROFS' });
    });
  });
});
