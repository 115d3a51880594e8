/** Three independent clients on RabbitMQ and on the sandbox: the same suite, so that what works here works there. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type Channel, connect } from 'amqplib';
import { amqplib } from '../support/clients/amqplib';
import type {
  Address,
  ClientChannel,
  ClientConnection,
  ClientLibrary,
  ReceivedMessage,
} from '../support/clients/client';
import { cloudamqp } from '../support/clients/cloudamqp';
import { rabbitmqClient } from '../support/clients/rabbitmq-client';
import { eventMessage, eventMessages } from '../support/events';
import { FLEET_KINDS } from '../support/fleet-kinds';
import { FaultProxy } from '../support/proxy';
import { SandboxFleet } from '../support/sandbox-fleet';
import type { TestFleet } from '../support/test-fleet';
import { Recording } from '../support/wait';

const LIBRARIES = [amqplib, rabbitmqClient, cloudamqp];
const queue = 'fleet.states';
const missing = 'fleet.missing';

for (const kind of FLEET_KINDS) {
  for (const library of LIBRARIES) {
    describe(`${library.name} on ${kind.title}`, function () {
      this.timeout(120_000);

      let fleet: TestFleet;
      let connection: ClientConnection | undefined;
      let channel: ClientChannel;

      beforeEach(async () => {
        fleet = await kind.create();
        await fleet.subscribe(queue);
        connection = await library.connect(addressOf(fleet));
        channel = await connection.openChannel();
      });
      afterEach(async () => {
        await connection?.close();
        connection = undefined;
        await fleet.dispose();
      });

      const counts = (ready: number, unacked: number) =>
        fleet.waitForQueue(queue, (seen) => seen.ready === ready && seen.unacked === unacked);

      it('receives each message once, in order, with its properties', async () => {
        await fleet.publish(queue, eventMessages(0, 20));
        const messages = await consume(channel);
        const received = await messages.first(20);
        assert.deepEqual(
          received.map(({ messageId }) => messageId),
          eventMessages(0, 20).map(({ properties }) => properties.messageId),
        );
        assert.ok(received.every(({ redelivered }) => !redelivered));
        const [first] = received;
        assert.deepEqual(JSON.parse(String(first?.body)), JSON.parse(String(eventMessage(0).body)));
        assert.equal(first?.headers['schema_major_version'], 2);
        channel.ack(received[19]?.tag ?? 0, true);
        await counts(0, 0);
      });

      it('is given no more than its prefetch', async () => {
        await fleet.publish(queue, eventMessages(0, 10));
        await channel.prefetch(3);
        const messages = await consume(channel);
        const [first] = await messages.first(3);
        await counts(7, 3);
        channel.ack(first?.tag ?? 0);
        await messages.first(4);
        await counts(6, 3);
      });

      it('acknowledges, rejects, and gives back to the old place, marked as redelivered', async () => {
        await fleet.publish(queue, eventMessages(0, 5));
        await channel.prefetch(4);
        const messages = await consume(channel);
        const [first, second, third, fourth] = await messages.first(4);
        channel.ack(first?.tag ?? 0);
        channel.reject(second?.tag ?? 0, false);
        const [, , , , fifth] = await messages.first(5);
        channel.nack(third?.tag ?? 0, true);
        const again = (await messages.first(6))[5];
        assert.equal(again?.messageId, third?.messageId);
        assert.equal(again?.redelivered, true);
        channel.nack(fourth?.tag ?? 0, false);
        channel.ack(fifth?.tag ?? 0);
        await counts(0, 1);
        channel.reject(again?.tag ?? 0, true);
        const last = (await messages.first(7))[6];
        assert.equal(last?.messageId, third?.messageId);
        channel.ack(last?.tag ?? 0);
        await counts(0, 0);
      });

      it('gives everything back, in order, when its channel closes', async () => {
        await fleet.publish(queue, eventMessages(0, 6));
        await channel.prefetch(4);
        const given = await (await consume(channel)).first(4);
        await channel.close();
        await counts(6, 0);
        const other = await connection?.openChannel();
        assert.ok(other);
        const again = await (await consume(other)).first(6);
        assert.deepEqual(
          again.slice(0, 4).map(({ messageId }) => messageId),
          given.map(({ messageId }) => messageId),
        );
        assert.deepEqual(
          again.map(({ redelivered }) => redelivered),
          [true, true, true, true, false, false],
        );
      });

      it('gets single messages, and none from an empty queue', async () => {
        await fleet.publish(queue, eventMessages(0, 1));
        const message = await channel.get(queue);
        assert.equal(message?.messageId, eventMessage(0).properties.messageId);
        channel.ack(message?.tag ?? 0);
        await counts(0, 0);
        assert.equal(await channel.get(queue), undefined);
      });

      it('stops receiving when it cancels its consumer, and can still answer', async () => {
        await fleet.publish(queue, eventMessages(0, 1));
        const messages = await consume(channel);
        const [message] = await messages.first(1);
        await channel.cancel(messages.tag);
        await fleet.publish(queue, eventMessages(1, 3));
        await counts(2, 1);
        channel.ack(message?.tag ?? 0);
        await counts(2, 0);
      });

      it('shares a queue in turn with another consumer', async () => {
        await fleet.publish(queue, eventMessages(0, 10));
        await channel.prefetch(5);
        const one = await consume(channel);
        const other = await connection?.openChannel();
        assert.ok(other);
        await other.prefetch(5);
        const two = await consume(other);
        const ids = [...(await one.first(5)), ...(await two.first(5))].map(
          ({ messageId }) => messageId,
        );
        assert.equal(new Set(ids).size, 10);
      });

      it('publishes to a queue with confirms, a body larger than a frame too', async () => {
        await connection?.close();
        connection = await library.connect(addressOf(fleet), { frameMax: 8192 });
        channel = await connection.openChannel();
        const bodies = [0, 1, 8184, 8185, 100_000].map((size) => randomBytes(size));
        for (const [index, body] of bodies.entries()) {
          await channel.publish(queue, body, `m${index}`);
        }
        assert.equal(await channel.checkQueue(queue), bodies.length);
        const received = await (await consume(channel)).first(bodies.length);
        assert.deepEqual(
          received.map(({ body, messageId }) => [messageId, body.length]),
          bodies.map(({ length }, index) => [`m${index}`, length]),
        );
        assert.ok(
          received.every(({ body }, index) => body.equals(bodies[index] ?? Buffer.alloc(0))),
        );
      });

      it('is told that there is no such queue, and loses that channel only', async () => {
        await assert.rejects(channel.checkQueue(missing), noQueue(fleet));
        const other = await connection?.openChannel();
        await assert.rejects(async () => other?.consume(missing, () => undefined), noQueue(fleet));
        const third = await connection?.openChannel();
        assert.equal(await third?.checkQueue(queue), 0);
      });

      it('is told that somebody else has the queue for himself', async () => {
        await channel.consume(queue, () => undefined, { exclusive: true });
        const other = await connection?.openChannel();
        await assert.rejects(
          async () => other?.consume(queue, () => undefined),
          /ACCESS_REFUSED - queue 'fleet\.states' in vhost '.*' in exclusive use/,
        );
      });

      it('loses its channel with an acknowledgement that the broker does not know', async () => {
        await fleet.publish(queue, eventMessages(0, 1));
        const [message] = await (await consume(channel)).first(1);
        channel.ack(message?.tag ?? 0);
        channel.ack(message?.tag ?? 0);
        assert.match(await channel.closedByBroker, /PRECONDITION_FAILED - unknown delivery tag 1/);
      });

      it('is told when its queue is deleted', async () => {
        const { cancelled } = await consume(channel);
        await fleet.unsubscribe(queue);
        await cancelled;
        await assert.rejects(channel.checkQueue(queue), noQueue(fleet));
      });

      it('is told why its login was refused', async () => {
        const address = { ...addressOf(fleet), password: 'wrong' };
        await assert.rejects(library.connect(address), /Login was refused using .* PLAIN/);
      });

      it('has its unanswered messages given to others when it goes silent, and notices silence itself', async () => {
        const proxy = await FaultProxy.listen(fleet.port);
        try {
          await fleet.publish(queue, eventMessages(0, 1));
          const address = { ...addressOf(fleet), port: proxy.port };
          const silent = await library.connect(address, { heartbeat: 1 });
          await (await consume(await silent.openChannel())).first(1);
          await counts(0, 1);
          proxy.swallow();
          await Promise.all([counts(1, 0), silent.lost]);
        } finally {
          await proxy.close();
        }
      });
    });
  }
}

describe('an idle connection', function () {
  this.timeout(120_000);
  const fleets: TestFleet[] = [];
  const connections: ClientConnection[] = [];

  after(async () => {
    for (const connection of connections) await connection.close();
    for (const fleet of fleets) await fleet.dispose();
  });

  it('is kept by heartbeats alone, whatever the client, on both brokers', async () => {
    for (const { create } of FLEET_KINDS) {
      const fleet = await create();
      fleets.push(fleet);
      await fleet.subscribe(queue);
    }
    const open = async (fleet: TestFleet, library: ClientLibrary) => {
      const connection = await library.connect(addressOf(fleet), { heartbeat: 2 });
      connections.push(connection);
      return { connection, channel: await connection.openChannel() };
    };
    const idle = await Promise.all(
      fleets.flatMap((fleet) => LIBRARIES.map((library) => open(fleet, library))),
    );
    const lost = idle.map(({ connection }) => connection.lost);
    // Silence is what is tested here: more than twice the time after which either side gives up.
    const patience = new Promise<string>((resolve) => setTimeout(resolve, 9_000, 'kept'));
    assert.equal(await Promise.race([...lost, patience]), 'kept');
    for (const { channel } of idle) assert.equal(await channel.checkQueue(queue), 0);
  });
});

/** What RabbitMQ does and the sandbox refuses, each on a channel of its own, and what the sandbox says. */
const DIFFERENCES: readonly [
  what: string,
  work: (channel: Channel) => Promise<unknown>,
  answer: RegExp,
][] = [
  [
    'exchanges beside the default one',
    (channel) => channel.assertExchange('fleet', 'topic'),
    /NOT_IMPLEMENTED - the sandbox has no exchange but the default one/,
  ],
  [
    'bindings',
    (channel) => channel.bindQueue(queue, 'amq.direct', 'key'),
    /NOT_IMPLEMENTED - the sandbox has no exchange but the default one/,
  ],
  [
    'queues with arguments, such as a dead-letter exchange',
    (channel) => channel.assertQueue('other', { deadLetterExchange: 'dead' }),
    /PRECONDITION_FAILED - invalid arg 'x-dead-letter-exchange' for queue 'other'/,
  ],
];

