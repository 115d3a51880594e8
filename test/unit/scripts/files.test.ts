/** The list of source files takes each file's first sentence, and refuses what has outgrown its limits. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '../../support/node-red-home';

describe('the list of source files', () => {
  let root: string;
  let makeFileList: (root: string) => string;

  before(async () => {
    const file = path.join(repositoryRoot, 'scripts/generate/files.mjs');
    ({ makeFileList } = await import(pathToFileURL(file).href));
  });

  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'invers-files-'));
  });

  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

  function write(file: string, text: string): void {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }

  /** A file with a first sentence and so many lines. */
  function writeLong(file: string, lines: number): void {
    write(file, `/** A file. */\n${'//\n'.repeat(lines - 1)}`);
  }

  it('takes the first sentence of the first comment, over lines and behind a shebang', () => {
    write(
      'src/time/clock.ts',
      '#!/usr/bin/env node\n/**\n * Tells the time, as\n * `<Clock>` of v1.2 did. More.\n */\n',
    );
    assert.match(
      makeFileList(root),
      /\(\.\.\/\.\.\/src\/time\/clock\.ts\): Tells the time, as `<Clock>` of v1\.2 did\.$/m,
    );
  });

  it('heads each folder with what it may import', () => {
    writeLong('src/time/clock.ts', 2);
    writeLong('nodes/invers-a.editor.ts', 2);
    const list = makeFileList(root);
    assert.match(list, /^## src\/time\n\n.* It imports nothing\.\n\n- \[clock\.ts\]/m);
    assert.match(list, /^## nodes\/\\\*\.editor\.ts\n\n.* It may import nodes\/editor/m);
  });

  it('demands that each file begins with a sentence', () => {
    write('src/a.ts', 'export {};\n');
    write('src/b.ts', '/** no sentence */\n');
    write('src/c.ts', '// A sentence.\n');
    assert.throws(() => makeFileList(root), {
      message:
        /^src\/a\.ts:1: must begin .*\nsrc\/b\.ts:1: must begin .*\nsrc\/c\.ts:1: must begin [^\n]*$/,
    });
  });

  it('lets a file have 300 lines and no more, unless it is generated', () => {
    for (const name of ['a', 'b', 'c']) writeLong(`src/${name}.ts`, 10);
    writeLong('src/long.ts', 300);
    writeLong('src/long.generated.ts', 1000);
    makeFileList(root);
    writeLong('scripts/long.mjs', 301);
    assert.throws(() => makeFileList(root), {
      message: /^scripts\/long\.mjs:301: has 301 lines.*$/,
    });
  });

  for (const [folder, limit] of [
    ['src/events', 18],
    ['nodes/runtime/topic', 12],
  ] as const) {
    it(`lets ${folder} have ${limit} files and no more`, () => {
      for (let count = 1; count <= limit; count += 1) writeLong(`${folder}/${count}.ts`, 2);
      makeFileList(root);
      writeLong(`${folder}/more.ts`, 2);
      assert.throws(() => makeFileList(root), {
        message: new RegExp(`^${folder}: has ${limit + 1} files`),
      });
    });
  }

  it('lets nodes/ have as many node files as there are', () => {
    for (let count = 1; count <= 20; count += 1) writeLong(`nodes/invers-${count}.ts`, 2);
    makeFileList(root);
  });

  it('demands that half of the files have 80 lines at most', () => {
    writeLong('src/a.ts', 10);
    writeLong('src/b.ts', 80);
    writeLong('nodes/c.ts', 200);
    makeFileList(root);
    writeLong('src/b.ts', 81);
    assert.throws(() => makeFileList(root), {
      message: /half of the files have more than 80 lines/,
    });
  });
});
