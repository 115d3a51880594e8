/** The quick check before a commit: formatting, lint, types, unit tests. */
import { build } from './build.mjs';
import { lint } from './lib/lint.mjs';
import { main, runNode, step } from './lib/run.mjs';
import { tools } from './lib/tools.mjs';
import { setupPackages } from './setup-packages.mjs';

await main(async () => {
  await step('Packages', setupPackages);
  await step('Formatting and lint', lint);
  await step('Build', build);
  await step('Unit tests', () =>
    runNode(['--enable-source-maps', tools.mocha, 'dist/test/unit/**/*.test.js']),
  );
});
