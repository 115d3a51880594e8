/** Measures one store of event ids in a process of its own, and prints the figures as JSON. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FileStore } from '../src/memory/file/file-store';
import { StoreDirectory } from '../src/memory/file/store-directory';
import type { KeyStore } from '../src/memory/key-store';
import { MemoryStore } from '../src/memory/memory/memory-store';
import { RedisStore } from '../src/memory/redis/redis-store';
import { systemClock } from '../src/time/clock';
import { Redis } from '../test/support/redis';

const WINDOW = 72 * 3_600_000;
const LEASE = 300_000;
const million = 1_000_000;
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A new text each time, as JSON brings it; ids of the same number are equal. */
function ulid(n: number): string {
  let time = 1_764_000_000_000 + n;
  let random = Math.imul(n + 1, 0x9e3779b1) >>> 0;
  const characters: string[] = [];
  for (let index = 0; index < 10; index++) {
    characters.unshift(alphabet[time % 32] ?? '');
    time = Math.floor(time / 32);
  }
  for (let index = 0; index < 16; index++) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    characters.push(alphabet[random >>> 27] ?? '');
  }
  return JSON.parse(JSON.stringify(characters.join(''))) as string;
}

/** Microseconds for each, the best of some rounds: others use the machine as well. */
function timed(count: number, rounds: number, work: (n: number) => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    for (let n = 0; n < count; n++) work(n);
    best = Math.min(best, performance.now() - began);
  }
  return (best * 1000) / count;
}

function resident(): number {
  for (let round = 0; round < 3; round++) collect();
  return process.memoryUsage.rss();
}

const createMemory = () => {
  const store = new MemoryStore({ maxEntries: million });
  store.retain(WINDOW);
  return store;
};

function fill(store: MemoryStore, from: number, to: number): void {
  for (let n = from; n < to; n++) store.record(ulid(n), 'owner', WINDOW);
}

function measureMemory() {
  // what is compiled and what the collector keeps for itself is not the ids'
  fill(createMemory(), 0, 50_000);
  const before = resident();
  const store = createMemory();
  fill(store, 0, million);
  const bytesPerId = (resident() - before) / million;
  fill(store, million, 2 * million);
  const afterAnotherMillion = (resident() - before) / million;
  const lookUps = [1_000, 10_000, 100_000, million].map((count) => {
    const filled = createMemory();
    fill(filled, 0, count);
    const ids = Array.from({ length: 100_000 }, (_, n) => ulid(Math.imul(n, 7_919) % count));
    const others = Array.from({ length: 100_000 }, (_, n) => ulid(3 * million + n));
    const look = (list: string[]) =>
      timed(list.length, 5, (n) => {
        filled.recorded.seeAgain(list[n] ?? '', 0);
      });
    return { count, known: look(ids.map(String)), unknown: look(others) };
  });
  return { bytesPerId, afterAnotherMillion, lookUps };
}

function measureFile() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-ids-'));
  const open = () => {
    const place = new StoreDirectory({
      directory,
      clock: systemClock,
      tell: ({ message }) => {
        throw new Error(message);
      },
    });
    const store = new FileStore({ place, maxEntries: million });
    store.retain(WINDOW);
    return store;
  };
  try {
    const store = open();
    const record = timed(million, 1, (n) => store.record(ulid(n), 'owner', WINDOW));
    store.close();
    const size = fs
      .readdirSync(directory)
      .reduce((sum, name) => sum + fs.statSync(path.join(directory, name)).size, 0);
    const loads = Array.from({ length: 3 }, () => {
      const [began, cpu] = [performance.now(), process.cpuUsage()];
      const loaded = open();
      const seconds = (performance.now() - began) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      loaded.close();
      return { seconds, cpuSeconds: (user + system) / million };
    });
    return { record, megabytes: size / million, loads };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** As many events at once as a topic has on their way: each is reserved, then recorded. */
async function pass(store: KeyStore, events: number, atOnce: number): Promise<number> {
  let next = 0;
  const began = performance.now();
  const worker = async () => {
    while (next < events) {
      const id = ulid(next++);
      await store.reserve(id, 'owner', LEASE, WINDOW);
      await store.record(id, 'owner', WINDOW);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (events / (performance.now() - began)) * 1000;
}

async function measureRedis() {
  const redis = await Redis.start({ durable: true });
  try {
    const store = new RedisStore({
      url: new URL(redis.url),
      username: undefined,
      password: undefined,
      tls: {},
      name: 'bench',
      prefix: 'bench:',
      clock: systemClock,
      tell: ({ message }) => {
        throw new Error(message);
      },
    });
    const rates: { atOnce: number; eventsPerSecond: number; cpuMicroseconds: number }[] = [];
    for (const atOnce of [1, 50, 200]) {
      await pass(store, 2_000, atOnce);
      await store.forget();
      const cpu = process.cpuUsage();
      const events = atOnce === 1 ? 5_000 : 40_000;
      const eventsPerSecond = await pass(store, events, atOnce);
      const { user, system } = process.cpuUsage(cpu);
      rates.push({ atOnce, eventsPerSecond, cpuMicroseconds: (user + system) / events });
      await store.forget();
    }
    await store.close();
    return { rates };
  } finally {
    await redis.dispose();
  }
}

const measures = { memory: measureMemory, file: measureFile, redis: measureRedis };

async function main(): Promise<void> {
  const measure = measures[process.argv[2] as keyof typeof measures];
  console.log(JSON.stringify(await measure()));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
