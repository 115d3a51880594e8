/** The files of event ids: what stands in them is read again, and nothing else is taken for an id. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { mock } from 'node:test';
import { IdLog } from '../../../src/memory/file/id-log';
import { LONGEST_KEY } from '../../../src/memory/memory/recent-keys';

const TIME = 1_764_072_000_000;

describe('the files of event ids', () => {
  let directory: string;
  const logs: IdLog[] = [];

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'log-'));
  });
  afterEach(() => {
    mock.restoreAll();
    for (const log of logs.splice(0)) log.close();
    fs.rmSync(directory, { recursive: true, force: true });
  });

  /** Keys are numbered from `first`; says what was read, and how many were expected. */
  const load = ({ lines = 3, first = 0 } = {}) => {
    const log = new IdLog(directory, lines);
    logs.push(log);
    const read: [key: string, time: number][] = [];
    let expected: number | undefined;
    log.load(
      (count) => {
        expected = count;
      },
      (key, time) => {
        read.push([key, time]);
        return first + read.length - 1;
      },
    );
    return { expected, keys: read.map(([key]) => key), log, read };
  };
  const append = (log: IdLog, first: number, ...keys: string[]) =>
    log.append(
      keys.map((key) => ({ key, time: TIME })),
      first,
      0,
    );
  const files = () => fs.readdirSync(directory);
  const put = (name: string, text: string | Buffer) =>
    fs.writeFileSync(path.join(directory, name), text);
  const textOf = (name: string) => fs.readFileSync(path.join(directory, name), 'latin1');

  it('have as many lines as an eighth of the ids that are remembered, and 1,024 at least', () => {
    assert.deepEqual(
      [1, 8_192, 8_200, 8_201, 100_000].map(IdLog.segmentLines),
      [1_024, 1_024, 1_025, 1_026, 12_500],
    );
  });

  it('are read in the order of their numbers, and others in the directory are left alone', () => {
    put('seen-00000002.log', `${TIME} second\n`);
    put('seen-10.log', `${TIME} third\n`);
    put('seen-1.log', `${TIME} first\n`);
    for (const name of ['seen-x.log', 'seen-1.log.old', 'unseen-1.log']) put(name, `${TIME} no\n`);
    const { keys, log } = load({ lines: 1 });
    assert.deepEqual(keys, ['first', 'second', 'third']);
    append(log, 3, 'fourth');
    assert.equal(textOf('seen-00000011.log'), `${TIME} fourth\n`);
    log.clear();
    assert.deepEqual(files().toSorted(), ['seen-1.log.old', 'seen-x.log', 'unseen-1.log']);
  });

  it('say before they are read how many ids there may be', () => {
    const id = '01HZX3J5Q8T9V0W1X2Y3Z4A5B6';
    put('seen-1.log', `${TIME} ${id}\n`.repeat(3));
    put('seen-2.log', `${TIME} ${id}\n`.repeat(2));
    assert.equal(load().expected, 5);
  });

  it('give back each id with its time', () => {
    put('seen-1.log', `0 a\n7 b!~\n${TIME} c\n999999999999999 d\n`);
    assert.deepEqual(load().read, [
      ['a', 0],
      ['b!~', 7],
      ['c', TIME],
      ['d', 999_999_999_999_999],
    ]);
  });

  for (const [what, line] of Object.entries({
    'an empty line': '',
    'a line without a time': ' key',
    'a line without a key': `${TIME}`,
    'a line with an empty key': `${TIME} `,
    'a time that is no number': '17640x7 key',
    'a time with a sign': '-5 key',
    'a time with what comes behind the digits': '12:5 key',
    'a time of sixteen digits': '1000000000000000 key',
    'a key that is too long': `${TIME} ${'x'.repeat(LONGEST_KEY + 1)}`,
    'a key with a space': `${TIME} a b`,
    'a key with a control character': `${TIME} a\u0001`,
    'a key with what is no ASCII': `${TIME} a\u007f`,
    'a key that begins with a second space': `${TIME}  a`,
    'what a power cut leaves': '\0\0\0\0\0\0',
  })) {
    it(`pass over ${what}`, () => {
      put('seen-1.log', `${TIME} before\n${line}\n${TIME} ${'y'.repeat(LONGEST_KEY)}\n`);
      assert.deepEqual(load().keys, ['before', 'y'.repeat(LONGEST_KEY)]);
    });
  }

  it('go on behind the last whole line', () => {
    put('seen-1.log', `${TIME} a\n${TIME} torn`);
    append(load().log, 1, 'b');
    assert.equal(textOf('seen-1.log'), `${TIME} a\n${TIME} b\n`);
    assert.deepEqual(load().keys, ['a', 'b']);
  });

  it('begin a new file when one is full, also after a restart', () => {
    const { log } = load();
    append(log, 0, 'a', 'b');
    append(log, 2, 'c');
    assert.deepEqual(files(), ['seen-00000001.log']);
    append(log, 3, 'd');
    append(load().log, 4, 'e', 'f');
    append(load().log, 6, 'g');
    assert.deepEqual(
      files().map((name) => textOf(name).trim().split('\n').length),
      [3, 3, 1],
    );
  });

  it('are removed when all their ids are forgotten, the oldest first', () => {
    const { log } = load({ lines: 2 });
    const add = (first: number, oldest: number) => {
      const keys = [first, first + 1].map((n) => ({ key: `k${n}`, time: TIME }));
      log.append(keys, first, oldest);
      return files().map((name) => Number(name.slice(5, 13)));
    };
    assert.deepEqual(add(0, 0), [1]);
    assert.deepEqual(add(2, 1), [1, 2], 'the second id is still remembered');
    assert.deepEqual(add(4, 2), [2, 3]);
    assert.deepEqual(add(6, 5), [3, 4]);
    assert.deepEqual(add(8, 8), [5]);
  });

  it('know after a restart which of them are forgotten', () => {
    const { log } = load({ lines: 2 });
    for (const first of [0, 2, 4]) append(log, first, `k${first}`, `k${first + 1}`);
    put('seen-00000002.log', 'nothing of it is readable\n');
    const again = load({ lines: 2, first: 100 });
    assert.deepEqual(again.keys, ['k0', 'k1', 'k4', 'k5']);
    again.log.append([{ key: 'k6', time: TIME }], 104, 101);
    assert.deepEqual(files().length, 4);
    again.log.append([{ key: 'k7', time: TIME }], 105, 102);
    again.log.append([{ key: 'k8', time: TIME }], 106, 102);
    assert.deepEqual(files(), ['seen-00000003.log', 'seen-00000004.log', 'seen-00000005.log']);
  });

  it('take nothing of what the disk has no room for', () => {
    const { log } = load();
    append(log, 0, 'a');
    const { writeSync } = fs;
    let calls = 0;
    const full = mock.method(
      fs,
      'writeSync',
      (file: number, bytes: Buffer, offset: number, _length: null, position: number) => {
        calls += 1;
        if (calls > 2) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
        return writeSync(file, bytes, offset, 5, position);
      },
    );
    assert.throws(() => append(log, 1, 'b'), { code: 'ENOSPC' });
    full.mock.restore();
    assert.equal(textOf('seen-00000001.log'), `${TIME} a\n`);
    append(log, 1, 'c');
    assert.equal(textOf('seen-00000001.log'), `${TIME} a\n${TIME} c\n`);
  });

  it('are written piece by piece where the system takes no more at once', () => {
    const { log } = load();
    const { writeSync } = fs;
    mock.method(
      fs,
      'writeSync',
      (file: number, bytes: Buffer, offset: number, _length: null, position: number) =>
        writeSync(file, bytes, offset, Math.min(4, bytes.length - offset), position),
    );
    append(log, 0, 'a', 'b');
    append(log, 2, 'c');
    assert.equal(
      textOf('seen-00000001.log'),
      ['a', 'b', 'c'].map((k) => `${TIME} ${k}\n`).join(''),
    );
  });

  it('are brought to the disk when asked, and there is nothing to bring where none is open', async () => {
    const { log } = load();
    const sync = mock.method(fs, 'fdatasync');
    const synced = () => new Promise((resolve) => log.sync(resolve));
    assert.equal(await synced(), null);
    assert.equal(sync.mock.callCount(), 0);
    append(log, 0, 'a');
    assert.equal(await synced(), null);
    assert.equal(sync.mock.callCount(), 1);
    const flush = mock.method(fs, 'fsyncSync');
    const close = mock.method(fs, 'closeSync');
    log.close();
    log.close();
    assert.deepEqual([flush.mock.callCount(), close.mock.callCount()], [1, 1]);
  });

  it('leave no file open behind them', () => {
    const open = mock.method(fs, 'openSync');
    const close = mock.method(fs, 'closeSync');
    const { log } = load({ lines: 1 });
    for (let n = 0; n < 5; n++) append(log, n, `k${n}`);
    assert.equal(open.mock.callCount() - close.mock.callCount(), 1);
    log.clear();
    assert.equal(open.mock.callCount(), close.mock.callCount());
    append(log, 5, 'k5');
    assert.deepEqual(load().keys, ['k5']);
  });
});
