/** The sandbox at its fastest: what the fleet sends is what a consumer gets, through a real socket. */
import assert from 'node:assert/strict';
import { connect } from 'amqplib';
import { Fleet } from '../../src/sandbox/fleet/fleet';
import { FleetFeed } from '../../src/sandbox/fleet-feed';
import { SandboxFleet } from '../support/sandbox-fleet';
import { Recording } from '../support/wait';

const queue = 'VehicleStateRecorded';
/** About two seconds of it. */
const enough = 15_000;

describe('the sandbox', function () {
  this.timeout(120_000);

  it('brings 10,000 events a second to a consumer, each one, in order', async () => {
    const broker = await SandboxFleet.create({ queueMessages: 1_000_000, queueBytes: 1e9 });
    const { server, port, username, password, vhost } = broker;
    await broker.subscribe(queue);
    const options = { vehicles: 1_000, rate: 10_000, duplicates: 2, seed: 1, start: Date.now() };
    const sent: string[] = [];
    const feed: FleetFeed = new FleetFeed(new Fleet(options), (event) => {
      if (event.queue !== queue) return;
      sent.push(event.properties.messageId);
      server.publish(queue, event.body, event.properties);
      if (sent.length === enough) feed.stop();
    });
    const connection = await connect(
      { hostname: '127.0.0.1', port, username, password, vhost: encodeURIComponent(vhost) },
      { noDelay: true },
    );
    try {
      const channel = await connection.createChannel();
      await channel.prefetch(1_000);
      const received = new Recording<string>();
      await channel.consume(queue, (message) => {
        if (!message) return;
        received.add(String(message.properties.messageId));
        channel.ack(message);
      });
      feed.start();
      await received.waitUntil(({ length }) => (length >= enough ? true : undefined), {
        timeout: 25_000,
        message: () => `${enough} events, but had ${received.items.length} of ${sent.length}`,
      });
      assert.deepEqual(received.items, sent);
      await broker.waitForQueue(queue, ({ ready, unacked }) => ready + unacked === 0);
    } finally {
      feed.stop();
      await connection.close();
      await broker.dispose();
    }
  });
});
