/** Breaks the code on purpose, piece by piece, and says which breaks no unit test sees: `mutate.mjs [folders] [options of Stryker]`. */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { main, root, StepError, step } from './lib/run.mjs';
import { tools } from './lib/tools.mjs';
import { setupPackages } from './setup-packages.mjs';

await main(async () => {
  const words = process.argv.slice(2);
  const firstOption = words.findIndex((word) => word.startsWith('-'));
  const places = firstOption === -1 ? words : words.slice(0, firstOption);
  const options = firstOption === -1 ? [] : words.slice(firstOption);
  const mutate = places.length > 0 ? ['--mutate', places.map(toPattern).join(',')] : [];
  await step('Packages', setupPackages);
  const config = path.join('scripts', 'mutate', 'config.mjs');
  process.exitCode = await run([tools.stryker, 'run', config, ...mutate, ...options]);
});

/** A folder, a file, or lines of a file (`file.ts:10-20`), from the root of the repository. */
function toPattern(place) {
  const [file] = place.split(':');
  const found = statSync(path.join(root, file), { throwIfNoEntry: false });
  if (!found) throw new StepError(`There is no ${file}.`);
  return found.isDirectory() ? `${place.replace(/\/$/, '')}/**/*.ts` : place;
}

/** Its exit code. */
async function run(args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
  // Ctrl-C reaches it too, and it puts away its copies first.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', (signal) => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
