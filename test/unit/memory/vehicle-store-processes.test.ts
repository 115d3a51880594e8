/** Vehicles in files of another process: what survives when that is killed. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { Recording } from '../../support/wait';

interface Said {
  readonly found?: { readonly missing: number; readonly again: number };
  readonly acknowledged?: number;
  readonly health?: unknown;
  readonly warning?: string;
}

describe('keeping vehicles in files, in a process of its own', function () {
  this.timeout(60_000);
  let directory: string;
  let running: ChildProcess | undefined;

  beforeEach(() => {
    directory = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'vehicles-')), 'invers');
  });
  afterEach(() => {
    running?.kill('SIGKILL');
    fs.rmSync(path.dirname(directory), { recursive: true, force: true });
  });

  it('knows after five kills what was acknowledged before, and raises nothing again', async () => {
    let acknowledged = 0;
    for (let round = 0; round < 6; round++) {
      const program = path.resolve(__dirname, '../../support/vehicle-store-process.js');
      const child = spawn(process.execPath, [program, directory, `${acknowledged}`], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      running = child;
      const said = new Recording<Said>();
      readline.createInterface(child.stdout).on('line', (line) => said.add(JSON.parse(line)));
      const waitFor = (find: (item: Said) => boolean) =>
        said.waitUntil((items) => items.find(find), { timeout: 30_000 });
      const { found } = await waitFor((item) => item.found !== undefined);
      assert.deepEqual(found, { missing: 0, again: 0 }, `after ${acknowledged}`);
      const enough = acknowledged + 1_000 + round * 37;
      await waitFor((item) => (item.acknowledged ?? 0) >= enough);
      child.kill('SIGKILL');
      await once(child, 'close');
      acknowledged = said.items.findLast((item) => item.acknowledged)?.acknowledged ?? 0;
      const complaints = said.items.filter(({ health, warning }) => health ?? warning);
      assert.deepEqual(complaints, []);
    }
    assert.ok(acknowledged > 6_000);
  });
});
