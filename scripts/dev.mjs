/**
 * Opens Node-RED as `npm start` does, and builds and restarts it whenever a source changes. Its user directory, with
 * the flow as it was deployed last, lasts until Ctrl-C.
 *
 *   --port <number>    instead of 1880
 *   --inspect <port>   lets a debugger attach to Node-RED
 */
import { watch } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { firstFreePort, parsePort } from './lib/ports.mjs';
import { main, root, StepError, step } from './lib/run.mjs';
import { ThrowAwayNodeRed } from './lib/throw-away-node-red.mjs';
import { setupPackages } from './setup-packages.mjs';

const sources = ['src', 'nodes', 'icons'];
/** Milliseconds without a change after which whoever writes files has finished. */
const quiet = 200;

await main(async () => {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '1880' }, inspect: { type: 'string' } },
  });
  const wanted = parsePort(values.port);
  const debug = values.inspect === undefined ? [] : [`--inspect=${values.inspect}`];
  await step('Packages', setupPackages);
  const changes = new Changes();
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

/** What is told of the sources' files, gathered until it is quiet. */
class Changes {
  #watchers = sources.map((folder) =>
    watch(path.join(root, folder), { recursive: true }, () => this.#heard()),
  );
  #isChanged = false;
  #hasEnded = false;
  #timer;
  #wake;

  /** Since the last one that was told of, or as soon as there is one; or the end. */
  async next() {
    if (!this.#isChanged && !this.#hasEnded) {
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#isChanged = false;
  }

  end() {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    this.#wake?.();
  }

  #heard() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isChanged = true;
      this.#wake?.();
    }, quiet);
  }
}
