/** Ids in Redis, without one: what is asked of it, renewed, and told later when it was away. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { StoreHealth } from '../../../src/memory/key-store';
import { scripts } from '../../../src/memory/redis/redis-scripts';
import { LEASE, RedisStore } from '../../../src/memory/redis/redis-store';
import { FakeRedis } from '../../support/fake-redis';
import { MovedClock, turn } from '../../support/moved-clock';
import { describeStore } from '../../support/store-contract';

const HOUR = 3_600_000;

function createStore(prefix = 'fleet:') {
  const clock = new MovedClock();
  const redis = new FakeRedis(clock);
  const health: StoreHealth[] = [];
  const store = new RedisStore({
    url: new URL('redis://redis.example:6379/2'),
    username: undefined,
    password: undefined,
    tls: {},
    name: 'test',
    prefix,
    clock,
    tell: (changed) => health.push(changed),
    random: () => 0.5,
    createClient: redis.createClient,
  });
  const reserve = (key: string, owner: string, lease = HOUR, window = HOUR) =>
    store.reserve(key, owner, lease, window);
  return { clock, health, redis, reserve, store };
}

describe('remembering ids in a Redis without a network', () => {
  describe('as every store does it', () => {
    describeStore(async () => {
      const { clock, store } = createStore();
      return {
        store,
        pass: async (milliseconds, hasChanged) => {
          await clock.pass(milliseconds);
          await hasChanged();
        },
        dispose: async () => store.close(),
      };
    });
  });

  it('asks by the digest of a script, and sends it whole to a Redis that does not know it', async () => {
    const { clock, redis, reserve } = createStore();
    await reserve('a', 'one');
    assert.deepEqual([...redis.knownScripts], [scripts.reserve.sha]);
    const call = `reserve fleet:seen:a one ${LEASE} ${clock.now()} ${HOUR}`;
    assert.deepEqual(redis.calls, [call]);
    redis.loseEverything();
    await reserve('a', 'one');
    assert.deepEqual(redis.calls, [call, call]);
  });

  it('names each script by the digest of its text', () => {
    for (const [name, { sha, text }] of Object.entries(scripts)) {
      assert.equal(sha, createHash('sha1').update(text).digest('hex'), name);
      assert.match(text, /^\nlocal \w+ = .*redis\.call\('/, name);
      assert.match(text, /\nreturn \w+$/, name);
    }
  });

  it('fails with what Redis says where that is not a missing script', async () => {
    const { redis, reserve } = createStore();
    await turn();
    redis.failures.push(new Error('OOM command not allowed'));
    await assert.rejects(reserve('a', 'one'), { code: 'store-away', message: /OOM command/ });
  });

  it('reserves for the lease of a process at most, and renews while the delivery is open', async () => {
    const { clock, redis, reserve, store } = createStore();
    const since = clock.now();
    await reserve('a', 'one', 22_000);
    const left = () => (redis.stored.get('fleet:seen:a')?.until ?? 0) - clock.now();
    assert.equal(left(), LEASE);
    await clock.pass(5_000);
    assert.equal(redis.calls.at(-1), `renew fleet:seen:a one ${LEASE} ${since}`);
    assert.equal(left(), LEASE);
    await clock.pass(5_000);
    assert.equal(redis.calls.at(-1), `renew fleet:seen:a one 12000 ${since}`);
    await clock.pass(5_000);
    assert.equal(left(), 7_000);
    const { length } = redis.calls;
    await clock.pass(60_000);
    assert.equal(redis.calls.length, length + 1, 'one more before its end, and none after it');
    assert.equal(clock.pending, 0);
    await store.close();
  });

  it('asks for whole milliseconds, and for the lease of a process where none is given', async () => {
    const { redis, reserve } = createStore();
    await reserve('a', 'one', 100.2, 200.7);
    await reserve('b', 'one', 0);
    assert.match(redis.calls[0] ?? '', / 101 \d+ 201$/);
    assert.match(redis.calls[1] ?? '', new RegExp(` ${LEASE} \\d+ ${HOUR}$`));
  });

  it('renews one timer for all it holds, and nothing that has ended or was never its own', async () => {
    const { clock, redis, reserve, store } = createStore();
    for (const key of ['a', 'b', 'c', 'd']) await reserve(key, 'one');
    assert.equal(await reserve('a', 'two'), 'taken');
    await store.record('b', 'one', HOUR);
    await store.release('c', 'one');
    await store.release('d', 'two');
    assert.equal(clock.pending, 1);
    redis.calls.length = 0;
    await clock.pass(5_000);
    assert.deepEqual(
      redis.calls.map((call) => call.split(' ').slice(0, 3).join(' ')),
      ['renew fleet:seen:a one', 'renew fleet:seen:d one'],
    );
  });

  it('puts reservations back into a Redis that has lost them', async () => {
    const { redis, reserve } = createStore();
    await reserve('a', 'one');
    redis.goDown();
    redis.loseEverything();
    redis.comeBack();
    await turn();
    assert.equal(await reserve('a', 'two'), 'taken');
  });

  it('renews nothing where it holds nothing when Redis comes back', async () => {
    const { redis } = createStore();
    await turn();
    redis.goDown();
    redis.comeBack();
    await turn();
    assert.deepEqual(redis.calls, []);
  });

  it('counts the window from the reservation', async () => {
    const { clock, redis, reserve, store } = createStore();
    const since = clock.now();
    await reserve('a', 'one');
    await clock.pass(1_000);
    await store.record('a', 'one', HOUR);
    assert.equal(redis.calls.at(-1), `record fleet:seen:a ${since} ${since + 1_000} ${HOUR}`);
    await store.record('b', 'one', HOUR);
    assert.equal(
      redis.calls.at(-1),
      `record fleet:seen:b ${since + 1_000} ${since + 1_000} ${HOUR}`,
    );
  });

  it('records what it could not when Redis is back, with the time of the first', async () => {
    const { clock, redis, reserve, store } = createStore();
    await reserve('a', 'one');
    const since = clock.now();
    redis.goDown();
    await clock.pass(2_000);
    await assert.rejects(store.record('a', 'one', HOUR), { code: 'store-away' });
    await clock.pass(1_000);
    redis.comeBack();
    await turn();
    assert.deepEqual(await reserve('a', 'two'), { firstSeenAt: since, count: 2 });
    const { length } = redis.calls;
    redis.goDown();
    redis.comeBack();
    await turn();
    assert.equal(redis.calls.length, length, 'told once');
  });

  it('keeps for later what fails once more', async () => {
    const { clock, redis, reserve, store } = createStore();
    await turn();
    redis.goDown();
    await clock.pass(2_000);
    await assert.rejects(store.record('a', 'one', HOUR));
    redis.failures.push(new Error('ERR not now'));
    redis.comeBack();
    await turn();
    assert.equal(redis.stored.size, 0);
    redis.goDown();
    redis.comeBack();
    await turn();
    assert.equal(typeof (await reserve('a', 'two')), 'object');
  });

  it('lets the oldest go of what it could not tell, beyond ten thousand', async () => {
    const { clock, redis, store } = createStore();
    await turn();
    redis.goDown();
    await clock.pass(2_000);
    const records = Array.from({ length: 10_001 }, (_, n) => store.record(`key-${n}`, 'one', HOUR));
    await Promise.allSettled(records);
    redis.comeBack();
    await turn();
    assert.equal(redis.stored.size, 10_000);
    assert.equal(redis.stored.has('fleet:seen:key-0'), false);
    assert.equal(redis.stored.has('fleet:seen:key-10000'), true);
  });

  it('forgets page by page what it remembers under its prefix, and nothing else', async () => {
    const { clock, redis, store } = createStore('f*[l]e?\\:');
    for (let n = 0; n < 5; n++) await store.record(`key-${n}`, 'one', HOUR);
    redis.stored.set('other', { value: 'kept', until: clock.now() + HOUR });
    redis.calls.length = 0;
    await store.forget();
    assert.deepEqual([...redis.stored.keys()], ['other']);
    const scans = redis.calls.filter((call) => call.startsWith('scan'));
    const pattern = 'f\\*\\[l\\]e\\?\\\\:seen:*';
    assert.deepEqual(
      scans,
      [0, 1, 2].map((cursor) => `scan ${cursor} ${pattern} 1000`),
    );
    redis.calls.length = 0;
    await store.forget();
    assert.deepEqual(redis.calls, [`scan 0 ${pattern} 1000`]);
  });

  it('forgets what it had still to tell, too', async () => {
    const { clock, redis, store } = createStore();
    await turn();
    redis.goDown();
    await clock.pass(2_000);
    await assert.rejects(store.record('a', 'one', HOUR));
    await assert.rejects(store.forget(), { code: 'store-away' });
    redis.comeBack();
    await turn();
    assert.equal(redis.stored.size, 0);
  });

  it('says nothing of a renewal that fails: the connection does', async () => {
    const { clock, redis, reserve } = createStore();
    await reserve('a', 'one');
    redis.goDown();
    await clock.pass(60_000);
    redis.comeBack();
    await clock.pass(5_000);
    assert.match(redis.calls.at(-1) ?? '', /^renew fleet:seen:a one/);
  });

  it('leaves no timer and no client behind when it is closed', async () => {
    const { clock, redis, reserve, store } = createStore();
    await reserve('a', 'one');
    assert.equal(clock.pending, 1);
    await store.close();
    assert.equal(clock.pending, 0);
    assert.deepEqual(redis.client.ended, ['close']);
  });
});