describe('where the sandbox differs from RabbitMQ on purpose', function () {
  this.timeout(120_000);

  for (const [what, work, answer] of DIFFERENCES) {
    it(`it has no ${what}, and says so`, async () => {
      await onEach(async (fleet, isSandbox) => {
        const attempt = withChannel(fleet, work);
        if (isSandbox) await assert.rejects(attempt, answer);
        else await attempt;
      });
    });
  }

  it('it calls itself a sandbox that is not for production', async () => {
    await onEach(async (fleet, isSandbox) => {
      const { product, information } = await withChannel(fleet, async ({ connection }) => {
        // The types leave out what the connection of a model knows of its server.
        return (connection as unknown as { serverProperties: Record<string, string> })
          .serverProperties;
      });
      assert.equal(product, isSandbox ? 'INVERS sandbox' : 'RabbitMQ');
      if (isSandbox) assert.match(String(information), /not for production/);
    });
  });

  it('it drops the oldest messages of a queue that nobody reads, instead of growing', async () => {
    const fleet = await SandboxFleet.create({ queueMessages: 100 });
    try {
      await fleet.subscribe(queue);
      await fleet.publish(queue, eventMessages(0, 150));
      assert.deepEqual(await fleet.figures(queue), { ready: 100, unacked: 0, consumers: 0 });
      assert.equal(fleet.server.queues.find(queue)?.dropped, 50);
      const connection = await amqplib.connect(addressOf(fleet));
      const oldest = await (await connection.openChannel()).get(queue);
      assert.equal(oldest?.messageId, eventMessage(50).properties.messageId);
      await connection.close();
    } finally {
      await fleet.dispose();
    }
  });
});

