/** The event filter as a node of its own: where messages leave, and what it says. */
import assert from 'node:assert/strict';
import { hooks } from '@node-red/util';
import type { Node, NodeMessage } from 'node-red';
import helper from 'node-red-node-test-helper';

import initializeFilter = require('../../../nodes/invers-event-filter');

import { eventId, eventOf } from '../../support/events';
import { waitFor } from '../../support/wait';

helper.init(require.resolve('node-red'));

interface Filter {
  /** Gives the messages to the filter and waits until it is done with each. */
  receive(...messages: NodeMessage[]): Promise<void>;
  /** What left by each output, by number. */
  readonly outputs: NodeMessage[][];
  /** The texts of the statuses, in order. */
  readonly statuses: string[];
  /** What a Catch node would get. */
  readonly errors: string[];
  /** The same, as it was thrown. */
  readonly faults: unknown[];
}

async function createFilter(config: Record<string, unknown>, outputCount: number): Promise<Filter> {
  const sinks = Array.from({ length: outputCount }, (_, index) => `sink${index}`);
  const flow = [
    { id: 'filter', type: 'invers-event-filter', wires: sinks.map((id) => [id]), ...config },
    ...sinks.map((id) => ({ id, type: 'helper' })),
  ];
  await helper.load(initializeFilter, flow);
  const node = helper.getNode('filter') as Node;
  const outputs = sinks.map((id) => {
    const received: NodeMessage[] = [];
    helper.getNode(id).on('input', (message: NodeMessage) => received.push(message));
    return received;
  });
  const statuses: string[] = [];
  const errors: string[] = [];
  const faults: unknown[] = [];
  const internal = node as unknown as import('node:events').EventEmitter;
  internal.on('call:status', (call) => statuses.push(call.firstArg.text));
  internal.on('call:error', (call) => faults.push(call.firstArg));
  internal.on('call:error', (call) => errors.push(String(call.firstArg.message ?? call.firstArg)));
  const receive = (...messages: NodeMessage[]) =>
    new Promise<void>((resolve) => {
      let finished = 0;
      hooks.add('onComplete.test', ({ node: { id } }: { node: { id: string } }) => {
        if (id === 'filter') finished += 1;
        if (finished < messages.length) return;
        hooks.remove('*.test');
        // what it sent is on its way; handing over takes a turn of the event loop, or two
        setImmediate(() => setImmediate(() => setImmediate(resolve)));
      });
      for (const message of messages) node.receive(message);
    });
  return { receive, outputs, statuses, errors, faults };
}

function event(metadata: Record<string, unknown> = {}): NodeMessage {
  const { data, metadata: complete } = eventOf(metadata);
  return { topic: 't', payload: data, metadata: complete };
}

function ids(messages: readonly NodeMessage[] | undefined): unknown[] {
  return (messages ?? []).map((message) => (message['metadata'] as { id: string }).id);
}

