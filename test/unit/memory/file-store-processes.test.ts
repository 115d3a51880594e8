/** Ids in files of another process: what survives when that is killed, and who may have the directory. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { FileStore } from '../../../src/memory/file/file-store';
import { StoreDirectory } from '../../../src/memory/file/store-directory';
import type { StoreHealth } from '../../../src/memory/key-store';
import { eventId } from '../../support/events';
import { MovedClock, turn } from '../../support/moved-clock';
import { Recording } from '../../support/wait';

const HOUR = 3_600_000;

describe('remembering ids in files, in a process of its own', function () {
  this.timeout(60_000);
  let directory: string;
  let clock: MovedClock;
  let stores: FileStore[];
  let health: StoreHealth[];
  let running: ChildProcess[];

  beforeEach(() => {
    directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ids-')), 'invers');
    clock = new MovedClock();
    stores = [];
    health = [];
    running = [];
  });
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    for (const store of stores) store.close();
    fs.rmSync(path.dirname(directory), { recursive: true, force: true });
  });

  function open(): FileStore {
    const tell = (changed: StoreHealth) => health.push(changed);
    const place = new StoreDirectory({ directory, clock, tell });
    const store = new FileStore({ place, maxEntries: 100_000 });
    store.retain(HOUR);
    stores.push(store);
    return store;
  }
  const known = (store: FileStore, from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => eventId(from + n)).filter(
      (id) => typeof store.reserve(id, 'later', HOUR, HOUR) === 'object',
    ).length;

  interface Said {
    missing?: number;
    unknown?: number;
    recorded?: number;
    error?: string;
    health?: StoreHealth;
  }

  function start(before: number, more = Number.POSITIVE_INFINITY, limit = '') {
    const program = path.resolve(__dirname, '../../support/file-store-process.js');
    const command = `${limit}exec "$0" "$@"`;
    const args = ['-c', command, process.execPath, program, directory, `${before}`, `${more}`];
    const child = spawn('/bin/sh', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    running.push(child);
    const said = new Recording<Said>();
    readline.createInterface(child.stdout).on('line', (line) => said.add(JSON.parse(line)));
    const waitFor = (find: (said: Said) => boolean) =>
      said.waitUntil((items) => items.find(find), { timeout: 30_000 });
    const last = () => said.items.findLast(({ recorded }) => recorded !== undefined)?.recorded ?? 0;
    return { child, said, waitFor, last };
  }

  it('knows after five kills everything that was recorded before', async () => {
    let recorded = 0;
    for (let round = 0; round < 5; round++) {
      const { child, waitFor, last } = start(recorded);
      assert.deepEqual(await waitFor(({ missing }) => missing !== undefined), { missing: 0 });
      await waitFor((said) => (said.recorded ?? 0) >= recorded + 500 + round * 37);
      child.kill('SIGKILL');
      await once(child, 'close');
      recorded = last();
    }
    const store = open();
    assert.ok(recorded > 2_500);
    assert.equal(known(store, 0, recorded), recorded);
    assert.deepEqual(health, []);
  });

  it('refuses a second process, names the first, and takes over when that was killed', async () => {
    const { child, waitFor } = start(0);
    await waitFor(({ recorded }) => recorded !== undefined);
    const second = open();
    assert.match(health[0]?.message ?? '', new RegExp(`in use by process ${child.pid}\\.`));
    child.kill('SIGKILL');
    await once(child, 'close');
    await clock.pass(5_000);
    assert.equal(known(second, 0, 1), 1);
  });

  it('works on when its file cannot grow, and says so once', async () => {
    // in blocks of 512 or 1024 bytes, as the shell has it; a thousand ids are 41 kB
    const { said, waitFor } = start(0, 1_000, 'ulimit -f 8; ');
    assert.deepEqual(await waitFor(({ unknown }) => unknown !== undefined), { unknown: 0 });
    const told = said.items.flatMap(({ health: changed }) => (changed ? [changed] : []));
    assert.equal(told.length, 1);
    assert.equal(told[0]?.state, 'memory-only');
    assert.match(told[0]?.message ?? '', /EFBIG/);
    await turn();
  });
});
