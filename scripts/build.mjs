/** Builds all there is into dist/: the package, its tests and benchmarks, and what the editor loads. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { buildEditor } from './build-editor.mjs';
import { isMain, main, root, runNode } from './lib/run.mjs';
import { tools } from './lib/tools.mjs';

export async function build() {
  // All of it: what a removed source left behind would be tested and published.
  rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  // The package first: an error in it would else be followed by one for each test that imports it.
  await runNode([tools.tsc, '-b', 'tsconfig.json']);
  await runNode([tools.tsc, '-b', 'tsconfig.test.json']);
  await runNode([tools.tsc, '-p', 'tsconfig.editor.json']);
  await buildEditor();
}

if (isMain(import.meta)) await main(build);
