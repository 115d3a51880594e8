/** Breaks the code on purpose, piece by piece, and says which breaks no unit test sees: `mutate.mjs [places] [options of Stryker]`. */
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { main, root, StepError, step } from './lib/run.mjs';
import { tools } from './lib/tools.mjs';
import { setupPackages } from './setup-packages.mjs';

await main(async () => {
  const words = process.argv.slice(2);
  const firstOption = words.findIndex((word) => word.startsWith('-'));
  const places = firstOption === -1 ? words : words.slice(0, firstOption);
  const options = firstOption === -1 ? [] : words.slice(firstOption);
  const [tests, sources] = [true, false].map((isTest) =>
    places.filter((place) => place.startsWith('test/') === isTest),
  );
  const mutate = sources.length > 0 ? ['--mutate', sources.map(toPattern).join(',')] : [];
  await step('Packages', setupPackages);
  const config = path.join('scripts', 'mutate', 'config.mjs');
  process.exitCode = await run([tools.stryker, 'run', config, ...mutate, ...options], tests);
});

/** A folder, a file, or lines of a file (`file.ts:10-20`), from the root of the repository. */
function toPattern(place) {
  const [file] = place.split(':');
  const isFolder = statSync(path.join(root, existing(file))).isDirectory();
  return isFolder ? `${place.replace(/\/$/, '')}/**/*.ts` : place;
}

function existing(file) {
  if (!existsSync(path.join(root, file))) throw new StepError(`There is no ${file}.`);
  return file;
}

/** Its exit code. Where places in test/ are named, only those tests are asked. */
async function run(args, tests) {
  const env = { ...process.env, MUTATE_TESTS: tests.map(existing).join(path.delimiter) };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
  // Ctrl-C reaches it too, and it puts away its copies first.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', (signal) => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