describe('the event filter node', () => {
  before(() => helper.startServer());
  after(() => helper.stopServer());
  afterEach(() => helper.unload());

  it('sends each event to the output of its type, and what fits none to "other"', async () => {
    const routes = [
      { name: 'trips', types: ['Trip*'], majorVersions: [] },
      { name: 'states 2', types: ['VehicleStateRecorded'], majorVersions: ['2'] },
    ];
    const filter = await createFilter({ routes, other: true }, 3);
    await filter.receive(
      event({ id: 'a', type: 'TripEnded' }),
      event({ id: 'b' }),
      event({ id: 'c', schema_major_version: 3 }),
      { payload: 'no event at all' },
    );
    assert.deepEqual(ids(filter.outputs[0]), ['a']);
    assert.deepEqual(ids(filter.outputs[1]), ['b']);
    assert.equal(filter.outputs[2]?.length, 2);
  });

  it('drops what fits no route when there is no output for it', async () => {
    const routes = [{ name: '', types: ['TripEnded'], majorVersions: [] }];
    const filter = await createFilter({ routes, other: false }, 1);
    await filter.receive(event({ id: 'a' }), event({ id: 'b', type: 'TripEnded' }));
    assert.deepEqual(ids(filter.outputs[0]), ['b']);
  });

  it('sends an event by its reasons and by who tells it', async () => {
    const routes = [
      { name: '', types: ['VehicleChanged'], reasons: [' RENTAL_STATUS_CHANGED '] },
      { name: '', types: ['*'], source: 'vehicle' },
    ];
    const filter = await createFilter({ routes, other: true }, 3);
    const changed = (id: string, payload: unknown): NodeMessage => ({
      ...event({ id, type: 'VehicleChanged', schema_major_version: 1 }),
      payload,
    });
    await filter.receive(
      changed('a', { reasons: ['RENTAL_STATUS_CHANGED'] }),
      changed('b', { reasons: ['LIFE_STATUS_CHANGED'] }),
      changed('c', 'no data'),
      event({ id: 'd' }),
      event({ id: 'e', type: 'TypeOfTomorrow' }),
    );
    assert.deepEqual(filter.outputs.map(ids), [['a'], ['d'], ['b', 'c', 'e']]);
  });

  it('sends what is too old to the output between "other" and "duplicates", and counts it', async () => {
    const routes = [{ name: '', types: ['TripEnded'] }];
    const config = { routes, other: true, maxAge: '0.5', duplicates: true };
    const filter = await createFilter(config, 4);
    const [old, young] = [31_000, 1_000].map((age) => new Date(Date.now() - age).toISOString());
    await filter.receive(
      event({ id: 'a', type: 'TripEnded', occurred_at: old }),
      event({ id: 'b', type: 'TripEnded', occurred_at: young }),
      event({ id: 'c', occurred_at: young }),
      event({ id: 'a', type: 'TripEnded', occurred_at: old }),
    );
    assert.deepEqual(filter.outputs.map(ids), [['b'], ['c'], ['a'], ['a']]);
    await waitFor(() => /^2 .*passed · 1 .*late · 1 /.test(filter.statuses.at(-1) ?? ''));
  });

  it('keeps "duplicates" at the output that the editor drew, where a variable says that age does not count', async () => {
    const routes = [{ name: '', types: ['*'] }];
    const config = { routes, other: true, maxAge: '0', duplicates: true, outputs: 4 };
    const filter = await createFilter(config, 4);
    await filter.receive(event({ id: 'a' }), event({ id: 'a' }));
    assert.deepEqual(filter.outputs.map(ids), [['a'], [], [], ['a']]);
  });

  it('says which reason or source of a route cannot be used', async () => {
    for (const [wrong, message] of [
      [{ reasons: ['TRIP*'] }, /The reason in Route 1 is "TRIP\*": type it as INVERS writes it/],
      [{ source: 'car' }, /The source in Route 1 is "car": choose vehicle or oneapi/],
    ] as const) {
      const filter = await createFilter({ routes: [{ name: '', types: ['*'], ...wrong }] }, 2);
      await filter.receive(event());
      assert.match(filter.errors.join(), message);
      await helper.unload();
    }
  });

  it('lets each event pass once and sends its twins to "duplicates", counted', async () => {
    const routes = [{ name: '', types: ['*'], majorVersions: [] }];
    const filter = await createFilter({ routes, other: false, duplicates: true }, 2);
    const before = Date.now();
    await filter.receive(
      event({ id: 'a' }),
      event({ id: 'a' }),
      event({ id: 'b' }),
      event({ id: 'a' }),
    );
    assert.deepEqual(ids(filter.outputs[0]), ['a', 'b']);
    assert.deepEqual(ids(filter.outputs[1]), ['a', 'a']);
    const [second, third] = filter.outputs[1] as NodeMessage[];
    const duplicate = second?.['duplicate'] as { first_seen_at: string; count: number };
    assert.equal(duplicate.count, 2);
    assert.equal((third?.['duplicate'] as { count: number } | undefined)?.count, 3);
    assert.ok(Date.parse(duplicate.first_seen_at) >= before);
  });

  it('drops twins when there is no output for them, and lets them pass when dedupe is off', async () => {
    const routes = [{ name: '', types: ['*'], majorVersions: [] }];
    const once = await createFilter({ routes, other: false }, 1);
    await once.receive(event(), event());
    assert.equal(once.outputs[0]?.length, 1);
    await helper.unload();
    const always = await createFilter({ routes, other: false, dedupe: false }, 1);
    await always.receive(event(), event());
    assert.equal(always.outputs[0]?.length, 2);
  });

  it('forgets what it has seen on msg.reset, which goes no further', async () => {
    const routes = [{ name: '', types: ['*'], majorVersions: [] }];
    const filter = await createFilter({ routes, other: true }, 2);
    await filter.receive(event(), { reset: true }, event());
    assert.equal(filter.outputs[0]?.length, 2);
    assert.equal(filter.outputs[1]?.length, 0);
  });

  it('forgets on a message without a delivery, whatever msg.reset is set to', async () => {
    const routes = [{ name: '', types: ['*'], majorVersions: [] }];
    const filter = await createFilter({ routes, other: true }, 2);
    await filter.receive(event(), { reset: '' }, event(), { reset: 1 }, event());
    assert.equal(filter.outputs[0]?.length, 3);
    assert.equal(filter.outputs[1]?.length, 0);
  });

  it('never takes an event for an order, although it bears a msg.reset for a node behind', async () => {
    const routes = [{ name: '', types: ['*'], majorVersions: [] }];
    const filter = await createFilter({ routes, other: true }, 2);
    const resetting = (n: number) => ({
      ...event({ id: eventId(n) }),
      delivery: { id: `d${n}` },
      reset: true,
    });
    await filter.receive(resetting(1), resetting(2), resetting(1));
    assert.deepEqual(ids(filter.outputs[0]), [eventId(1), eventId(2)]);
    assert.equal(filter.outputs[0]?.[0]?.['reset'], true);
    await waitFor(() => /^2 .* · 1 /.test(filter.statuses.at(-1) ?? ''));
  });

  it('takes a major version that is written as a text for the number that it is', async () => {
    const routes = [{ name: '', types: ['*'], majorVersions: ['2'] }];
    const filter = await createFilter({ routes, other: true }, 2);
    const versions = ['2', '3', ' 2', { toString: 2 }];
    const sent = versions.map((version, n) =>
      event({ id: eventId(n), schema_major_version: version }),
    );
    await filter.receive(...sent);
    assert.deepEqual(ids(filter.outputs[0]), [eventId(0)]);
  });

  it('takes the key from any property or JSONata expression and keeps the order', async () => {
    const routes = [{ name: '', types: ['*'], majorVersions: [] }];
    const filter = await createFilter(
      { routes, other: false, key: '$string(payload.vehicle) & metadata.type', keyType: 'jsonata' },
      1,
    );
    const messages = Array.from({ length: 20 }, (_, n) => ({
      ...event({ id: eventId(n) }),
      payload: { vehicle: Math.floor(n / 2) },
    }));
    await filter.receive(...messages);
    const expected = messages.filter((_, n) => n % 2 === 0);
    assert.deepEqual(ids(filter.outputs[0]), ids(expected));
  });

  it('lets a message without the key pass and says how many there were', async () => {
    const routes = [{ name: '', types: ['*'], majorVersions: [] }];
    const filter = await createFilter({ routes, other: true, key: 'payload.nothing' }, 2);
    await filter.receive(event(), event());
    assert.equal(filter.outputs[0]?.length, 2);
    await waitFor(() => /^2 .*passed · 2 .*withoutKey/.test(filter.statuses.at(-1) ?? ''));
  });

  it('says which setting is wrong, and gives what arrives all the same to a Catch node', async () => {
    const routes = [{ name: '', types: ['*'], majorVersions: [] }];
    const filter = await createFilter({ routes, maxEntries: 'many' }, 2);
    await filter.receive(event());
    assert.match(filter.errors.at(-1) ?? '', /Ids at most is "many": type a whole number/);
    assert.equal(filter.outputs[0]?.length, 0);
  });

  it('reports an expression that fails on a message as an error of that message', async () => {
    const routes = [{ name: '', types: ['*'], majorVersions: [] }];
    const filter = await createFilter({ routes, key: '$error("no key")', keyType: 'jsonata' }, 2);
    await filter.receive(event());
    assert.match(filter.errors.at(-1) ?? '', /no key/);
    // what is no Error a Catch node would get as [object Object]
    assert.match(String(filter.faults.at(-1)), /^Error: The key cannot be read: .*no key/);
  });
});
