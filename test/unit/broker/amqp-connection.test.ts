/** How the one connection comes back, how often it tries, and how it ends: no network, a clock that the test moves. */
import assert from 'node:assert/strict';
import { AmqpConnection, CONNECTION_POLICY } from '../../../src/broker/amqp-connection';
import { BROKEN, createConnection, REFUSED, SETTINGS } from '../../support/connection';
import { FakeModel, FakeRecovery, Gate } from '../../support/fake-amqp';
import { turn } from '../../support/moved-clock';

describe('a connection to the broker', () => {
  it('is asked for with the settings, its virtual host escaped', async () => {
    const { connection, recovery } = createConnection();
    await connection.open();
    const [{ place, socket } = { place: undefined, socket: undefined }] = recovery.asked;
    assert.deepEqual(place, {
      protocol: 'amqps',
      hostname: 'broker.example',
      port: 5671,
      username: 'user',
      password: 'secret',
      vhost: '%2Ffleet%20one',
      heartbeat: 20,
    });
    const { recovery: asked, ...rest } = socket ?? {};
    assert.deepEqual(rest, {
      servername: 'other.example',
      timeout: 15_000,
      noDelay: true,
      keepAlive: true,
      clientProperties: { connection_name: 'test' },
    });
    assert.equal(typeof asked === 'object' && asked.waitForConnect, false);
  });

  it('is plain where there are no settings for TLS', async () => {
    const { connection, recovery } = createConnection(async () => ({
      ...SETTINGS,
      tls: undefined,
    }));
    await connection.open();
    const place = recovery.asked[0]?.place;
    assert.equal(typeof place === 'object' && place.protocol, 'amqp');
  });

  it('says when it stands, and when and why it broke', async () => {
    const { connection, downs, recovery, ups } = createConnection();
    await connection.open();
    const model = recovery.up();
    assert.deepEqual(ups, [model]);
    recovery.emit('error', BROKEN);
    assert.equal(downs.length, 0, 'amqplib says it once more as `disconnect`');
    recovery.emit('disconnect', BROKEN);
    recovery.emit('connect-failed', REFUSED);
    assert.deepEqual(
      downs.map(({ code }) => code),
      ['connection-lost', 'login-refused'],
    );
    assert.match(String(downs[0]?.message), /\(broker\.example:5671: read ECONNRESET\)$/);
  });

  it('says where it broke because this process was blocked for longer than a heartbeat', async () => {
    for (const [time, lost, expected] of [
      [25_000, BROKEN, 'process-blocked'],
      [25_000, new Error('Heartbeat timeout'), 'process-blocked'],
      [25_000, new Error('Connection closed: 320 (CONNECTION-FORCED)'), 'closed-by-broker'],
      [15_000, BROKEN, 'connection-lost'],
    ] as const) {
      const { block, connection, downs, clock, recovery } = createConnection();
      await connection.open();
      recovery.up();
      await clock.pass(10_000);
      block(time);
      recovery.emit('disconnect', lost);
      assert.equal(downs[0]?.code, expected);
      recovery.emit('connect-failed', BROKEN);
      assert.equal(downs[1]?.code, 'connection-lost', 'the next failure has its own reason');
      assert.equal(clock.pending, 0);
    }
  });

  it('tears down the socket of a peer that went silent', async () => {
    const { connection, recovery } = createConnection();
    await connection.open();
    const model = recovery.up();
    recovery.emit('disconnect', new Error('Heartbeat timeout'));
    assert.deepEqual(model.destroyedWith.map(String), ['Error: the broker did not answer']);
    recovery.emit('disconnect', BROKEN);
    assert.equal(model.destroyedWith.length, 1);
  });

  it('does without the socket that amqplib’s types do not promise', async () => {
    const { connection, downs, recovery } = createConnection();
    await connection.open();
    recovery.emit('connect', { connection: {} });
    recovery.emit('disconnect', BROKEN);
    recovery.emit('connect', {});
    recovery.emit('disconnect', BROKEN);
    assert.equal(downs.length, 2);
  });

  it('fails to open where nobody can say where the broker is', async () => {
    const { connection } = createConnection(() => Promise.reject(new Error('no port is free')));
    await assert.rejects(connection.open(), /no port is free/);
  });
});

