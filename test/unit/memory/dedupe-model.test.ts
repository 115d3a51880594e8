/** Any course of arrivals, twins, failures, crashes and expiries: nothing is lost, nothing comes twice that may not. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { FileStore } from '../../../src/memory/file/file-store';
import { StoreDirectory } from '../../../src/memory/file/store-directory';
import { type KeyStore, StoreAway } from '../../../src/memory/key-store';
import { MemoryStore } from '../../../src/memory/memory/memory-store';
import { DEADLINE, WINDOW, World } from '../../support/dedupe-world';
import { effort } from '../../support/effort';
import { MovedClock, turn } from '../../support/moved-clock';

type Step =
  | { readonly do: 'publish'; readonly key: string; readonly times: number }
  | { readonly do: 'deliver' | 'crash'; readonly process: number }
  | { readonly do: 'finish'; readonly which: number; readonly isDone: boolean }
  | { readonly do: 'pass'; readonly time: number }
  | { readonly do: 'outage' | 'restart' };

const process = fc.nat(2);
const publish = fc.record({
  do: fc.constant('publish' as const),
  key: fc.constantFrom('a', 'b', 'c'),
  times: fc.integer({ min: 1, max: 3 }),
});
const deliver = fc.record({ do: fc.constant('deliver' as const), process });
const finish = fc.record({
  do: fc.constant('finish' as const),
  which: fc.nat(9),
  isDone: fc.boolean(),
});
const crash = fc.record({ do: fc.constant('crash' as const), process });
const pass = fc.record({
  do: fc.constant('pass' as const),
  time: fc.constantFrom(1, 700, DEADLINE - 1, DEADLINE + 1, WINDOW - DEADLINE, WINDOW + 1),
});
const trouble = fc.record({ do: fc.constantFrom('outage' as const, 'restart' as const) });
const usual: fc.WeightedArbitrary<Step>[] = [
  { weight: 3, arbitrary: publish },
  { weight: 6, arbitrary: deliver },
  { weight: 5, arbitrary: finish },
  { weight: 1, arbitrary: crash },
  { weight: 2, arbitrary: pass },
];
const stepsOf = (...more: fc.WeightedArbitrary<Step>[]) =>
  fc.array(fc.oneof(...usual, ...more), { maxLength: 60 });

async function play(
  world: World,
  steps: readonly Step[],
  clock: MovedClock,
  onTrouble?: (trouble: 'outage' | 'restart') => void,
): Promise<void> {
  for (const step of steps) {
    if (step.do === 'publish') for (let n = 0; n < step.times; n++) world.publish(step.key);
    else if (step.do === 'deliver') await world.deliver(step.process);
    else if (step.do === 'finish') await world.finish(step.which, step.isDone);
    else if (step.do === 'crash') await world.crash(step.process);
    else if (step.do === 'pass') await clock.pass(step.time);
    else onTrouble?.(step.do);
  }
  await world.settle();
}

/** A memory behind a wire: all processes see the same one, and its answers take a while. */
function remote(memory: KeyStore, isAway: () => boolean = () => false): KeyStore {
  const over = async <Answer>(ask: () => Answer): Promise<Awaited<Answer>> => {
    await Promise.resolve();
    if (isAway()) throw new StoreAway('away');
    return await ask();
  };
  return {
    reserve: (...of) => over(() => memory.reserve(...of)),
    record: (...of) => over(() => memory.record(...of)),
    release: (...of) => over(() => memory.release(...of)),
    forget: () => over(() => memory.forget()),
    retain: (window) => memory.retain(window),
    close: () => undefined,
  };
}

describe('letting each event through once, whatever happens', function () {
  this.timeout(effort(120_000));

  const createMemory = (clock: MovedClock) =>
    new MemoryStore({ maxEntries: 100, now: () => clock.now() });

  it('holds in memory: only a crash may forget', async () => {
    await fc.assert(
      fc.asyncProperty(stepsOf(), async (steps) => {
        const clock = new MovedClock();
        let opened = 0;
        const open = () => {
          opened += 1;
          return createMemory(clock);
        };
        await play(new World(clock, 1, open, () => opened - 1), steps, clock);
      }),
      { numRuns: effort(300) },
    );
  });

  it('holds over several processes that share a store, also when they crash', async () => {
    await fc.assert(
      fc.asyncProperty(stepsOf(), async (steps) => {
        const clock = new MovedClock();
        const memory = createMemory(clock);
        await play(new World(clock, 3, () => remote(memory)), steps, clock);
      }),
      { numRuns: effort(300) },
    );
  });

  it('loses nothing when the store is away: what it cannot be asked about passes', async () => {
    await fc.assert(
      fc.asyncProperty(stepsOf({ weight: 1, arbitrary: trouble }), async (steps) => {
        const clock = new MovedClock();
        const memory = createMemory(clock);
        let isAway = false;
        let outages = 0;
        const world = new World(
          clock,
          3,
          () => remote(memory, () => isAway),
          () => (outages > 0 ? Number.POSITIVE_INFINITY : 0),
        );
        await play(world, steps, clock, (trouble) => {
          isAway = trouble === 'outage';
          outages += 1;
          // a restart without a disk behind it forgets everything
          if (!isAway) memory.forget();
        });
      }),
      { numRuns: effort(200) },
    );
  });

  it('holds with files, also when the process is killed and starts again', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'dedupe-model-'));
    try {
      await fc.assert(
        fc.asyncProperty(stepsOf(), async (steps) => {
          const clock = new MovedClock();
          let store: FileStore | undefined;
          const own = fs.mkdtempSync(path.join(directory, 'run-'));
          const open = () => {
            // what a killed process leaves behind besides what it wrote is a lock that holds nobody
            store?.close();
            const place = new StoreDirectory({
              directory: own,
              clock,
              tell: ({ message }) => assert.fail(message),
            });
            store = new FileStore({ place, maxEntries: 100 });
            return store;
          };
          await play(new World(clock, 1, open), steps, clock);
          store?.close();
          await turn();
        }),
        { numRuns: effort(100) },
      );
    } finally {
      fs.rmSync(directory, { recursive: true, force: true });
    }
  });
});
