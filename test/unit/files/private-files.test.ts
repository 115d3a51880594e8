/** What the package writes on the disk is for nobody else, and goes nowhere else. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { QueueExpiryFile } from '../../../nodes/runtime/topic/files/queue-expiry-file';
import { SuspectsFile } from '../../../nodes/runtime/topic/files/suspects-file';
import { warningOfOpenFolder } from '../../../src/files/private-files';
import { FileParked } from '../../../src/memory/file/file-parked';
import { FileStore } from '../../../src/memory/file/file-store';
import { StoreDirectory } from '../../../src/memory/file/store-directory';
import type { StoreHealth } from '../../../src/memory/key-store';
import { MovedClock } from '../../support/moved-clock';

const HOUR = 3_600_000;

describe('the files of the package', () => {
  let userDir: string;
  let umask: number;

  beforeEach(() => {
    userDir = fs.mkdtempSync(path.join(os.tmpdir(), 'files-'));
    // as where everybody may do everything with what is made
    umask = process.umask(0);
  });
  afterEach(() => {
    process.umask(umask);
    fs.rmSync(userDir, { recursive: true });
  });

  const folder = () => path.join(userDir, 'invers');
  const all = () =>
    fs
      .readdirSync(userDir, { recursive: true, withFileTypes: true })
      .map((entry) => path.join(entry.parentPath, entry.name));
  const files = () => all().filter((place) => fs.lstatSync(place).isFile());

  /** Each reads and writes what it keeps, and answers what it told of trouble. */
  const users: Record<string, (nodeId: string) => string[]> = {
    'when the queue was last read': (nodeId) => {
      const told: string[] = [];
      const file = new QueueExpiryFile(userDir, nodeId, (text) => told.push(text));
      file.load();
      file.save({ aliveAt: 1 });
      return told;
    },
    'what was in the flow': (nodeId) => {
      const told: string[] = [];
      const file = new SuspectsFile(userDir, nodeId, (text) => told.push(text));
      file.loadMark();
      file.load();
      file.saveMark('orderly end');
      file.save(new Map([['e', { ends: 1, isSure: false, isInFlow: false, countedAt: 0 }]]));
      return told;
    },
    'parked events': () => {
      const event = { id: 'p', node: 'n', topic: 't', eventId: 'e', type: 'T', reason: 'schema' };
      try {
        const store = new FileParked(path.join(folder(), 'parked'), () => undefined);
        store.park({ ...event, parkedAt: 1, body: Buffer.from('{}'), properties: {} });
        store.close();
        return [];
      } catch (error) {
        return [String(error)];
      }
    },
    'ids that were seen': () => {
      const told: StoreHealth[] = [];
      const place = new StoreDirectory({
        directory: path.join(folder(), 'ids'),
        clock: new MovedClock(),
        tell: (health) => told.push(health),
      });
      const store = new FileStore({ place, maxEntries: 10 });
      try {
        store.record('a', 'one', HOUR);
        // what is left behind by a kill
        fs.writeFileSync(path.join(folder(), 'ids', 'seen.lock'), '{}', { flag: 'a', mode: 0o600 });
      } catch (error) {
        return [String(error)];
      }
      store.close();
      return told.map(({ message }) => message);
    },
  };

  for (const [what, use] of Object.entries(users)) {
    it(`can be read by nobody else, nor their folders entered: ${what}`, () => {
      assert.deepEqual(use('n1'), []);
      assert.ok(files().length > 0);
      for (const place of all()) {
        const stat = fs.lstatSync(place);
        assert.equal((stat.mode & 0o777).toString(8), stat.isFile() ? '600' : '700', place);
      }
    });

    it(`lead to no other file where links are in their place: ${what}`, () => {
      use('n1');
      const places = files().flatMap((file) => [file, `${file}.new`]);
      const victim = path.join(userDir, 'victim');
      const content = '{"isRunning":false}\n1764072000000 01HZX3J5Q8T9V0W1X2Y3Z4A5B6\n';
      fs.writeFileSync(victim, content);
      for (const place of places) {
        fs.rmSync(place, { force: true });
        fs.symlinkSync(victim, place);
      }
      use('n1');
      assert.equal(fs.readFileSync(victim, 'utf8'), content);
    });

    it(`keep nobody waiting where pipes are in their place: ${what}`, () => {
      use('n1');
      for (const file of files()) {
        fs.rmSync(file);
        execFileSync('mkfifo', [file]);
      }
      // would not come back
      use('n1');
    });
  }

  it('stay in their folder, each with a name of its own, whatever the id of a node is', () => {
    const ids = ['x/../../y', '..', '/etc/x', 'a'.repeat(5_000), 'x\u0000y', 'ü', 'x/../../z'];
    for (const id of ids) {
      for (const what of ['when the queue was last read', 'what was in the flow']) {
        assert.deepEqual(users[what]?.(id), [], JSON.stringify(id.slice(0, 20)));
      }
    }
    assert.deepEqual(fs.readdirSync(userDir), ['invers']);
    assert.equal(fs.readdirSync(folder()).length, 3 * ids.length);
  });

  it('are warned about where others may write to their folder', () => {
    assert.equal(warningOfOpenFolder(folder()), undefined);
    fs.mkdirSync(folder());
    for (const mode of [0o700, 0o755, 0o750]) {
      fs.chmodSync(folder(), mode);
      assert.equal(warningOfOpenFolder(folder()), undefined);
    }
    for (const mode of [0o775, 0o777]) {
      fs.chmodSync(folder(), mode);
      assert.match(
        warningOfOpenFolder(folder()) ?? '',
        /Other users .*invers \(mode 77.*chmod go-w/,
      );
    }
  });
});
