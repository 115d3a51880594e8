/**
 * Opens Node-RED as `npm start` does, and builds and restarts it whenever a source changes. Its user directory, with
 * the flow as it was deployed last, lasts until Ctrl-C.
 *
 *   --port <number>    instead of 1880
 *   --inspect <port>   lets a debugger attach to Node-RED
 */
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { Changes } from './lib/changes.mjs';
import { firstFreePort, parsePort } from './lib/ports.mjs';
import { main, StepError, step } from './lib/run.mjs';
import { ThrowAwayNodeRed } from './lib/throw-away-node-red.mjs';
import { setupPackages } from './setup-packages.mjs';

const sources = ['src', 'nodes', 'icons'];

await main(async () => {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '1880' }, inspect: { type: 'string' } },
  });
  const wanted = parsePort(values.port);
  const debug = values.inspect === undefined ? [] : [`--inspect=${values.inspect}`];
  await step('Packages', setupPackages);
  const changes = new Changes(sources);
  // A mistake that is there already is mended while we watch.
  let isBuilt = await tryBuild();
  const nodeRed = await ThrowAwayNodeRed.prepare(await firstFreePort(wanted), debug);
  nodeRed.endWithUs(() => changes.end());
  try {
    while (!nodeRed.isEnding) {
      const running = isBuilt ? nodeRed.run() : undefined;
      running?.then((ending) => explain(ending, nodeRed));
      do {
        await changes.next();
        isBuilt = !nodeRed.isEnding && (await tryBuild());
      } while (!isBuilt && !nodeRed.isEnding);
      nodeRed.stop();
      await running;
    }
  } finally {
    changes.end();
    nodeRed.dispose();
  }
});

/** Whether there is something new to run; after a mistake, Node-RED runs on with what it has. */
async function tryBuild() {
  try {
    await step('Build', build);
    return true;
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(error.message);
    return false;
  }
}

/** A Node-RED that ended by itself is started again with the next change. */
function explain(ending, nodeRed) {
  if (typeof ending === 'number' && ending !== 0 && !nodeRed.isEnding) {
    console.error(`Node-RED ended with ${ending}. It is started again after the next change.`);
  }
}
