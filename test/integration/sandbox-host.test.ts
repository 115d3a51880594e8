/** The sandbox of a consumer is there while somebody uses it, and only then. */
import assert from 'node:assert/strict';
import { SandboxHost } from '../../nodes/runtime/consumer/sandbox-host';
import { AmqpBroker } from '../../src/broker/amqp-broker';
import type { SubscriptionState } from '../../src/broker/broker';
import { isListening } from '../support/ports';
import { Recording, waitFor } from '../support/wait';

const FLEET = { vehicles: 20, rate: 50, duplicates: 2 };

describe('the sandbox of a consumer', function () {
  this.timeout(120_000);
  const brokers: AmqpBroker[] = [];

  afterEach(async () => {
    for (const broker of brokers.splice(0)) await broker.close();
  });

  function open(nodeId = 'n1') {
    const host = new SandboxHost(nodeId, 'test', FLEET);
    const broker = new AmqpBroker(host);
    brokers.push(broker);
    return { host, broker };
  }

  /** A subscription, with what it says and what it gets. */
  function subscribe(broker: AmqpBroker, queue = 'VehicleStateRecorded') {
    const states = new Recording<SubscriptionState>();
    const bodies = new Recording<Buffer>();
    const subscription = broker.subscribe({
      queue,
      prefetch: 10,
      onState: (state) => states.add(state),
      handle: ({ body }) => {
        bodies.add(Buffer.from(body));
        return 'acknowledge';
      },
    });
    const consuming = () => states.waitUntil((all) => all.find(({ name }) => name === 'consuming'));
    const events = (count: number) =>
      bodies.waitUntil((all) => (all.length >= count ? all.slice(0, count) : undefined));
    return { subscription, states, consuming, events };
  }

  it('starts with the first subscription and stops with the last, as often as there is a first', async () => {
    const { host, broker } = open();
    const ports: number[] = [];
    for (let round = 0; round < 2; round++) {
      const states = subscribe(broker);
      const trips = subscribe(broker, 'Trip (v2)');
      await Promise.all([states.consuming(), trips.consuming()]);
      assert.deepEqual(
        states.states.items.map(({ name }) => name),
        ['connecting', 'consuming'],
      );
      for (const body of await states.events(3)) {
        const { metadata } = JSON.parse(String(body)) as { metadata: { id: string } };
        assert.match(metadata.id, /^[0-9A-Z]{26}$/);
      }
      const { port } = await host.start();
      ports.push(port);
      assert.equal(await isListening(port), true);
      await states.subscription.close();
      assert.equal(await isListening(port), true, 'somebody still uses it');
      await trips.subscription.close();
      assert.equal(await isListening(port), false);
    }
    assert.equal(ports.length, 2);
  });

  it('is there again for somebody who comes while it stops', async () => {
    const { broker } = open();
    const first = subscribe(broker);
    await first.consuming();
    const closing = first.subscription.close();
    const second = subscribe(broker);
    await Promise.all([closing, second.consuming()]);
    await second.events(1);
  });

  it('is not left running when its only user has gone before it was there', async () => {
    const listening = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
    const before = listening();
    const { host, broker } = open();
    const { subscription } = subscribe(broker);
    await subscription.close();
    await broker.close();
    await host.stop();
    await waitFor(() => listening() === before, { message: 'nobody to listen any more' });
  });

  it('has vehicles of its own, which are the same after a restart', async () => {
    const vehicles = async (nodeId: string) => {
      const { broker } = open(nodeId);
      const { subscription, events } = subscribe(broker);
      const [body = Buffer.alloc(0)] = await events(1);
      await subscription.close();
      const { data } = JSON.parse(String(body)) as { data: { vehicle_state: object } };
      return JSON.stringify(data).replaceAll(/"timestamp":"[^"]*"/g, '');
    };
    const [one, again, other] = [await vehicles('n1'), await vehicles('n1'), await vehicles('n2')];
    assert.equal(one, again);
    assert.notEqual(one, other);
  });
});
