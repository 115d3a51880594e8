/** The broker that the other tests rely on: that what it says is so, and that nothing is left of it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import tls from 'node:tls';
import { type ChannelModel, connect } from 'amqplib';
import { Fleet } from '../support/fleet';
import { isListening } from '../support/ports';
import { RabbitMq } from '../support/rabbitmq';
import { eventOrTimeout, waitFor } from '../support/wait';

describe('the broker of the tests', function () {
  this.timeout(120_000);

  let fleet: Fleet;
  let client: ChannelModel | undefined;
  const queue = 'fleet.states';

  beforeEach(async () => {
    fleet = await Fleet.create();
    await fleet.subscribe(queue);
  });
  afterEach(async () => {
    await client?.close().catch(() => undefined); // A test may have had it closed.
    client = undefined;
    await fleet.dispose();
  });

  const messages = (count: number) =>
    Array.from({ length: count }, (_, number) => ({ body: Buffer.from(String(number)) }));

  const figures = () => fleet.broker.queue(fleet.vhost, queue);

  async function login(): Promise<ChannelModel> {
    const { vhost, username, password } = fleet;
    client = await connect(
      { hostname: '127.0.0.1', port: fleet.broker.port, vhost, username, password },
      { clientProperties: { connection_name: 'a test' } },
    );
    client.on('error', () => undefined);
    return client;
  }

  it('counts at every moment what is ready, unacknowledged and consuming', async () => {
    assert.deepEqual(await figures(), { ready: 0, unacked: 0, consumers: 0 });
    await fleet.broker.publish(fleet.vhost, queue, messages(7));
    assert.deepEqual(await figures(), { ready: 7, unacked: 0, consumers: 0 });

    const channel = await (await login()).createChannel();
    await channel.prefetch(3);
    const three = new Promise<void>((resolve) => {
      let count = 0;
      channel
        .consume(queue, () => {
          if (++count === 3) resolve();
        })
        .catch(() => undefined); // Then nothing is delivered, and the test says so.
    });
    await three;
    assert.deepEqual(await figures(), { ready: 4, unacked: 3, consumers: 1 });

    await channel.close();
    assert.deepEqual(await figures(), { ready: 7, unacked: 0, consumers: 0 });
    await fleet.broker.purgeQueue(fleet.vhost, queue);
    assert.deepEqual(await figures(), { ready: 0, unacked: 0, consumers: 0 });
    await fleet.unsubscribe(queue);
    assert.equal(await figures(), undefined);
  });

  it('knows its connections by the name the client gave, with user, virtual host and channels', async () => {
    assert.deepEqual(await fleet.connections(), []);
    const connection = await login();
    await connection.createChannel();
    await connection.createChannel();
    const [seen, ...more] = await fleet.connections();
    assert.deepEqual(more, []);
    assert.ok(seen);
    const { clientName, user, vhost, channels } = seen;
    assert.deepEqual(
      { clientName, user, vhost, channels },
      { clientName: 'a test', user: fleet.username, vhost: fleet.vhost, channels: 2 },
    );

    const closed = eventOrTimeout(connection, 'close');
    await fleet.broker.closeConnection(seen.name, 'maintenance');
    assert.match(String((await closed)[0]), /CONNECTION_FORCED - maintenance/);
    assert.deepEqual(await fleet.connections(), []);
  });

  it('closes the channel of a consumer without closing its connection', async () => {
    await fleet.broker.publish(fleet.vhost, queue, messages(2));
    const connection = await login();
    const channel = await connection.createChannel();
    const failed = eventOrTimeout(channel, 'error');
    await channel.consume(queue, () => undefined);
    assert.equal(await fleet.broker.killChannel(fleet.vhost, queue), 1);
    assert.match(String((await failed)[0]), /406 \(PRECONDITION-FAILED\)/);
    await fleet.broker.waitForQueue(fleet.vhost, queue, ({ ready }) => ready === 2);
    await connection.createChannel();
  });

  it('keeps its messages when it is killed, and comes back on the same port', async () => {
    const { broker } = fleet;
    await broker.publish(fleet.vhost, queue, messages(5));
    const connection = await login();
    const closed = eventOrTimeout(connection, 'close');
    await broker.kill();
    await closed;
    await assert.rejects(login(), /ECONNREFUSED/);
    await broker.start();
    // the queue is there a moment after the port is
    await broker.waitForQueue(fleet.vhost, queue, ({ ready }) => ready === 5);
    await login();
  });

  it('is trusted over TLS by those who know its CA, as long as it shows the right certificate', async () => {
    const { broker } = fleet;
    const { ca, unknownCa } = broker.certificates;
    await handshake(broker, { ca });
    await assert.rejects(handshake(broker, { ca: unknownCa }), /certificate/);
    try {
      await broker.presentCertificate('unknownServer');
      await assert.rejects(handshake(broker, { ca }), /certificate/);
      await broker.presentCertificate('wrongHost');
      await assert.rejects(handshake(broker, { ca }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    } finally {
      await broker.presentCertificate('server');
    }
    await handshake(broker, { ca });
  });

  it('asks for client certificates when told to, tells its clients when it is stopped, and leaves nothing when disposed of', async () => {
    const broker = await RabbitMq.start({ requireClientCertificate: true });
    const { pid } = broker;
    try {
      const { ca, client: known } = broker.certificates;
      await handshake(broker, { ca, key: known.key, cert: known.certificate });
      await assert.rejects(handshake(broker, { ca }), /certificate required|ECONNRESET|closed/i);
      client = await connect({ hostname: '127.0.0.1', port: broker.port, ...broker.admin });
      client.on('error', () => undefined);
      const closed = eventOrTimeout(client, 'close', { timeout: 30_000 });
      await broker.stop();
      assert.match(String((await closed)[0]), /CONNECTION_FORCED/);
    } finally {
      await broker.dispose();
    }
    assert.ok(pid);
    const { port, epmdPort, directory } = broker;
    assert.deepEqual(await remains({ pid, port, epmdPort, directory }), []);
  });

  it('ends with the process that started it, even if that is killed', async () => {
    const starter = `require(${JSON.stringify(require.resolve('../support/rabbitmq'))})
      .RabbitMq.start()
      .then(({ pid, port, epmdPort, directory }) =>
        process.send({ pid, port, epmdPort, directory }))`;
    const child = spawn(process.execPath, ['--eval', starter], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    try {
      const [message] = await eventOrTimeout(child, 'message', { timeout: 100_000 });
      const started = message as Traces;
      assert.equal((await remains(started)).length, 4);
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await waitFor(async () => (await remains(started)).length === 0, {
        timeout: 20_000,
        message: 'the broker of a killed process to be gone',
      });
    } finally {
      child.kill('SIGKILL');
    }
  });
});

/** Connects, and waits for the answer to an AMQP greeting: TLS 1.3 refuses clients only after the handshake. */
async function handshake(broker: RabbitMq, options: tls.ConnectionOptions): Promise<void> {
  const socket = tls.connect({ host: '127.0.0.1', port: broker.tlsPort, ...options });
  try {
    await once(socket, 'secureConnect');
    socket.write(Buffer.from('AMQP\0\0\x09\x01', 'latin1'));
    const closed = once(socket, 'close').then(() => Promise.reject(new Error('closed')));
    await Promise.race([once(socket, 'data'), closed]);
    closed.catch(() => undefined);
  } finally {
    socket.destroy();
  }
}

interface Traces {
  readonly pid: number;
  readonly port: number;
  readonly epmdPort: number;
  readonly directory: string;
}

/** What there still is of a broker. */
async function remains({ pid, port, epmdPort, directory }: Traces): Promise<string[]> {
  const found: string[] = [];
  if (isRunning(pid)) found.push(`process ${pid}`);
  if (await isListening(port)) found.push(`the AMQP port ${port}`);
  if (await isListening(epmdPort)) found.push(`the epmd port ${epmdPort}`);
  if (fs.existsSync(directory)) found.push(directory);
  return found;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
