/**
 * Builds all there is into dist/: the package, its tests and benchmarks, and what the editor loads.
 *
 * Compiled is in .build/, which keeps what the compiler knows between two builds. Only what is whole gets into dist/:
 * after an error there, dist/ is as it was.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildEditor } from './build-editor.mjs';
import { filesIn, mirror, removeFile } from './lib/files.mjs';
import { isMain, main, root, runNode } from './lib/run.mjs';
import { tools } from './lib/tools.mjs';

const staging = path.join(root, '.build');
/** The compiler's own notes, and the configurations below: nothing for dist/. */
const notes = /\.tsbuildinfo$|^tsconfig\S*\.json$/;

export async function build() {
  mkdirSync(staging, { recursive: true });
  configure('tsconfig.json', []);
  configure('tsconfig.test.json', [{ path: './tsconfig.json' }]);
  removeOrphans();
  // The package first: an error in it would else be followed by one for each test that imports it.
  await runNode([tools.tsc, '-b', path.join(staging, 'tsconfig.json')]);
  await runNode([tools.tsc, '-b', path.join(staging, 'tsconfig.test.json')]);
  await runNode([tools.tsc, '-p', 'tsconfig.editor.json']);
  await buildEditor(path.join(staging, 'nodes'));
  mirror(staging, path.join(root, 'dist'), (file) => !notes.test(file));
}

/** The same configuration, but for where its output goes: as deep as dist/, so that source maps lead to the sources. */
function configure(name, references) {
  const compilerOptions = {
    rootDir: root,
    outDir: staging,
    tsBuildInfoFile: path.join(staging, name.replace(/json$/, 'tsbuildinfo')),
  };
  const text = JSON.stringify({ extends: `../${name}`, compilerOptions, references });
  writeFileSync(path.join(staging, name), text);
}

/** What was made from a source that is gone would be tested and published. */
function removeOrphans() {
  for (const file of filesIn(staging)) {
    if (notes.test(file) || sourcesOf(file).some((source) => existsSync(path.join(root, source)))) {
      continue;
    }
    removeFile(staging, file);
  }
}

/** From what a file in .build/ may have been made. */
function sourcesOf(file) {
  const stem = file.replace(/(\.d\.ts|\.js|\.js\.map)$/, '');
  return [file, `${stem}.ts`, file.replace(/^nodes\//, '')];
}

if (isMain(import.meta)) await main(build);