async function onEach(work: (fleet: TestFleet, isSandbox: boolean) => Promise<void>) {
  for (const { create } of FLEET_KINDS) {
    const fleet = await create();
    try {
      await fleet.subscribe(queue);
      await work(fleet, fleet instanceof SandboxFleet);
    } finally {
      await fleet.dispose();
    }
  }
}

/** amqplib's own channel, for what the adapters do not offer. An error of the channel or the connection rejects. */
async function withChannel<T>(fleet: TestFleet, work: (channel: Channel) => Promise<T>) {
  const { port, vhost, admin } = fleet;
  const connection = await connect({
    hostname: '127.0.0.1',
    port,
    vhost: encodeURIComponent(vhost),
    ...admin,
  });
  const failed = new Promise<never>((_, reject) => connection.on('error', reject));
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined); // The work rejects with it.
    return await Promise.race([work(channel), failed]);
  } finally {
    await connection.close().catch(() => undefined); // It may be the connection that failed.
  }
}

function addressOf({ port, vhost, admin }: TestFleet): Address {
  return { port, vhost, ...admin };
}

function noQueue({ vhost }: TestFleet) {
  return ({ message }: Error) =>
    message.includes(`NOT_FOUND - no queue '`) && message.includes(`in vhost '${vhost}'`);
}

/** Consumes, and keeps what comes. */
async function consume(channel: ClientChannel) {
  const messages = new Recording<ReceivedMessage>();
  const consuming = await channel.consume(queue, (message) => messages.add(message));
  const first = (count: number) =>
    messages.waitUntil((items) => (items.length >= count ? items.slice(0, count) : undefined), {
      message: () => `${count} messages, but had ${messages.items.length}`,
    });
  return { ...consuming, first };
}
