/** Any course of events, failures, kills and time: no change is lost, and each alert comes once and ends once. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { FileVehicles } from '../../../src/memory/file/file-vehicles';
import { StoreDirectory } from '../../../src/memory/file/store-directory';
import { MemoryVehicles } from '../../../src/memory/memory/memory-vehicles';
import { RedisVehicles } from '../../../src/memory/redis/redis-vehicles';
import { effort } from '../../support/effort';
import { FakeRedis } from '../../support/fake-redis';
import { MovedClock, turn } from '../../support/moved-clock';
import { HOLD_FOR, secondsAt, WatchedFleet } from '../../support/watched-fleet';

type Step =
  | {
      readonly do: 'publish';
      readonly vehicle: string;
      readonly level: number;
      readonly times: number;
    }
  | { readonly do: 'deliver'; readonly which: number; readonly process: number }
  | { readonly do: 'finish'; readonly which: number; readonly isDone: boolean }
  | { readonly do: 'pass'; readonly time: number }
  | { readonly do: 'crash'; readonly process: number };

const process = fc.nat(1);
/** How often an event stands in the queue. */
const usual = (...times: number[]): fc.WeightedArbitrary<Step>[] => [
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      vehicle: fc.constantFrom('a', 'b'),
      level: fc.constantFrom(10, 11, 30, 31),
      times: fc.constantFrom(...times),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('deliver' as const), which: fc.nat(3), process }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('finish' as const),
      which: fc.nat(9),
      isDone: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      time: fc.constantFrom(1, 1_000, 3_000, HOLD_FOR - 1, HOLD_FOR + 1),
    }),
  },
];
const crash: fc.WeightedArbitrary<Step> = {
  weight: 1,
  arbitrary: fc.record({ do: fc.constant('crash' as const), process }),
};

async function play(fleet: WatchedFleet, steps: readonly Step[], clock: MovedClock): Promise<void> {
  await fleet.start();
  for (const step of steps) {
    if (step.do === 'publish') {
      const { vehicle, level, times } = step;
      fleet.publish({ vehicle, level, at: secondsAt(clock) }, times);
    } else if (step.do === 'deliver') await fleet.deliver(step.which, step.process);
    else if (step.do === 'finish') await fleet.finish(step.which, step.isDone);
    else if (step.do === 'pass') await fleet.pass(step.time);
    else await fleet.crash(step.process);
  }
  await fleet.settle();
}

describe('saying once what happens to vehicles, whatever happens', function () {
  this.timeout(120_000);

  it('holds in memory', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...usual(1, 2)), { maxLength: 60 }), async (steps) => {
        const clock = new MovedClock();
        const open = () => new MemoryVehicles({ maxVehicles: 10 });
        await play(new WatchedFleet(clock, 1, open, async () => undefined), steps, clock);
      }),
      { numRuns: effort(200) },
    );
  });

  it('holds with files, also when the process is killed and starts again', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'vehicles-model-'));
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.oneof(...usual(1, 2), crash), { maxLength: 60 }),
          async (steps) => {
            const clock = new MovedClock();
            const own = fs.mkdtempSync(path.join(directory, 'run-'));
            let store: FileVehicles | undefined;
            const tell = ({ message }: { message: string }) => assert.fail(message);
            const open = () => {
              const place = new StoreDirectory({ directory: own, clock, tell, warn: assert.fail });
              store = new FileVehicles({ place, maxVehicles: 10 });
              return store;
            };
            const kill = async () => {
              await turn();
              // what it has handed to the system is there, and nothing else
              if (store) store.flush = () => undefined;
              store?.close();
            };
            // an event of which nothing is kept yet comes again after a newer one: then it is late news
            await play(new WatchedFleet(clock, 1, open, kill, false), steps, clock);
            store?.close();
          },
        ),
        { numRuns: effort(100) },
      );
    } finally {
      fs.rmSync(directory, { recursive: true, force: true });
    }
  });

  it('holds for two processes on one Redis, also when they are killed and start again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...usual(1), crash), { maxLength: 60 }), async (steps) => {
        const clock = new MovedClock();
        const redis = new FakeRedis(clock);
        const open = () =>
          new RedisVehicles({
            url: new URL('redis://127.0.0.1:6379'),
            username: undefined,
            password: undefined,
            tls: {},
            name: 'test',
            prefix: 'fleet:',
            clock,
            tell: ({ message }) => assert.fail(message),
            createClient: redis.createClient,
          });
        const stores: RedisVehicles[] = [];
        const opened = () => {
          const store = open();
          stores.push(store);
          return store;
        };
        const fleet = new WatchedFleet(clock, 2, opened, (store) => Promise.resolve(store.close()));
        await play(fleet, steps, clock);
        for (const store of stores) await store.close();
      }),
      { numRuns: effort(100) },
    );
  });
});
