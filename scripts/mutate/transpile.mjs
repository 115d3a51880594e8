/** Turns the broken copy and its unit tests into JavaScript within seconds: types are left out, not checked. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const options = {
  outbase: '.',
  outdir: 'dist',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'error',
  tsconfigRaw: readFileSync('tsconfig.base.json', 'utf8'),
};

const sources = await filesIn('src', 'nodes', 'test/support', 'test/unit');
await build({ ...options, entryPoints: sources, sourcemap: true });
cpSync('src/events/schemas', 'dist/src/events/schemas', { recursive: true });
cpSync('test/fixtures', 'dist/test/fixtures', { recursive: true });

// For each test file, the sources that it loads.
const tests = sources.filter((name) => name.endsWith('.test.ts'));
const { metafile } = await build({
  ...options,
  entryPoints: tests,
  bundle: true,
  packages: 'external',
  metafile: true,
  write: false,
});
const loadedBy = tests.map((test) => [
  path.join('dist', test.replace(/ts$/, 'js')),
  [...withImports(path.posix.normalize(test), new Set())],
]);
writeFileSync('dist/unit-tests.json', JSON.stringify(Object.fromEntries(loadedBy)));

async function filesIn(...folders) {
  const names = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder, { recursive: true })).map((name) => path.posix.join(folder, name)),
    ),
  );
  return names.flat().filter((name) => name.endsWith('.ts') && !name.endsWith('.editor.ts'));
}

function withImports(file, seen) {
  if (!seen.has(file)) {
    seen.add(file);
    for (const { path: imported } of metafile.inputs[file]?.imports ?? [])
      withImports(imported, seen);
  }
  return seen;
}
