/** Vehicles in a real Redis: shared by processes, and through restarts. */
import assert from 'node:assert/strict';
import type { StoreHealth } from '../../src/memory/key-store';
import { RedisVehicles } from '../../src/memory/redis/redis-vehicles';
import { VehicleStates } from '../../src/memory/vehicles/vehicle-states';
import { type Clock, systemClock } from '../../src/time/clock';
import { merge } from '../../src/vehicle/merge';
import { NameLists } from '../../src/vehicle/name-lists';
import type { Vehicle } from '../../src/vehicle/vehicle';
import { Redis } from '../support/redis';
import { describeLastingVehicles, describeVehicleStore } from '../support/vehicle-store-contract';
import { newsOf } from '../support/vehicle-world';
import { Recording, waitFor } from '../support/wait';

describe('keeping vehicles in Redis', function () {
  this.timeout(120_000);
  let redis: Redis;
  let prefix: string;
  let prefixes = 0;
  let ahead = 0;
  let stores: RedisVehicles[] = [];

  before(async () => {
    redis = await Redis.start({ durable: true });
  });
  after(() => redis.dispose());
  beforeEach(() => {
    prefix = `test${prefixes++}:`;
    ahead = 0;
  });
  afterEach(async () => {
    if (!redis.running) await redis.start();
    for (const store of stores) await store.close();
    stores = [];
  });

  /** The same pace, with what was left out before. */
  const clock: Clock = { ...systemClock, now: () => Date.now() + ahead };

  function open(health = new Recording<StoreHealth>()): RedisVehicles {
    const store = new RedisVehicles({
      url: new URL(redis.url),
      username: undefined,
      password: undefined,
      tls: {},
      name: 'node-red-invers/test',
      prefix,
      clock,
      tell: (changed) => health.add(changed),
    });
    stores.push(store);
    return store;
  }

  describe('as every store does it', () => {
    describeVehicleStore(async () => ({ open }));
  });

  describe('as every store does it that outlives its process', () => {
    describeLastingVehicles(async () => ({
      open,
      kill: async (store) => {
        await store.close();
        ahead += 15_001;
      },
    }));
  });

  it('puts the news of several processes together as one would, and tells each change once', async () => {
    const health = new Recording<StoreHealth>();
    const processes = [open(health), open(health), open(health)];
    // who has no connection yet works alone for a while
    for (const store of processes)
      await waitFor(async () => (await store.list({ limit: 1 })).length === 0);
    const states = processes.map((store) => new VehicleStates(store, 'state'));
    const lists = new NameLists();
    const values = [1, 2, 'a', 'b', true, { x: 1 }, { x: 2, y: 'é' }, [1, 2], '\u{1f697}', 'ä'];
    const all = Array.from({ length: 150 }, (_, n) =>
      newsOf(lists, 'v1', (n * 7) % 40, {
        [`p${n % 5}`]: values[(n * 3) % values.length] ?? 0,
        [`p${(n + 2) % 7}`]: values[n % values.length] ?? 0,
      }),
    );
    const told = await Promise.all(
      all.map((news, at) => states[at % states.length]?.observe(news, undefined)),
    );
    const expected = all.reduce<Vehicle | undefined>(
      (known, news) => merge(known, news, lists).vehicle,
      undefined,
    );
    const found = await processes[0]?.find('v1');
    assert.deepEqual(health.items, []);
    assert.deepEqual(found, expected);
    // each change begins where another one ended
    const balance = new Map<string, number>();
    for (const result of told) {
      for (const [name, { from, to }] of Object.entries(
        typeof result === 'object' ? result.changed : {},
      )) {
        for (const [value, one] of [
          [from, -1],
          [to, 1],
        ] as const) {
          const key = `${name} ${JSON.stringify(value)}`;
          balance.set(key, (balance.get(key) ?? 0) + one);
        }
      }
    }
    for (const [at, name] of (expected?.names ?? []).entries()) {
      const newest = `${name} ${JSON.stringify(expected?.values[at])}`;
      assert.equal(balance.get(newest), 1, newest);
      balance.delete(newest);
      balance.delete(`${name} null`);
    }
    assert.deepEqual(
      [...balance.values()].filter((left) => left !== 0),
      [],
    );
  });

  it('puts there what was missed while Redis was stopped', async () => {
    const health = new Recording<StoreHealth>();
    const store = open(health);
    const state = new VehicleStates(store, 'state');
    await state.observe(newsOf(store.lists, 'v1', 1, { level: 50 }), undefined);
    await redis.kill();
    const told = await state.observe(newsOf(store.lists, 'v1', 2, { level: 40 }), undefined);
    assert.ok(typeof told === 'object' && told.changed['level']?.to === 40);
    await redis.start();
    await health.waitUntil((items) => items.find(({ state: is }) => is === 'working'));
    const other = open();
    await waitFor(async () => (await other.find('v1'))?.values[0] === 40);
    assert.deepEqual(
      health.items.map(({ state: is }) => is),
      ['away', 'working'],
    );
  });
});
