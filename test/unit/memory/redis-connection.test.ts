/** The connection to Redis, without one: how long a command waits, and what is said of an outage. */
import assert from 'node:assert/strict';
import type { ConnectionOptions } from 'node:tls';
import type { StoreHealth } from '../../../src/memory/key-store';
import { RedisConnection } from '../../../src/memory/redis/redis-connection';
import { FakeRedis } from '../../support/fake-redis';
import { MovedClock, turn } from '../../support/moved-clock';

interface Options {
  readonly url?: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: ConnectionOptions;
  readonly mode?: FakeRedis['mode'];
}

const URL_TEXT = 'redis://redis.example:6379/2';

function createConnection({
  url = URL_TEXT,
  username,
  password,
  tls = {},
  mode = 'up',
}: Options = {}) {
  const clock = new MovedClock();
  const redis = new FakeRedis(clock);
  redis.mode = mode;
  const health: StoreHealth[] = [];
  const seen = { ready: 0 };
  const connection = new RedisConnection(
    { url: new URL(url), username, password, tls, name: 'test' },
    clock,
    (changed) => health.push(changed),
    () => {
      seen.ready += 1;
    },
    () => 0.5,
    redis.createClient,
  );
  /** A command's end, once it has one. */
  const run = () => {
    const end: { is?: string; after?: number } = {};
    const since = clock.now();
    const note = (is: string) => Object.assign(end, { is, after: clock.now() - since });
    connection
      .run((client) => client.scan('0', { MATCH: 'x*', COUNT: 1 }))
      .then(
        () => note('answered'),
        (error: Error & { code?: string }) => note(`${error.code}: ${error.message}`),
      );
    return end;
  };
  return { clock, connection, health, redis, run, seen };
}

function tlsOf(redis: FakeRedis) {
  const { tls, ca } = (redis.client.options.socket ?? {}) as Record<string, unknown>;
  return { tls, ca };
}

