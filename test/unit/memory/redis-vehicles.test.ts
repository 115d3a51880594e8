/** Vehicles in a Redis without a network: what is known, what was said, outages, and processes that die. */
import assert from 'node:assert/strict';
import type { StoreHealth } from '../../../src/memory/key-store';
import { RedisVehicles } from '../../../src/memory/redis/redis-vehicles';
import type { VehicleStore } from '../../../src/memory/vehicle-store';
import { VehicleStates } from '../../../src/memory/vehicles/vehicle-states';
import { VehicleWatches } from '../../../src/memory/vehicles/vehicle-watches';
import { FakeRedis } from '../../support/fake-redis';
import { MovedClock, turn } from '../../support/moved-clock';
import {
  describeLastingVehicles,
  describeVehicleStore,
} from '../../support/vehicle-store-contract';
import { FakeDelivery, newsOf } from '../../support/vehicle-world';

describe('keeping vehicles in a Redis without a network', () => {
  let clock: MovedClock;
  let redis: FakeRedis;
  let health: StoreHealth[];
  let stores: RedisVehicles[];

  beforeEach(() => {
    clock = new MovedClock();
    redis = new FakeRedis(clock);
    [health, stores] = [[], []];
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
  });

  function open(): RedisVehicles {
    const store = new RedisVehicles({
      url: new URL('redis://127.0.0.1:6379'),
      username: undefined,
      password: undefined,
      tls: {},
      name: 'test',
      prefix: 'fleet:',
      clock,
      tell: (changed) => health.push(changed),
      createClient: redis.createClient,
    });
    stores.push(store);
    return store;
  }
  async function kill(store: VehicleStore): Promise<void> {
    await store.close();
    stores.splice(stores.indexOf(store as RedisVehicles), 1);
    await clock.pass(15_001);
  }
  const tell = async (
    store: RedisVehicles,
    at: number,
    level: number,
    delivery?: FakeDelivery,
    id = 'v1',
  ) => {
    const state = new VehicleStates(store, 'state');
    const told = await state.observe(newsOf(store.lists, id, at, { level }), delivery);
    return told === 'left' ? told : Object.values(told.changed).map(({ from, to }) => [from, to]);
  };

  describe('as every store does it', () => {
    describeVehicleStore(async () => ({ open }));
  });

  describe('as every store does it that outlives its process', () => {
    describeLastingVehicles(async () => ({ open, kill }));
  });

  it('lets two processes tell each change once', async () => {
    const [one, other] = [open(), open()];
    await tell(one, 1, 50);
    await tell(other, 1, 50);
    const told = await Promise.all([tell(one, 2, 40), tell(other, 2, 40)]);
    assert.deepEqual(told.flat(), [[50, 40]]);
    assert.deepEqual(await tell(other, 3, 30), [[40, 30]]);
    assert.deepEqual((await one.find('v1'))?.values, [30]);
  });

  it('leaves a message to the next delivery where this one was given back while Redis was asked', async () => {
    const store = open();
    await tell(store, 1, 50);
    const delivery = new FakeDelivery();
    const told = tell(store, 2, 40, delivery);
    delivery.giveBack();
    assert.equal(await told, 'left');
    assert.deepEqual(await tell(store, 2, 40), [[50, 40]]);
  });

  it('has kept what was told by the time that the acknowledgement leaves', async () => {
    const store = open();
    await tell(store, 1, 50);
    const delivery = new FakeDelivery();
    const told = tell(store, 2, 40, delivery);
    await delivery.acknowledge();
    assert.deepEqual(await told, [[50, 40]]);
    await store.close();
    await clock.pass(15_001);
    assert.deepEqual(await tell(open(), 2, 40), []);
  });

  it('holds what a living process is telling, and lets it go 15 seconds after the process died', async () => {
    const [one, other] = [open(), open()];
    await tell(one, 1, 50);
    assert.deepEqual(await tell(one, 2, 40, new FakeDelivery()), [[50, 40]]);
    await clock.pass(60_000);
    assert.deepEqual(await tell(other, 2, 40), []);
    await one.close();
    await clock.pass(15_001);
    assert.deepEqual(await tell(other, 2, 40), [[50, 40]]);
  });

  it('tells the others when a process is gone: at once when it stops, and soon when it was killed', async () => {
    const [one, stopped, killed] = [open(), open(), open()];
    let told = 0;
    const stop = one.watchOthers(() => {
      told += 1;
    });
    for (const other of [stopped, killed]) other.watchOthers(() => undefined);
    await clock.pass(60_000);
    assert.equal(told, 0, 'all give signs of life');
    await stopped.close();
    await clock.pass(5_000);
    assert.equal(told, 1);
    // no sign of life comes from it any more
    const client = redis.clients[2] ?? assert.fail();
    client.find = () => undefined;
    client.lose(new Error('Socket closed unexpectedly'));
    await clock.pass(9_000);
    assert.equal(told, 1, 'it may only be slow');
    await clock.pass(11_000);
    assert.equal(told, 2);
    await clock.pass(60_000);
    assert.equal(told, 2, 'it is told once');
    assert.equal(redis.setOf('fleet:processes').size, 1, 'nothing is left of them');
    stop();
  });

  it('works on alone while Redis is away, says so once, and puts there what was missed', async () => {
    const store = open();
    await tell(store, 1, 50);
    redis.goDown();
    const first = tell(store, 2, 40);
    await clock.pass(2_000);
    assert.deepEqual(await first, [[50, 40]]);
    assert.deepEqual(await tell(store, 2, 40), []);
    assert.deepEqual(await tell(store, 3, 30), [[40, 30]]);
    assert.deepEqual((await store.find('v1'))?.values, [30]);
    assert.deepEqual(
      health.map(({ state }) => state),
      ['away'],
    );
    redis.comeBack();
    await turn();
    await turn();
    const other = open();
    assert.deepEqual((await other.find('v1'))?.values, [30]);
    assert.deepEqual(await tell(other, 3, 30), []);
  });

  it('fails a step that throws for who asked for it alone, whether Redis is there or away', async () => {
    const store = open();
    const broken = () => {
      throw new Error('an odd episode');
    };
    const steps = async () => {
      const failed = assert.rejects(store.update('v1', broken), /an odd episode/);
      const after = store.update('v1', (entry) => entry.id);
      await clock.pass(2_000);
      await failed;
      assert.equal(await after, 'v1');
    };
    await tell(store, 1, 10);
    await steps();
    redis.goDown();
    await steps();
    redis.comeBack();
    await turn();
    await turn();
    await steps();
    assert.deepEqual((await store.find('v1'))?.values, [10]);
    const delivery = new FakeDelivery();
    const watch = new VehicleWatches({
      store,
      owner: 'watch',
      decide: broken,
      onCommitted: () => undefined,
    });
    await assert.rejects(
      Promise.resolve(watch.observe(newsOf(store.lists, 'v1', 9, { level: 1 }), delivery)),
      /an odd episode/,
    );
    delivery.giveBack();
    await store.onTheirWay.idle();
  });

  it('keeps ten thousand steps for a Redis that is away, and lets the oldest go', async () => {
    const store = open();
    await tell(store, 1, 50);
    redis.goDown();
    const first = tell(store, 2, 40);
    await clock.pass(2_000);
    await first;
    for (let n = 0; n < 10_000; n++) await tell(store, 1, n, undefined, `w${n}`);
    redis.comeBack();
    for (let n = 0; n < 20; n++) await turn();
    const other = open();
    assert.equal((await other.list({ limit: 20_000 })).length <= 10_001, true);
    assert.deepEqual((await other.find('v1'))?.values, [50]);
    assert.deepEqual((await other.find('w9999'))?.values, [9_999]);
  });

  it('takes what somebody else has written there for nothing', async () => {
    for (const value of ['nonsense', 'x {"vehicle":', 'x {"vehicle":{"id":"v1"}}']) {
      const store = open();
      redis.stored.set('fleet:vehicle:v1', { value, until: Number.POSITIVE_INFINITY });
      assert.equal(await store.find('v1'), undefined);
      assert.deepEqual(await tell(store, 1, 50), [[null, 50]]);
      assert.deepEqual((await store.find('v1'))?.values, [50]);
    }
  });
});
