/** What a killed Node-RED leaves about its events in the user directory, and how it is read again. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SuspectsFile } from '../../../nodes/runtime/topic/files/suspects-file';

describe('the files of which events were in the flow', () => {
  let userDir: string;

  beforeEach(() => {
    userDir = fs.mkdtempSync(path.join(os.tmpdir(), 'suspects-'));
  });
  afterEach(() => fs.rmSync(userDir, { recursive: true }));

  function open(nodeId = 'a1') {
    const warnings: string[] = [];
    return { file: new SuspectsFile(userDir, nodeId, (text) => warnings.push(text)), warnings };
  }

  const names = () => fs.readdirSync(path.join(userDir, 'invers'));

  it('survive a kill, for each node its own, and nobody else may read them', () => {
    const { file, warnings } = open();
    const mark = { prefetch: 50, alone: ['e1'] };
    const suspects = new Map([['e1', { ends: 3, isSure: true, isInFlow: false, countedAt: 9 }]]);
    file.saveMark(mark);
    file.save(suspects);
    assert.deepEqual(open().file.loadMark(), mark);
    assert.deepEqual(open().file.load(), suspects);
    assert.equal(open('b2').file.loadMark(), undefined);
    assert.equal(names().length, 2);
    for (const name of names()) {
      assert.equal(fs.statSync(path.join(userDir, 'invers', name)).mode & 0o777, 0o600, name);
    }
    assert.deepEqual(warnings, []);
  });

  it('say that the end was orderly, and keep no file about suspects where there are none', () => {
    const { file } = open();
    file.save(new Map([['e1', { ends: 1, isSure: false, isInFlow: true, countedAt: 9 }]]));
    file.save(new Map());
    file.saveMark('orderly end');
    assert.equal(open().file.loadMark(), 'orderly end');
    assert.equal(names().length, 1);
  });

  it('go with the node, and know nothing in the beginning', () => {
    const { file, warnings } = open();
    assert.equal(file.loadMark(), undefined);
    assert.equal(file.load().size, 0);
    file.remove();
    file.saveMark('orderly end');
    file.save(new Map([['e1', { ends: 1, isSure: false, isInFlow: true, countedAt: 9 }]]));
    file.remove();
    assert.deepEqual(names(), []);
    assert.deepEqual(warnings, []);
  });

  it('are not believed where they are broken', () => {
    const { file } = open();
    file.saveMark('orderly end');
    const folder = path.join(userDir, 'invers');
    const [name = ''] = names();
    for (const text of [
      '{"isRunning":tr',
      '[]',
      'null',
      '{"isRunning":true,"prefetch":"x","alone":[]}',
    ]) {
      fs.writeFileSync(path.join(folder, name), text);
      assert.equal(open().file.loadMark(), undefined, text);
    }
    fs.writeFileSync(
      path.join(folder, 'topic-a1.suspects.json'),
      '{"a":1,"b":{"ends":-1},"c":{"ends":"2"},"d":{"ends":2}}',
    );
    assert.deepEqual([...file.load().keys()], ['d']);
  });

  it('are warned about once where they cannot be written, and the topic goes on', () => {
    fs.writeFileSync(path.join(userDir, 'invers'), 'in the way');
    const { file, warnings } = open();
    file.saveMark('orderly end');
    file.save(new Map([['e1', { ends: 1, isSure: false, isInFlow: true, countedAt: 9 }]]));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /Cannot remember in .*running\.json/);
  });
});
