/** A consumer in the sandbox: no credentials, no server, and events through the same nodes as from INVERS. */
import assert from 'node:assert/strict';
import {
  config,
  eventFilter,
  type FlowNode,
  consumer as realConsumer,
  sink,
  tab,
  topicIn,
} from '../support/flow';
import { type NodeRed, sharedNodeRed } from '../support/node-red';

function sandbox(properties: Record<string, unknown> = {}): FlowNode {
  const fleet = { sandboxVehicles: 20, sandboxRate: 200, sandboxDuplicates: 20 };
  return config('invers-consumer', { environment: 'sandbox', ...fleet, ...properties });
}

describe('a flow on the sandbox', () => {
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await sharedNodeRed();
  });
  afterEach(() => nodeRed.clear());

  it('gets events of every topic without credentials, and says that they are made up', async () => {
    const events = sink();
    const consumer = sandbox();
    const queues = ['VehicleStateRecorded', 'VehicleChange', 'Trip (v2)', 'SmokeDetection'];
    const topics = queues.map((queue) => topicIn({ consumer, queue, prefetch: 10 }, [events], []));
    await nodeRed.deploy(tab([consumer, ...topics, events]));
    for (const { id } of topics) {
      await nodeRed.waitForStatus(id, { fill: 'green', shape: 'dot', text: /sandbox$/ });
    }
    await nodeRed.waitForLog(
      ({ id, message }) =>
        id === consumer.id &&
        message ===
          'connected to the sandbox: what comes is made up, 20 vehicles with 200 events per second',
    );
    const [message] = await nodeRed.sink(events.id).waitFor(100);
    const { metadata, payload } = message as unknown as {
      metadata: { id: string; type: string };
      payload: { vehicle_id: string };
    };
    assert.match(metadata.id, /^[0-9A-Z]{26}$/);
    assert.match(payload.vehicle_id, /^SB\d+$/);
  });

  it('meets what INVERS announces: events that come twice, which the filter stops', async () => {
    const [once, twice] = [sink(), sink()];
    const consumer = sandbox();
    const filter = eventFilter({ routes: [], other: true, duplicates: true }, [once], [twice]);
    const topic = topicIn({ consumer, queue: 'VehicleStateRecorded' }, [filter], []);
    await nodeRed.deploy(tab([consumer, topic, filter, once, twice]));
    await nodeRed.sink(twice.id).waitFor(10);
    const ids = nodeRed.sink(once.id).messages.map((message) => idOf(message));
    assert.equal(new Set(ids).size, ids.length);
    for (const message of nodeRed.sink(twice.id).messages) {
      assert.ok(ids.includes(idOf(message)));
    }
  });

  it('gives each consumer a sandbox of its own', async () => {
    const consumers = [sandbox(), sandbox()];
    const sinks = [sink(), sink()];
    const topics = consumers.map((consumer, index) =>
      topicIn({ consumer, queue: 'VehicleStateRecorded' }, [sinks[index] ?? sink()], []),
    );
    await nodeRed.deploy(tab([...consumers, ...topics, ...sinks]));
    const [one, other] = await Promise.all(sinks.map(({ id }) => nodeRed.sink(id).waitFor(50)));
    const ids = new Set(one?.map(idOf));
    assert.ok(other?.every((message) => !ids.has(idOf(message))));
  });

  it('lets something happen when an editor asks for it, and only what there is, in a sandbox that runs', async () => {
    const ask = async (body: unknown) => {
      const response = await fetch(`${nodeRed.url}/invers/sandbox/happen`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return [response.status, await response.json()] as [number, Record<string, unknown>];
    };
    const events = sink();
    const consumer = sandbox({ sandboxRate: 0.02, sandboxDuplicates: 0 });
    const real = realConsumer({ port: 9 });
    await nodeRed.deploy(tab([consumer, real, events]));
    const order = { consumer: consumer.id, happening: 'smoke' };
    const [early, { error }] = await ask(order);
    assert.equal(early, 409);
    assert.match(String(error), /^The sandbox does not run: deploy a topic in node/);

    const topic = topicIn({ consumer, queue: 'SmokeDetection' }, [events], []);
    await nodeRed.deploy(tab([consumer, real, topic, events]));
    await nodeRed.waitForStatus(topic.id, { fill: 'green' });
    const [status, to] = await ask(order);
    assert.equal(status, 200);
    assert.match(String(to['license_plate']), /^SBX-/);
    const [message] = await nodeRed.sink(events.id).waitFor(1);
    const { payload } = message as unknown as { payload: { vehicle_id: string } };
    assert.equal(payload.vehicle_id, to['vehicle_id']);

    for (const [body, refused] of [
      [{ ...order, happening: 'crash' }, 400],
      [{ ...order, happening: 'constructor' }, 400],
      [{ ...order, consumer: 'x'.repeat(101) }, 400],
      [{}, 400],
      [{ ...order, consumer: real.id }, 404],
      [{ ...order, consumer: topic.id }, 404],
      [{ ...order, consumer: 'nobody' }, 404],
    ] as const) {
      assert.equal((await ask(body))[0], refused, JSON.stringify(body));
    }
  });

  it('says what is wrong with the settings of a fleet', async () => {
    const consumer = sandbox({ sandboxRate: '-1' });
    const topic = topicIn({ consumer, queue: 'VehicleStateRecorded' }, [], []);
    await nodeRed.deploy(tab([consumer, topic]));
    await nodeRed.waitForStatus(topic.id, { fill: 'red' });
    await nodeRed.waitForLog(({ message }) =>
      message.includes('Events per second is "-1": type a number from 0.02 to 10000.'),
    );
  });
});

function idOf(message: object): string {
  return (message as { metadata: { id: string } }).metadata.id;
}