describe('waiting before the next connection', () => {
  /** What amqplib is told to wait after each of these failures. */
  function delays(recovery: FakeRecovery, ...failures: Error[]) {
    return failures.map((failure) => {
      recovery.emit('connect-failed', failure);
      return recovery.nextDelay();
    });
  }

  it('grows from one second to at most a minute while the network fails', async () => {
    const { connection, recovery } = createConnection();
    await connection.open();
    const waits = delays(recovery, ...Array<Error>(8).fill(BROKEN));
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 50_000, 50_000]);
  });

  it('grows from ten seconds to at most five minutes while the broker refuses', async () => {
    const { connection, recovery } = createConnection();
    await connection.open();
    const waits = delays(recovery, ...Array<Error>(7).fill(REFUSED));
    assert.deepEqual(waits, [10_000, 20_000, 40_000, 80_000, 160_000, 250_000, 250_000]);
  });

  it('begins a row of its own when a failure turns into a refusal, and back', async () => {
    const { connection, recovery } = createConnection();
    await connection.open();
    const waits = delays(recovery, BROKEN, BROKEN, REFUSED, REFUSED, BROKEN, BROKEN);
    assert.deepEqual(waits, [1000, 2000, 10_000, 20_000, 1000, 2000]);
  });

  it('is spread by chance', async () => {
    const recovery = new FakeRecovery();
    const connection = new AmqpConnection(
      async () => SETTINGS,
      { onUp: () => undefined, onDown: () => undefined },
      { random: () => 0, connect: recovery.connect },
    );
    await connection.open();
    assert.deepEqual(delays(recovery, BROKEN), [800]);
  });

  it('begins anew only after a connection that lived long enough to count as stable', async () => {
    const { clock, connection, recovery } = createConnection();
    await connection.open();
    const waits: (number | undefined)[] = [];
    for (const lived of [0, 5_000, CONNECTION_POLICY.stableAfter]) {
      recovery.up();
      await clock.pass(lived);
      recovery.emit('disconnect', BROKEN);
      waits.push(recovery.nextDelay());
    }
    assert.deepEqual(waits, [1000, 2000, 4000]);
    recovery.up();
    await clock.pass(CONNECTION_POLICY.stableAfter + 1);
    recovery.emit('disconnect', BROKEN);
    assert.equal(recovery.nextDelay(), 1000);
  });

  it('does not begin anew because an earlier connection lived long', async () => {
    const { clock, connection, recovery } = createConnection();
    await connection.open();
    recovery.up();
    recovery.emit('disconnect', BROKEN);
    assert.equal(recovery.nextDelay(), 1000);
    await clock.pass(CONNECTION_POLICY.stableAfter + 1);
    assert.deepEqual(delays(recovery, BROKEN, BROKEN), [2000, 4000]);
  });
});

describe('ending a connection', () => {
  it('says nothing more, whatever comes', async () => {
    const { connection, downs, recovery, ups } = createConnection();
    await connection.open();
    await connection.close();
    recovery.up();
    recovery.emit('disconnect', BROKEN);
    recovery.emit('connect-failed', BROKEN);
    assert.deepEqual([ups, downs], [[], []]);
    assert.equal(recovery.closes, 1);
  });

  it('waits a few seconds for the broker’s goodbye, then tears the socket down', async () => {
    const { clock, connection, recovery } = createConnection();
    await connection.open();
    const model = recovery.up();
    recovery.plan.close = new Gate().reply;
    let isClosed = false;
    const closed = connection.close().then(() => {
      isClosed = true;
    });
    await clock.pass(2_999);
    assert.deepEqual([isClosed, model.destroyedWith.length], [false, 0]);
    await clock.pass(1);
    await closed;
    assert.deepEqual(model.destroyedWith.map(String), ['Error: the broker did not answer']);
  });

  it('leaves the socket to amqplib where the broker says goodbye, or amqplib knows of none', async () => {
    for (const close of [undefined, () => Promise.reject(new Error('closed already'))]) {
      const { clock, connection, recovery } = createConnection();
      await connection.open();
      const model = recovery.up();
      if (close) recovery.plan.close = close;
      await connection.close();
      assert.equal(model.destroyedWith.length, 0);
      assert.equal(clock.pending, 0);
    }
  });

  it('before the place of the broker is known asks for no connection', async () => {
    const known = new Gate();
    const { connection, recovery } = createConnection(() => known.promise.then(() => SETTINGS));
    const opened = connection.open();
    await connection.close();
    known.open();
    await opened;
    assert.equal(recovery.asked.length, 0);
  });

  it('while amqplib is asked closes what it answers', async () => {
    const { connection, recovery } = createConnection();
    const asked = new Gate();
    recovery.plan.connect = asked.reply;
    const opened = connection.open();
    await turn();
    await connection.close();
    assert.equal(recovery.closes, 0);
    asked.open();
    await opened;
    assert.equal(recovery.closes, 1);
    recovery.emit('error', BROKEN);
    recovery.up(new FakeModel());
  });
});
