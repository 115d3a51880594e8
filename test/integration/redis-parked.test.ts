/** Parked events in a real Redis: kept, given back, bounded, and shared. */
import assert from 'node:assert/strict';
import type { ParkedEvent } from '../../src/memory/parked-store';
import { RedisParked } from '../../src/memory/redis/redis-parked';
import { systemClock } from '../../src/time/clock';
import { Redis } from '../support/redis';

describe('parking events in Redis', function () {
  this.timeout(60_000);
  let redis: Redis;
  let prefixes = 0;
  let prefix: string;
  let dropped: number;
  let stores: RedisParked[] = [];

  before(async () => {
    redis = await Redis.start({ durable: true });
  });
  after(() => redis.dispose());
  beforeEach(() => {
    prefix = `test${prefixes++}:`;
    dropped = 0;
  });
  afterEach(async () => {
    if (!redis.running) await redis.start();
    for (const store of stores) await store.close();
    stores = [];
  });

  function open(limits = { events: 10, bytes: 64_000 }): RedisParked {
    const store = new RedisParked({
      url: new URL(redis.url),
      username: undefined,
      password: undefined,
      tls: {},
      name: 'node-red-invers/test',
      prefix,
      clock: systemClock,
      tell: () => undefined,
      onDropped: () => {
        dropped += 1;
      },
      limits,
    });
    stores.push(store);
    return store;
  }
  const event = (n: number, size = 10): ParkedEvent => ({
    id: `p${n}`,
    node: 't1',
    topic: 'States',
    eventId: `e${n}`,
    type: 'VehicleStateRecorded',
    reason: 'attempts-exhausted',
    parkedAt: 1_000 + n,
    body: Buffer.alloc(size, n),
    properties: { type: 'VehicleStateRecorded', headers: {} },
  });
  const ids = async (store: RedisParked) => (await store.list()).map(({ id }) => id);

  it('lists them without their content, in the order in which they came, and reads them with it', async () => {
    const store = open();
    for (const n of [2, 1, 3]) await store.park(event(n));
    const { body, properties, ...summary } = event(2);
    assert.deepEqual((await store.list())[0], summary);
    assert.deepEqual(await open().read('p1'), event(1));
    await store.remove('p1');
    await store.remove('p1');
    assert.deepEqual(await ids(open()), ['p2', 'p3']);
    assert.equal(await store.read('p1'), undefined);
  });

  it('is bounded in number and bytes: the oldest go first, told one by one', async () => {
    const store = open();
    for (let n = 0; n < 15; n++) await store.park(event(n));
    assert.deepEqual((await ids(store))[0], 'p5');
    assert.equal(dropped, 5);
    for (let n = 20; n < 30; n++) await store.park(event(n, 12_000));
    const kept = await ids(store);
    assert.ok(kept.length > 1 && kept.length < 6, `${kept.length} of 12 kB are kept`);
    assert.equal(kept.at(-1), 'p29');
    for (const id of kept) await store.remove(id);
    dropped = 0;
    for (let n = 30; n < 33; n++) await store.park(event(n, 12_000));
    assert.equal(dropped, 0);
  });

  it('keeps one that is larger than all may be, alone', async () => {
    const store = open();
    for (const n of [1, 2]) await store.park(event(n));
    await store.park(event(3, 70_000));
    assert.deepEqual(await ids(store), ['p3']);
  });

  it('rejects what it cannot keep, so that the event stays with the broker', async () => {
    const store = open();
    await store.park(event(1));
    await redis.kill();
    await assert.rejects(async () => store.park(event(2)), { code: 'store-away' });
    await redis.start();
  });
});