describe('the connection to Redis', () => {
  it('is made with address, user, password, name and limits', async () => {
    const { redis } = createConnection({ username: 'u', password: 'p' });
    await turn();
    assert.equal(redis.client.name, 'test');
    const { socket, ...options } = redis.client.options;
    assert.deepEqual(options, {
      RESP: 2,
      url: URL_TEXT,
      username: 'u',
      password: 'p',
      disableOfflineQueue: true,
      commandsQueueMaxLength: 100_000,
      pingInterval: 2_000,
    });
    const { reconnectStrategy, ...limits } = socket ?? {};
    assert.deepEqual(limits, { connectTimeout: 2_000, socketTimeout: 6_000 });
    assert.ok(typeof reconnectStrategy === 'function');
    const delays = [0, 1, 5, 6, 100].map((tries) => reconnectStrategy(tries, new Error('')));
    assert.deepEqual(delays, [100, 200, 3_200, 5_000, 5_000]);
  });

  it('is made without user and password where there are none, and with TLS where the address says so', () => {
    const { redis } = createConnection({ url: 'rediss://redis.example', tls: { ca: 'ca' } });
    assert.equal('username' in redis.client.options, false);
    assert.equal('password' in redis.client.options, false);
    assert.deepEqual(tlsOf(redis), { tls: true, ca: 'ca' });
    const plain = createConnection({ tls: { ca: 'ca' } }).redis;
    assert.deepEqual(tlsOf(plain), { tls: undefined, ca: undefined });
  });

  it('is none the worse where Redis lets nobody give it a name', async () => {
    const { clock, health, redis, run } = createConnection({ mode: 'silent' });
    redis.refusesNames = true;
    redis.comeBack();
    const command = run();
    await clock.pass(2_000);
    assert.equal(command.is, 'answered');
    assert.deepEqual(health, []);
  });

  it('spreads its tries by chance', () => {
    for (const [random, delay] of [
      [0, 80],
      [1, 120],
    ] as const) {
      const redis = new FakeRedis(new MovedClock());
      const login = { username: undefined, password: undefined };
      const address = { url: new URL(URL_TEXT), ...login, tls: {}, name: 'test' };
      const nothing = () => undefined;
      new RedisConnection(address, redis.clock, nothing, nothing, () => random, redis.createClient);
      const strategy = redis.client.options.socket?.reconnectStrategy;
      assert.equal(typeof strategy === 'function' && strategy(0, new Error('')), delay);
    }
  });

  it('lets a command wait for it, and says so when it is there', async () => {
    const { clock, health, redis, run, seen } = createConnection({ mode: 'silent' });
    const command = run();
    await clock.pass(1_000);
    assert.deepEqual(command, {});
    redis.comeBack();
    await turn();
    assert.deepEqual(command, { is: 'answered', after: 1_000 });
    assert.equal(seen.ready, 1);
    assert.deepEqual(health, []);
    assert.equal(clock.pending, 0);
  });

  it('says once that Redis is away after two seconds, answers at once from then on, and says when it is back', async () => {
    const { clock, health, redis, run } = createConnection();
    await turn();
    redis.goDown(new Error('Socket closed'));
    const first = run();
    await clock.pass(1_999);
    assert.deepEqual([first, health], [{}, []]);
    await clock.pass(1);
    assert.equal(first.after, 2_000);
    assert.match(
      first.is ?? '',
      /^store-away: Redis at redis:\/\/redis\.example:6379\/2 cannot be used: Socket closed\. Check the address, and that Redis is running\. Events pass/,
    );
    const second = run();
    await turn();
    assert.equal(second.after, 0);
    redis.comeBack();
    assert.deepEqual(
      health.map(({ state }) => state),
      ['away', 'working'],
    );
    assert.match(health[1]?.message ?? '', /redis:\/\/redis\.example:6379\/2 is back/);
    assert.ok(!health.some(({ message }) => message.includes('secret')));
    const third = run();
    await turn();
    assert.equal(third.is, 'answered');
  });

  it('says that Redis is away although nobody asks for anything, and not where it came back', async () => {
    const { clock, health, redis } = createConnection();
    await turn();
    redis.goDown();
    await clock.pass(1_999);
    redis.comeBack();
    await clock.pass(10_000);
    assert.equal(health.length, 0);
    redis.goDown();
    redis.goDown(new Error('the newest reason'));
    await clock.pass(2_000);
    assert.equal(health.length, 1);
    assert.match(health[0]?.message ?? '', /the newest reason/);
  });

  it('says once more what is the matter where a Redis that did not answer refuses then', async () => {
    const { clock, health, redis } = createConnection();
    await turn();
    for (const error of [
      'Connection timeout',
      'Socket closed',
      'WRONGPASS',
      'NOAUTH',
      'Socket closed',
    ]) {
      redis.goDown(new Error(error));
      await clock.pass(2_000);
    }
    assert.equal(health.length, 2);
    assert.match(health[0]?.message ?? '', /Connection timeout\. Check the address/);
    assert.match(health[1]?.message ?? '', /refuses user or password \(WRONGPASS\)/);
    redis.comeBack();
    redis.goDown(new Error('NOAUTH'));
    await clock.pass(2_000);
    assert.deepEqual(
      health.map(({ state }) => state),
      ['away', 'away', 'working', 'away'],
    );
  });

  it('gives two seconds to each outage, from its beginning', async () => {
    const { clock, redis, run } = createConnection();
    await turn();
    await clock.pass(60_000);
    redis.goDown();
    await clock.pass(1_500);
    redis.goDown();
    const command = run();
    await clock.pass(2_000);
    assert.equal(command.after, 500);
  });

  it('says that there is no answer where there was not even an error', async () => {
    const { clock, health, run } = createConnection({ mode: 'silent' });
    const command = run();
    await clock.pass(2_000);
    assert.match(command.is ?? '', /: no answer\. Check/);
    assert.match(health[0]?.message ?? '', /: no answer\. Check/);
    assert.equal(health.length, 1);
  });

  it('sends a command again that broke with the connection', async () => {
    const { clock, health, redis, run } = createConnection();
    await turn();
    redis.mode = 'silent';
    const command = run();
    await clock.pass(1_000);
    redis.goDown();
    await clock.pass(100);
    assert.deepEqual(command, {});
    redis.comeBack();
    await turn();
    assert.deepEqual(command, { is: 'answered', after: 1_100 });
    assert.equal(health.length, 0);
  });

  it('does not send a command again that Redis refused', async () => {
    const { redis, run } = createConnection();
    await turn();
    redis.failures.push(new Error('OOM command not allowed'));
    const command = run();
    await turn();
    assert.match(command.is ?? '', /^store-away: .*OOM/);
    assert.deepEqual(redis.calls, []);
  });

  it('replaces a connection that takes commands and does not answer', async () => {
    const { clock, health, redis, run } = createConnection();
    await turn();
    redis.mode = 'silent';
    const [first, second] = [run(), run()];
    await clock.pass(2_000);
    assert.match(first.is ?? '', /no answer within 2 s/);
    assert.match(second.is ?? '', /no answer within 2 s/);
    assert.equal(first.after, 2_000);
    assert.equal(redis.clients.length, 2);
    assert.deepEqual(redis.clients[0]?.ended, ['destroy']);
    const third = run();
    await turn();
    assert.equal(third.after, 0, 'nobody waits for it');
    // the old one has no say any more
    redis.clients[0]?.emit('error', new Error('old'));
    redis.clients[0]?.emit('ready');
    assert.equal(health.length, 1);
    const fourth = run();
    await turn();
    assert.match(fourth.is ?? '', /no answer within 2 s/);
    redis.comeBack();
    await turn();
    assert.deepEqual(
      health.map(({ state }) => state),
      ['away', 'working'],
    );
  });

  it('asks a Redis again that is still reading its file, for two seconds', async () => {
    const { clock, health, redis, run } = createConnection();
    await turn();
    const loading = () => new Error('LOADING Redis is loading the dataset in memory');
    redis.failures.push(loading(), loading());
    const command = run();
    await clock.pass(99);
    assert.equal(redis.failures.length, 1);
    await clock.pass(101);
    assert.deepEqual(command, { is: 'answered', after: 200 });
    redis.failures.push(...Array.from({ length: 100 }, loading));
    const second = run();
    await clock.pass(3_000);
    assert.equal(second.after, 2_000);
    assert.match(second.is ?? '', /LOADING/);
    assert.equal(health.length, 1);
    redis.failures.length = 0;
    const third = run();
    await turn();
    assert.equal(third.is, 'answered');
    assert.equal(health.at(-1)?.state, 'working', 'an answer, too, says that it is back');
  });

  for (const [error, reason] of [
    [
      new Error('WRONGPASS invalid username-password pair'),
      /it refuses user or password \(WRONGPASS.*Check the password\./,
    ],
    [new Error('NOAUTH Authentication required.'), /it refuses user or password/],
    [new Error('ERR AUTH <password> called without any password'), /it refuses user or password/],
    [new Error('ERR invalid password'), /it refuses user or password/],
    [
      new Error('ERR Client sent AUTH, but no password is set'),
      /it refuses user or password \(ERR Client/,
    ],
    [
      new Error("ERR wrong number of arguments for 'auth' command"),
      /it knows no users \(.*\)\. Leave the user name empty\./,
    ],
    [
      new Error("ERR unknown command 'AUTH', with args beginning with: 'secret' "),
      /it does not know a command that is needed \(ERR unknown command 'AUTH'\)\. Ask whoever runs it\./,
    ],
    [new Error('NOPERM no permissions'), /the user may not do what is needed \(NOPERM/],
    [
      Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' }),
      /its certificate is not accepted \(x\)\. Choose TLS/,
    ],
    [Object.assign(new Error('x'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), /its certificate/],
    [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), /: ECONNREFUSED\. Check the address/],
    [
      Object.assign(new Error(''), { errors: [new Error('connect ECONNREFUSED ::1')] }),
      /: connect ECONNREFUSED ::1\./,
    ],
    [new Error(''), /: unknown error\. Check/],
  ] as [Error, RegExp][]) {
    it(`tells a person what to do about ${String(reason)}`, async () => {
      const { clock, health, redis } = createConnection();
      await turn();
      redis.goDown(error);
      await clock.pass(2_000);
      assert.match(health[0]?.message ?? '', reason);
    });
  }
});

describe('what the connection to Redis says', () => {
  it('has none of the secrets, however the text that Redis answers with came by them', async () => {
    const password = 'p@ss word/é "of" mine';
    const login = { username: 'fleet-user', password, tls: { passphrase: 'of the key' } };
    for (const form of [
      password,
      encodeURIComponent(password),
      JSON.stringify(password),
      Buffer.from(password).toString('base64'),
      password.slice(0, 15),
      login.username,
      login.tls.passphrase,
    ]) {
      const { clock, health, redis } = createConnection(login);
      await turn();
      redis.goDown(new Error(`cannot do [${form}] today`));
      await clock.pass(2_000);
      assert.match(health[0]?.message ?? '', /cannot do \["?\*{3}"?\] today/, form);
    }
  });

  it('has no characters that move the cursor or turn the text', async () => {
    const { clock, health, redis } = createConnection();
    await turn();
    redis.goDown(new Error('\u001b[2Jgone\r\n[info] all is well \u202etxt'));
    await clock.pass(2_000);
    assert.match(
      health[0]?.message ?? '',
      /cannot be used: \\u001b\[2Jgone \[info\] all is well \\u202etxt\. Check/,
    );
  });
});

describe('closing the connection to Redis', () => {
  it('says goodbye, and nothing more', async () => {
    const { clock, connection, health, redis, run } = createConnection();
    await turn();
    await connection.close();
    assert.deepEqual(redis.client.ended, ['close']);
    redis.client.isOpen = true;
    redis.client.lose(new Error('late'));
    await clock.pass(10_000);
    const command = run();
    await turn();
    assert.match(command.is ?? '', /^store-away/);
    assert.equal(command.after, 0);
    assert.deepEqual(health, []);
    assert.equal(clock.pending, 0);
  });

  it('waits a second for a Redis that does not answer the goodbye', async () => {
    const { clock, connection, redis } = createConnection();
    await turn();
    redis.client.answersGoodbye = false;
    let isClosed = false;
    const closed = connection.close().then(() => {
      isClosed = true;
    });
    await clock.pass(999);
    assert.equal(isClosed, false);
    await clock.pass(1);
    await closed;
    assert.deepEqual(redis.client.ended, ['close', 'destroy']);
  });

  it('does not wait for a connection that is not there, and lets no command wait', async () => {
    const { clock, connection, health, redis, run } = createConnection({ mode: 'silent' });
    const command = run();
    await turn();
    await connection.close();
    await turn();
    assert.deepEqual(redis.client.ended, ['destroy']);
    assert.equal(command.after, 0);
    assert.match(command.is ?? '', /^store-away/);
    assert.deepEqual(health, []);
    assert.equal(clock.pending, 0);
  });
});
