/**
 * Opens Node-RED with this package in it, as a user would have it, and an example flow on the sandbox, in a user
 * directory that is thrown away afterwards.
 *
 *   --port <number>   instead of 1880
 *   --no-build        with what was built before
 */
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { firstFreePort, parsePort } from './lib/ports.mjs';
import { main, StepError, step } from './lib/run.mjs';
import { ThrowAwayNodeRed } from './lib/throw-away-node-red.mjs';
import { setupPackages } from './setup-packages.mjs';

await main(async () => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '1880' },
      'no-build': { type: 'boolean', default: false },
    },
  });
  const wanted = parsePort(values.port);
  await step('Packages', setupPackages);
  if (!values['no-build']) await step('Build', build);
  const nodeRed = await ThrowAwayNodeRed.prepare(await firstFreePort(wanted));
  try {
    nodeRed.endWithUs();
    const ending = await nodeRed.run();
    if (ending !== 0 && !nodeRed.isEnding) throw new StepError(`Node-RED ended with ${ending}`);
  } finally {
    nodeRed.dispose();
  }
});
