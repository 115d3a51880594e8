/** When a queue was last read is kept in the user directory, so that a restart does not forget it. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { QueueExpiryFile } from '../../../nodes/runtime/topic/files/queue-expiry-file';

describe('the file of when a queue was last read', () => {
  let userDir: string;

  beforeEach(() => {
    userDir = fs.mkdtempSync(path.join(os.tmpdir(), 'expiry-'));
  });
  afterEach(() => fs.rmSync(userDir, { recursive: true }));

  function open(nodeId = 'a1') {
    const warnings: string[] = [];
    const file = new QueueExpiryFile(userDir, nodeId, (text) => warnings.push(text));
    return { file, warnings };
  }

  function onlyFile(): string {
    const folder = path.join(userDir, 'invers');
    const [name = ''] = fs.readdirSync(folder);
    return path.join(folder, name);
  }

  it('survives a restart', () => {
    const { file, warnings } = open();
    file.save({ aliveAt: 1, warnedAt: 2 });
    assert.deepEqual(open().file.load(), { aliveAt: 1, warnedAt: 2 });
    file.save({ aliveAt: 3 });
    assert.deepEqual(open().file.load(), { aliveAt: 3 });
    assert.deepEqual(warnings, []);
  });

  it('knows nothing in the beginning, and says nothing about it', () => {
    const { file, warnings } = open();
    assert.deepEqual(file.load(), {});
    assert.deepEqual(warnings, []);
    assert.deepEqual(fs.readdirSync(userDir), []);
  });

  it('is one for each node', () => {
    open('a1').file.save({ aliveAt: 1 });
    open('b2').file.save({ aliveAt: 2 });
    assert.deepEqual(open('a1').file.load(), { aliveAt: 1 });
    assert.deepEqual(open('b2').file.load(), { aliveAt: 2 });
  });

  it('counts as empty when it is torn or holds something else, and can be written again', () => {
    const { file } = open();
    file.save({ aliveAt: 1_700_000_000_000 });
    const whole = fs.readFileSync(onlyFile(), 'utf8');
    const odd = [
      whole.slice(0, -1),
      '',
      'null',
      '"text"',
      '{"aliveAt":"yesterday","warnedAt":null}',
    ];
    for (const content of odd) {
      fs.writeFileSync(onlyFile(), content);
      assert.deepEqual(open().file.load(), {}, content);
    }
    file.save({ aliveAt: 5 });
    assert.deepEqual(file.load(), { aliveAt: 5 });
  });

  it('warns once when it cannot be written, with its name and the reason, and goes on', () => {
    // a file where the folder should be: nobody can write into that, root included
    fs.writeFileSync(path.join(userDir, 'invers'), '');
    const { file, warnings } = open();
    for (let n = 0; n < 3; n++) file.save({ aliveAt: n });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /Cannot remember in .*topic-a1\.json when .*: E[A-Z]+/);
    assert.deepEqual(file.load(), {});
  });

  it('goes with its node', () => {
    const { file } = open();
    file.save({ aliveAt: 1 });
    file.remove();
    assert.deepEqual(open().file.load(), {});
    assert.deepEqual(fs.readdirSync(path.join(userDir, 'invers')), []);
    file.remove();
  });

  it('does not hinder its node from going when it could never be written', () => {
    fs.writeFileSync(path.join(userDir, 'invers'), '');
    const { file } = open();
    assert.doesNotThrow(() => file.remove());
  });
});
