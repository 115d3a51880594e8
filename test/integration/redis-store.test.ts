/** Ids in a real Redis: shared by processes, with password and TLS, and through restarts and silence. */
import assert from 'node:assert/strict';
import type { ConnectionOptions } from 'node:tls';
import { createClient } from '@redis/client';
import type { StoreHealth } from '../../src/memory/key-store';
import { RedisStore } from '../../src/memory/redis/redis-store';
import { type Clock, systemClock } from '../../src/time/clock';
import { eventId } from '../support/events';
import { MovedClock } from '../support/moved-clock';
import { Redis } from '../support/redis';
import { describeStore } from '../support/store-contract';
import { Recording, waitFor } from '../support/wait';

const HOUR = 3_600_000;
const password = 'p@ss:w/rd é';

interface Options {
  url?: string;
  username?: string;
  password?: string | undefined;
  tls?: ConnectionOptions;
  prefix?: string;
  clock?: Clock;
}

describe('remembering ids in Redis', function () {
  this.timeout(120_000);
  let redis: Redis;
  let stores: RedisStore[] = [];
  let prefixes = 0;

  before(async () => {
    redis = await Redis.start({ password, durable: true });
  });
  after(() => redis.dispose());
  afterEach(async () => {
    redis.thaw();
    if (!redis.running) await redis.start();
    for (const store of stores) await store.close();
    stores = [];
  });

  function open(options: Options = {}, health = new Recording<StoreHealth>()) {
    const store = new RedisStore({
      url: new URL(options.url ?? redis.url),
      username: options.username,
      password: 'password' in options ? options.password : password,
      tls: options.tls ?? {},
      name: 'node-red-invers/test',
      prefix: options.prefix ?? `test${prefixes++}*:`,
      clock: options.clock ?? systemClock,
      tell: (changed) => health.add(changed),
    });
    stores.push(store);
    return { store, health };
  }
  const reserve = (store: RedisStore, key: string, owner: string) =>
    store.reserve(key, owner, HOUR, HOUR);

  describe('as every store does it', () => {
    describeStore(async () => {
      const { store } = open();
      return {
        store,
        pass: (_milliseconds, hasChanged) => waitFor(hasChanged).then(() => undefined),
        dispose: async () => undefined,
      };
    });
  });

  it('is shared by those who use the same prefix, and only by them', async () => {
    const one = open({ prefix: 'shared:' }).store;
    const two = open({ prefix: 'shared:' }).store;
    const other = open({ prefix: 'other:' }).store;
    assert.equal(await reserve(one, 'a', 'one'), 'reserved');
    assert.equal(await reserve(two, 'a', 'two'), 'taken');
    assert.equal(await reserve(other, 'a', 'three'), 'reserved');
    await one.record('a', 'one', HOUR);
    assert.equal(typeof (await reserve(two, 'a', 'two')), 'object');
    await two.forget();
    assert.equal(await reserve(one, 'a', 'four'), 'reserved');
    assert.equal(await reserve(other, 'a', 'five'), 'taken');
  });

  it('gives a key to exactly one of many that ask at the same time', async () => {
    const shared = Array.from({ length: 4 }, () => open({ prefix: 'race:' }).store);
    for (let n = 0; n < 50; n++) {
      const answers = await Promise.all(
        shared.map((store, index) => reserve(store, eventId(n), `owner ${index}`)),
      );
      assert.equal(answers.filter((answer) => answer === 'reserved').length, 1);
    }
  });

  it('lets every key expire: a reservation within its lease, a record within its window', async () => {
    const { store } = open({ prefix: 'expiry:' });
    await reserve(store, 'a', 'one');
    await reserve(store, 'b', 'one');
    await store.record('b', 'one', 7_200_000);
    const client = await createClient({ url: redis.url, password }).connect();
    try {
      const reserved = await client.pTTL('expiry:seen:a');
      const recorded = await client.pTTL('expiry:seen:b');
      assert.ok(reserved > 0 && reserved <= 15_000, `${reserved} ms`);
      assert.ok(recorded > HOUR && recorded <= 7_200_000, `${recorded} ms`);
    } finally {
      client.destroy();
    }
  });

  it('renews what it holds, so that only the reservation of a dead process runs out', async () => {
    const clock = new MovedClock(Date.now());
    const { store } = open({ prefix: 'renewal:', clock });
    await reserve(store, 'a', 'one');
    await reserve(store, 'b', 'one');
    await store.release('b', 'one');
    const client = await createClient({ url: redis.url, password }).connect();
    try {
      await client.pExpire('renewal:seen:a', 5_000);
      await clock.pass(5_000);
      await waitFor(async () => (await client.pTTL('renewal:seen:a')) > 10_000);
      // a Redis without a disk has forgotten it after a restart
      await client.del('renewal:seen:a');
      await clock.pass(5_000);
      await waitFor(async () => (await client.pTTL('renewal:seen:a')) > 10_000);
      assert.equal(await client.exists('renewal:seen:b'), 0);
    } finally {
      client.destroy();
    }
  });

  it('connects with TLS and verifies the certificate', async () => {
    const { ca, unknownCa } = redis.certificates;
    const { store } = open({ url: redis.tlsUrl, tls: { ca } });
    assert.equal(await reserve(store, 'a', 'one'), 'reserved');
    for (const tls of [{}, { ca: unknownCa }]) {
      const { store: refused, health } = open({ url: redis.tlsUrl, tls });
      await assert.rejects(reserve(refused, 'a', 'one'), /certificate is not accepted/);
      assert.equal(health.items.length, 1);
    }
  });

  it('says that the password is wrong, and never which it is', async () => {
    for (const wrong of [undefined, 'wrong-secret']) {
      const { store, health } = open({ username: 'user-secret', password: wrong });
      await assert.rejects(reserve(store, 'a', 'one'), (error: Error) => {
        assert.match(error.message, /refuses user or password.*Check the password/);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
      const told = await health.waitUntil(([first]) => first);
      assert.equal(told.state, 'away');
      assert.doesNotMatch(told.message, /secret/);
    }
  });

  it('logs in as a user', async () => {
    await redis.command('ACL', 'SETUSER', 'fleet', 'on', '>of its own', '~*', '+@all');
    const { store } = open({ username: 'fleet', password: 'of its own' });
    assert.equal(await reserve(store, 'a', 'one'), 'reserved');
  });

  describe('that does not know all commands', () => {
    let old: Redis;
    const other = 'pass-word-and-more '.repeat(8);

    async function start(...without: string[]) {
      old = await Redis.start({ password: other, without });
    }
    afterEach(() => old.dispose());

    it('needs no HELLO, and no command for the name of a connection', async () => {
      await start('HELLO', 'CLIENT');
      const { store, health } = open({ url: old.url, password: other });
      assert.equal(await reserve(store, 'a', 'one'), 'reserved');
      await store.record('a', 'one', HOUR);
      assert.equal(typeof (await reserve(store, 'a', 'two')), 'object');
      assert.deepEqual(health.items, []);
    });

    it('shows no password where even AUTH is answered with what was sent', async () => {
      await start('HELLO', 'AUTH');
      const { store, health } = open({ url: old.url, username: 'fleet', password: other });
      await assert.rejects(reserve(store, 'a', 'one'), /does not know a command.*unknown command/);
      const told = await health.waitUntil(([first]) => first);
      assert.doesNotMatch(told.message, /pass-word|fleet/);
    });
  });

  it('takes no notice of a restart that is over in a moment, and loses nothing by it', async () => {
    // Its clock stands still while Redis is away: how long a start takes on this machine is not the question.
    const clock = new MovedClock(Date.now());
    const { store, health } = open({ clock });
    for (let n = 0; n < 100; n++) await store.record(eventId(n), 'one', HOUR);
    await redis.kill();
    const asked = reserve(store, eventId(7), 'two');
    const answered = asked.then(
      () => true,
      () => true,
    );
    await redis.start();
    // A Redis that was still reading its file is asked again after a pause.
    await waitFor(async () => {
      await clock.pass(5);
      return Promise.race([answered, false]);
    });
    assert.equal(typeof (await asked), 'object');
    for (let n = 0; n < 100; n++) {
      assert.equal(typeof (await reserve(store, eventId(n), 'two')), 'object');
    }
    assert.deepEqual(health.items, []);
  });

  it('says once that Redis is away, answers at once then, and records afterwards what it could not', async () => {
    const { store, health } = open();
    await reserve(store, 'before', 'one');
    await redis.stop();
    await assert.rejects(reserve(store, 'a', 'one'), { code: 'store-away' });
    const asked = Array.from({ length: 100 }, (_, n) => store.record(eventId(n), 'one', HOUR));
    const told = await Promise.allSettled(asked);
    assert.ok(told.every(({ status }) => status === 'rejected'));
    assert.deepEqual(
      health.items.map(({ state }) => state),
      ['away'],
    );
    assert.match(health.items[0]?.message ?? '', /redis:\/\/127\.0\.0\.1:\d+ cannot be used/);
    await redis.start();
    await health.waitUntil((items) => items.find(({ state }) => state === 'working'));
    for (let n = 0; n < 100; n++) {
      assert.equal(typeof (await reserve(store, eventId(n), 'two')), 'object');
    }
  });

  it('does not wait for a Redis that has fallen silent', async () => {
    const { store, health } = open();
    await reserve(store, 'a', 'one');
    redis.freeze();
    const asked = Array.from({ length: 50 }, (_, n) => reserve(store, eventId(n), 'one'));
    const told = await Promise.allSettled(asked);
    assert.ok(told.every(({ status }) => status === 'rejected'));
    await assert.rejects(reserve(store, 'b', 'one'), { code: 'store-away' });
    redis.thaw();
    await health.waitUntil((items) => items.find(({ state }) => state === 'working'), {
      timeout: 30_000,
    });
    assert.equal(await reserve(store, 'b', 'one'), 'reserved');
    assert.equal(health.items.length, 2);
  });

  it('closes at once, whatever Redis does', async () => {
    const { store } = open();
    await reserve(store, 'a', 'one');
    redis.freeze();
    await store.close();
    const { store: never } = open({ url: 'redis://127.0.0.1:9' });
    await never.close();
    await assert.rejects(reserve(never, 'a', 'one'), { code: 'store-away' });
  });
});
