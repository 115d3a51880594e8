/** Runs one of the programs in bench/, after setting up what they need: `measure.mjs <program> [its options]`. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { build } from './build.mjs';
import { main, root, step } from './lib/run.mjs';
import { setupPackages } from './setup-packages.mjs';
import { setupServers } from './setup-servers.mjs';

await main(async () => {
  const [program, ...args] = process.argv.slice(2);
  await step('Packages', setupPackages);
  await step('Servers', setupServers);
  await step('Build', build);
  console.log();
  process.exitCode = await run(path.join(root, 'dist', 'bench', `${program}.js`), args);
});

/** Its exit code. */
async function run(file, args) {
  const child = spawn(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' });
  // Ctrl-C reaches it too: it puts everything away, and we wait for that. A signal to us alone is passed on.
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
