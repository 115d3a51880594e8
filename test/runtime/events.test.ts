/** Events come from a real broker through a real flow: typed, in order, and the unusable ones told apart. */
import assert from 'node:assert/strict';
import type { InversCheck } from '../../src/index';
import { eventBody, eventId, eventMessage, eventMessages, eventOf } from '../support/events';
import type { Fleet } from '../support/fleet';
import { catchNode, eventFilter, functionNode, sink, tab, topicIn } from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { setStage } from '../support/stage';

interface EventMessage {
  topic: string;
  payload: unknown;
  metadata: Record<string, unknown>;
  delivery: Record<string, unknown>;
  check: InversCheck;
  error?: { code: string; message: string };
}

describe('receiving events', () => {
  let nodeRed: NodeRed;
  let fleet: Fleet;
  const queue = 'fleet.states';

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });

  it('brings every documented type and unknown ones, each as one plain message', async () => {
    const types = [
      'VehicleStateRecorded',
      'VehicleChanged',
      'TripEnded',
      'SmokeDetected',
      'NobodyKnowsThis',
    ];
    await fleet.publish(
      queue,
      types.map((type, n) =>
        eventMessage(n, { type, extra: { kept: true } }, { vehicle_id: 'AB12C', n }),
      ),
    );
    const events = sink();
    const consumer = fleet.consumer({ name: 'car sharing' });
    const topic = topicIn({ consumer, queue, topic: 'VehicleStateRecorded' }, [events], []);
    await nodeRed.deploy(tab([consumer, topic, events]));

    const messages = (await nodeRed
      .sink(events.id)
      .waitFor(types.length)) as unknown as EventMessage[];
    assert.deepEqual(
      messages.map(({ metadata }) => metadata['type']),
      types,
    );
    const [first] = messages;
    assert.ok(first);
    assert.equal(first.topic, 'VehicleStateRecorded');
    assert.deepEqual(first.payload, { vehicle_id: 'AB12C', n: 0 });
    assert.deepEqual(first.metadata, eventOf({ id: eventId(0), extra: { kept: true } }).metadata);
    assert.deepEqual(
      messages.map(({ check }) => [check.schema, check.source, check.problems.length]),
      [
        ['VehicleStateRecorded@2', 'vehicle', 0],
        ['VehicleChanged', 'oneapi', 0],
        ['TripEnded', 'oneapi', 0],
        ['SmokeDetected', 'oneapi', 0],
        [null, null, 0],
      ],
    );
    const { id, received_at: receivedAt, ...delivery } = first.delivery;
    assert.deepEqual(delivery, { consumer: consumer.id, queue, redelivered: false, attempt: 1 });
    assert.match(String(id), /^[0-9a-f-]{36}$/);
    assert.ok(Math.abs(Date.parse(String(receivedAt)) - Date.now()) < 60_000);
    assert.equal(new Set(messages.map((message) => message.delivery['id'])).size, types.length);
    await fleet.drained(queue);
  });

  it('parts events by reason and source, and takes late ones out of the way, once and acknowledged', async () => {
    const young = { occurred_at: `${new Date().toISOString().slice(0, 19)}Z` };
    const changed = { ...young, type: 'VehicleChanged' };
    const late = eventMessage(4, { type: 'TripEnded' });
    await fleet.publish(queue, [
      eventMessage(1, changed, { reasons: ['RENTAL_STATUS_CHANGED'] }),
      eventMessage(2, changed, { reasons: ['LIFE_STATUS_CHANGED'] }),
      eventMessage(3, young),
      late,
      late,
    ]);
    const sinks = [sink(), sink(), sink(), sink(), sink()];
    const routes = [
      { name: '', types: ['*'], majorVersions: [], reasons: ['RENTAL_STATUS_CHANGED'] },
      { name: '', types: ['*'], majorVersions: [], source: 'vehicle' },
    ];
    const properties = { routes, maxAge: 60, duplicates: true };
    const filter = eventFilter(properties, ...sinks.map((each) => [each]));
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue }, [filter], []);
    await nodeRed.deploy(tab([consumer, topic, filter, ...sinks]));
    await fleet.drained(queue);
    const ids = sinks.map(({ id }) =>
      nodeRed
        .sink(id)
        .messages.map((message) => (message as unknown as EventMessage).metadata['id']),
    );
    assert.deepEqual(
      ids,
      [[1], [3], [2], [4], [4]].map((output) => output.map(eventId)),
    );
  });

  it('names the topic after the queue when it has no name of its own', async () => {
    await fleet.publish(queue, [eventMessage(1)]);
    const events = sink();
    const consumer = fleet.consumer();
    await nodeRed.deploy(tab([consumer, topicIn({ consumer, queue }, [events], []), events]));
    const [message] = await nodeRed.sink(events.id).waitFor(1);
    assert.equal(message?.topic, queue);
  });

  it('keeps the order of the queue', async () => {
    await fleet.publish(queue, eventMessages(0, 2000));
    const events = sink();
    const consumer = fleet.consumer();
    await nodeRed.deploy(
      tab([consumer, topicIn({ consumer, queue, prefetch: 200 }, [events], []), events]),
    );
    const messages = await nodeRed.sink(events.id).waitFor(2000);
    const numbers = messages.map((message) => (message.payload as { n: number }).n);
    assert.deepEqual(
      numbers,
      Array.from({ length: 2000 }, (_, n) => n),
    );
    await fleet.drained(queue);
  });

  it('survives several wires, each branch with a copy of its own', async () => {
    await fleet.publish(queue, eventMessages(0, 10));
    const changed = sink();
    const untouched = sink();
    const spoil = functionNode('msg.payload.n = "spoilt"; msg.delivery.id = 1; return msg;', [
      changed,
    ]);
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue }, [spoil, untouched], []);
    await nodeRed.deploy(tab([consumer, topic, spoil, changed, untouched]));
    await nodeRed.sink(changed.id).waitFor(10);
    const messages = await nodeRed.sink(untouched.id).waitFor(10);
    assert.deepEqual(
      messages.map((message) => (message.payload as { n: number }).n),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  });

  it('splits by type and lets each event pass once', async () => {
    const sent = [
      eventMessage(1, { type: 'TripEnded' }),
      eventMessage(2, { type: 'TripStarted' }),
      eventMessage(1, { type: 'TripEnded' }),
      eventMessage(3, { type: 'SmokeDetected' }),
      eventMessage(4),
    ];
    await fleet.publish(queue, sent);
    const [trips, states, other, duplicates] = [sink(), sink(), sink(), sink()] as const;
    const routes = [
      { name: 'trips', types: ['Trip*'], majorVersions: [] },
      { name: '', types: ['VehicleStateRecorded'], majorVersions: [2] },
    ];
    const filter = eventFilter(
      { routes, duplicates: true },
      [trips],
      [states],
      [other],
      [duplicates],
    );
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue }, [filter], []);
    await nodeRed.deploy(tab([consumer, topic, filter, trips, states, other, duplicates]));
    const ids = async (target: typeof trips, count: number) =>
      (await nodeRed.sink(target.id).waitFor(count)).map(
        (message) => (message as unknown as EventMessage).metadata['id'],
      );
    assert.deepEqual(await ids(trips, 2), [eventId(1), eventId(2)]);
    assert.deepEqual(await ids(states, 1), [eventId(4)]);
    assert.deepEqual(await ids(other, 1), [eventId(3)]);
    assert.deepEqual(await ids(duplicates, 1), [eventId(1)]);
    await nodeRed.waitForStatus(filter.id, { text: /^4 \S+ · 1 \S+$/ });
  });

  describe('that cannot be used', () => {
    const deep = `{"metadata":${JSON.stringify(eventOf().metadata)},"data":{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`;
    const idless = eventBody({ id: undefined });
    const bodies: [string, string | Buffer, string][] = [
      ['no JSON', 'vehicle on fire', 'not-json'],
      ['an empty body', '', 'not-json'],
      ['no text', Buffer.from([0xff, 0xfe, 0x00, 0x80]), 'not-json'],
      ['no envelope', '{"vehicle":"AB12C"}', 'no-envelope'],
      ['an id that is missing', idless, 'no-envelope'],
      ['2 MB', eventBody({}, { blob: 'x'.repeat(2 * 1024 * 1024) }), 'too-large'],
      ['a depth of 10,000', deep, 'too-deep'],
    ];

    it('leave by output 2 with the reason, are acknowledged, and the next event comes through', async () => {
      await fleet.publish(queue, [
        ...bodies.map(([, body]) => ({
          body: Buffer.from(body as string),
          // where the body has no id, the AMQP property would stand in for it
          properties: { type: 'SmokeDetected', ...(body !== idless && { messageId: 'm1' }) },
        })),
        eventMessage(1),
      ]);
      const events = sink();
      const unusable = sink();
      const consumer = fleet.consumer();
      const topic = topicIn({ consumer, queue }, [events], [unusable]);
      await nodeRed.deploy(tab([consumer, topic, events, unusable]));

      await nodeRed.sink(events.id).waitFor(1);
      const messages = (await nodeRed
        .sink(unusable.id)
        .waitFor(bodies.length)) as unknown as EventMessage[];
      assert.deepEqual(
        messages.map(({ error }) => error?.code),
        bodies.map(([, , code]) => code),
      );
      for (const [index, [, body]] of bodies.entries()) {
        assert.deepEqual(messages[index]?.payload, body);
        assert.equal(messages[index]?.topic, queue);
        assert.equal(messages[index]?.delivery['queue'], queue);
      }
      assert.deepEqual(messages[0]?.metadata, { id: 'm1', type: 'SmokeDetected' });
      await fleet.drained(queue);
      assert.equal(nodeRed.sink(events.id).messages.length, 1);
    });

    it('reach a Catch node when nothing is wired to output 2', async () => {
      await fleet.publish(queue, [{ body: Buffer.from('[]'), properties: {} }]);
      const caught = sink();
      const catcher = catchNode({}, [caught]);
      const consumer = fleet.consumer();
      const topic = topicIn({ consumer, queue }, [], []);
      await nodeRed.deploy(tab([consumer, topic, catcher, caught]));
      const [message] = await nodeRed.sink(caught.id).waitFor(1);
      assert.equal(message?.payload, '[]');
      await fleet.drained(queue);
    });
  });

  it('lets no property of an event become the prototype of a copy', async () => {
    const data = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    const body = `{"metadata":${JSON.stringify(eventOf().metadata)},"data":${data}}`;
    await fleet.publish(queue, [{ body: Buffer.from(body), properties: {} }]);
    const branches = [sink(), sink()];
    const consumer = fleet.consumer();
    await nodeRed.deploy(tab([consumer, topicIn({ consumer, queue }, branches, []), ...branches]));
    for (const { id } of branches) {
      const [message] = await nodeRed.sink(id).waitFor(1);
      const payload = message?.payload as Record<string, unknown>;
      assert.equal(Object.getPrototypeOf(payload), Object.prototype);
      assert.equal(payload['polluted'], undefined);
      assert.equal(JSON.stringify(payload), '{"constructor":{"prototype":{"polluted":true}}}');
    }
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  it('warns once when the AMQP properties contradict the events', async () => {
    const contradicting = [1, 2, 3].map((n) => {
      const { body, properties } = eventMessage(n);
      return { body, properties: { ...properties, messageId: 'another' } };
    });
    await fleet.publish(queue, contradicting);
    const events = sink();
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue }, [events], []);
    await nodeRed.deploy(tab([consumer, topic, events]));
    await nodeRed.sink(events.id).waitFor(3);
    const warnings = nodeRed.logs.filter(({ id, level }) => id === topic.id && level === 'warn');
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]?.message ?? '', /^Odd "VehicleStateRecorded": .*"another"/);
  });
});
