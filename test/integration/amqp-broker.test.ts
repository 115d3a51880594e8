/** The broker port on a real RabbitMQ and on the sandbox: what is answered to the broker, and on which channel. */
import assert from 'node:assert/strict';
import { AmqpBroker } from '../../src/broker/amqp-broker';
import { CONSUMER_POLICY } from '../../src/broker/amqp-consumer';
import type { IncomingMessage, SubscriptionState } from '../../src/broker/broker';
import type { BrokerSettings } from '../../src/broker/settings';
import type { Verdict } from '../../src/delivery/verdict';
import { eventMessages } from '../support/events';
import { FLEET_KINDS } from '../support/fleet-kinds';
import { FaultProxy } from '../support/proxy';
import type { TestFleet } from '../support/test-fleet';
import { Recording } from '../support/wait';

interface Held {
  readonly delivery: IncomingMessage;
  readonly decide: (verdict: Verdict) => void;
}

for (const kind of FLEET_KINDS) {
  describe(`the broker port on ${kind.title}`, function () {
    this.timeout(120_000);

    let fleet: TestFleet;
    let broker: AmqpBroker;
    let proxy: FaultProxy | undefined;
    const queue = 'fleet.states';

    beforeEach(async () => {
      fleet = await kind.create();
      await fleet.subscribe(queue);
    });
    afterEach(async () => {
      await broker.close();
      await proxy?.close();
      proxy = undefined;
      await fleet.dispose();
    });

    function settings(port = fleet.port): BrokerSettings {
      const { vhost, username, password } = fleet;
      return {
        host: '127.0.0.1',
        port,
        vhost,
        username,
        password,
        tls: undefined,
        heartbeat: 30,
        connectionName: 'test',
      };
    }

    /** Consumes and keeps every delivery until the test decides. */
    function hold(prefetch: number, port?: number, from = queue) {
      broker = new AmqpBroker(settings(port));
      const held = new Recording<Held>();
      const states = new Recording<SubscriptionState>();
      const subscription = broker.subscribe({
        queue: from,
        prefetch,
        onState: (state) => states.add(state),
        handle: (delivery) => new Promise((decide) => held.add({ delivery, decide })),
      });
      const deliveries = (count: number) =>
        held.waitUntil((items) => (items.length >= count ? [...items] : undefined), {
          timeout: 20_000,
          message: () => `${count} deliveries, but had ${held.items.length}`,
        });
      return { subscription, deliveries, states };
    }

    const counts = (ready: number, unacked: number) =>
      fleet.waitForQueue(queue, (seen) => seen.ready === ready && seen.unacked === unacked);

    it('gives out no more than the prefetch until something is decided', async () => {
      await fleet.publish(queue, eventMessages(0, 10));
      const { deliveries } = hold(3);
      const [first] = await deliveries(3);
      await counts(7, 3);
      first?.decide('acknowledge');
      await deliveries(4);
      await counts(6, 3);
    });

    it('keeps the prefetch over ten pauses, and uses all of it again as things are decided', async () => {
      await fleet.publish(queue, eventMessages(0, 30));
      const { deliveries, subscription } = hold(5);
      await deliveries(5);
      for (let n = 0; n < 10; n++) {
        await subscription.pause();
        subscription.resume();
      }
      await counts(25, 5);
      const first = await deliveries(5);
      first[0]?.decide('acknowledge');
      await deliveries(6);
      await counts(24, 5);
      for (const { decide } of first.slice(1)) decide('acknowledge');
      const next = await deliveries(10);
      assert.equal(next.length, 10);
      await counts(20, 5);
      // what was left of the prefetch has come back with a further consumer: it is counted as well
      await subscription.pause();
      subscription.resume();
      for (const { decide } of next.slice(5)) decide('acknowledge');
      assert.equal((await deliveries(15)).length, 15);
      await counts(15, 5);
    });

    it('uses a third of the prefetch at least after a pause, where one consumer alone is active', async () => {
      const single = await fleet.subscribe('fleet.single', { 'x-single-active-consumer': true });
      await fleet.publish(single, eventMessages(0, 30));
      const { deliveries, subscription } = hold(9, undefined, single);
      const first = await deliveries(9);
      await subscription.pause();
      subscription.resume();
      first[0]?.decide('acknowledge');
      // a consumer has begun with the room of that one alone
      await deliveries(10);
      for (const { decide } of first.slice(1)) decide('acknowledge');
      // the next consumer becomes active with the answer to what the one before it has
      for (let n = 9; n < 15; n++) (await deliveries(n + 1))[n]?.decide('acknowledge');
      await deliveries(15 + 3);
    });

    it('acknowledges, gives back or drops each delivery as decided', async () => {
      await fleet.publish(queue, eventMessages(0, 3));
      const { deliveries } = hold(3);
      const [first, second, third] = await deliveries(3);
      first?.decide('acknowledge');
      second?.decide('discard');
      await counts(0, 1);
      third?.decide('requeue');
      const again = (await deliveries(4))[3];
      assert.equal(again?.delivery.redelivered, true);
      assert.deepEqual(again?.delivery.body, third?.delivery.body);
      again?.decide('acknowledge');
      await counts(0, 0);
    });

    it('never answers a delivery from before a reconnect on the new channel', async () => {
      proxy = await FaultProxy.listen(fleet.port);
      await fleet.publish(queue, eventMessages(0, 2));
      const { deliveries, states } = hold(1, proxy.port);
      const [before] = await deliveries(1);
      proxy.reset();
      const after = (await deliveries(2))[1];
      assert.deepEqual(after?.delivery.body, before?.delivery.body);

      // the same delivery tag on both channels: a careless acknowledgement would settle the new one
      before?.decide('acknowledge');
      await new Promise((resolve) => setImmediate(resolve));
      after?.decide('requeue');
      const third = (await deliveries(3))[2];
      assert.deepEqual(third?.delivery.body, before?.delivery.body, 'the event was not lost');
      third?.decide('acknowledge');
      (await deliveries(4))[3]?.decide('acknowledge');
      await counts(0, 0);
      const names = states.items.map(({ name }) => name);
      assert.deepEqual(names, [
        'connecting',
        'consuming',
        'disconnected',
        'connecting',
        'consuming',
      ]);
    });

    it('holds a delivery whose handler failed before it gives it back', async () => {
      await fleet.publish(queue, eventMessages(0, 1));
      const times: number[] = [];
      const redelivered = new Recording<boolean>();
      broker = new AmqpBroker(settings(), {
        consumerPolicy: { ...CONSUMER_POLICY, requeueDelay: 300 },
      });
      broker.subscribe({
        queue,
        prefetch: 10,
        onState: () => undefined,
        handle: (delivery) => {
          times.push(Date.now());
          redelivered.add(delivery.redelivered);
          if (times.length === 1) throw new Error('handler is broken');
          if (times.length === 2) return Promise.reject(new Error('handler is broken'));
          return 'acknowledge';
        },
      });
      await redelivered.waitUntil((items) => (items.length >= 3 ? true : undefined));
      await counts(0, 0);
      assert.deepEqual(redelivered.items, [false, true, true]);
      const [first = 0, second = 0, third = 0] = times;
      assert.ok(second - first >= 290 && third - second >= 290, times.join());
    });

    it('takes its channel up again when the broker closes it', async () => {
      await fleet.publish(queue, eventMessages(0, 2));
      const { deliveries, states } = hold(1);
      await deliveries(1);
      await fleet.killChannel(queue);
      await states.waitUntil((items) =>
        items.find(({ error }) => error?.code === 'channel-closed'),
      );
      const [, again] = await deliveries(2);
      assert.equal(again?.delivery.redelivered, true);
      await counts(1, 1);
    });

    it('gives everything back that was not decided when it closes', async () => {
      await fleet.publish(queue, eventMessages(0, 5));
      const { deliveries, subscription } = hold(3);
      await deliveries(3);
      await subscription.close();
      await counts(5, 0);
      assert.deepEqual(await fleet.connections(), []);
    });

    it('can be used again after its last subscription was closed', async () => {
      const { subscription, states } = hold(1);
      await states.waitUntil((items) => items.find(({ name }) => name === 'consuming'));
      await subscription.close();
      const again = new Recording<SubscriptionState>();
      broker.subscribe({
        queue,
        prefetch: 1,
        handle: () => 'acknowledge',
        onState: (state) => again.add(state),
      });
      await again.waitUntil((items) => items.find(({ name }) => name === 'consuming'));
      assert.equal((await fleet.connections()).length, 1);
    });

    it('closes within seconds although the broker has gone silent', async () => {
      proxy = await FaultProxy.listen(fleet.port);
      const { states } = hold(1, proxy.port);
      await states.waitUntil((items) => items.find(({ name }) => name === 'consuming'));
      proxy.swallow();
      const before = Date.now();
      await broker.close();
      assert.ok(Date.now() - before < 10_000);
      proxy.forward();
    });
  });
}
