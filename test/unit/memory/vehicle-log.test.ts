/** The files that vehicles are appended to, by themselves. */
import assert from 'node:assert/strict';
import { pbkdf2 } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { VehicleLog } from '../../../src/memory/file/vehicle-log';

/** As many as Node.js has threads for files. */
const THREADS = 4;

describe('the files of vehicles', () => {
  let directory: string;

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'vehicle-log-'));
  });

  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

  const steps = { 'the next file is begun': 'begin', 'they are closed': 'close' } as const;
  for (const [what, step] of Object.entries(steps)) {
    it(`are brought to the disk to the end when ${what} meanwhile`, async () => {
      const log = new VehicleLog(directory);
      log.begin();
      log.append('["vehicle"]\n');
      // so that the request waits until the file would be closed
      const busy = Array.from({ length: THREADS }, () =>
        promisify(pbkdf2)('x', 'y', 20_000, 64, 'sha512'),
      );
      const synced = new Promise((resolve) => {
        log.sync(resolve);
      });
      log[step]();
      assert.equal(await synced, null);
      await Promise.all(busy);
      log.close();
    });
  }
});
