/** A watch behind a topic, in a real Node-RED: each alert arrives, and arrives once, whatever fails on the way. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { NodeMessage } from 'node-red';
import type { Fleet } from '../support/fleet';
import {
  type FlowNode,
  functionNode,
  node,
  type Properties,
  sink,
  storeNode,
  tab,
  topicIn,
  watch,
} from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { setStage } from '../support/stage';
import { statePublished } from '../support/state-events';

const queue = 'fleet.states';
const battery = 'state_of_charge_or_fuel_level_in_percent';
const low = { property: battery, operator: 'lt', value: '20', clear: '25' };
const unlocked = { property: 'central_lock', operator: 'eq', value: 'UNLOCKED', clear: '' };

interface Alert {
  readonly text: string;
  readonly vehicle_id: string;
  readonly state: string;
  readonly since: string;
}

interface Said {
  readonly topic: string;
  readonly payload: Alert;
  readonly delivery: { readonly queue: string };
  readonly metadata: object;
  readonly vehicle: { readonly changed: Record<string, { from?: unknown; to?: unknown }> };
}

/** A chat that fails at the first try of each alert, and shows what arrived. */
function chat(arrived: FlowNode): FlowNode {
  return functionNode(
    `const { vehicle_id, state, since } = msg.payload;
    const key = [vehicle_id, state, since].join();
    const tried = global.get('tried') ?? {};
    msg.attempt = (tried[key] ?? 0) + 1;
    global.set('tried', { ...tried, [key]: msg.attempt });
    if (msg.attempt === 1) throw new Error('the chat is away');
    return msg;`,
    [arrived],
  );
}

const said = (messages: readonly NodeMessage[]) =>
  messages.map(({ payload }) => {
    const { vehicle_id, state } = payload as Alert;
    return `${vehicle_id} ${state}`;
  });

describe('a watch', function () {
  this.timeout(120_000);
  let nodeRed: NodeRed;
  let fleet: Fleet;
  let directory: string;
  let count = 0;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'watch-'));
  });
  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

  const publish = (vehicle: string, at: number, properties: Properties, start = Date.now()) =>
    fleet.publish(queue, [statePublished(count++, vehicle, at, properties, start)]);
  const alerts = (at: FlowNode) => said(nodeRed.sink(at.id).messages);

  /** topic in → watch → the nodes behind it. */
  function flowOf(store: FlowNode, properties: Properties, behind: FlowNode[]): FlowNode[] {
    const [first] = behind;
    const outputs = first ? [[first], [first]] : [];
    const watching = watch({ name: 'Alarm', store: store.id, ...properties }, ...outputs);
    const consumer = fleet.consumer();
    // a chat that fails at the first try of all is no outage here
    const settings = { consumer, queue, retryDelay: 1, holdOnOutage: false };
    const topic = topicIn(settings, [watching], []);
    return tab([consumer, topic, store, watching, ...behind]);
  }

  for (const [name, create] of Object.entries({
    memory: () => storeNode(),
    file: () => storeNode({ backend: 'file', directory }),
  })) {
    describe(`with a ${name} store`, () => {
      it('says each alert until it has arrived, and then no more, whatever comes late or twice', async () => {
        const arrived = sink();
        await nodeRed.deploy(flowOf(create(), { conditions: [low] }, [chat(arrived), arrived]));
        const start = Date.now();
        for (const vehicle of ['v1', 'v2']) {
          await publish(vehicle, 0, { [battery]: 50 }, start);
          await publish(vehicle, 2, { [battery]: 14 }, start);
        }
        await nodeRed.sink(arrived.id).waitFor(2);
        await fleet.drained(queue);
        // late, unchanged, fluttering
        await publish('v1', 1, { [battery]: 60 }, start);
        await publish('v1', 2, { [battery]: 14 }, start);
        await publish('v1', 3, { [battery]: 22 }, start);
        await publish('v1', 4, { [battery]: 12 }, start);
        await publish('v2', 3, { [battery]: 80 }, start);
        await nodeRed.sink(arrived.id).waitFor(3);
        await fleet.drained(queue);
        assert.deepEqual(alerts(arrived).slice(0, 2).sort(), ['v1 raised', 'v2 raised']);
        assert.deepEqual(alerts(arrived).slice(2), ['v2 cleared']);
        const [first] = nodeRed.sink(arrived.id).messages as unknown as Said[];
        assert.equal(first?.topic, 'Alarm');
        assert.match(first.payload.text, /state of charge 14 %, below 20 %/);
        assert.equal(first.delivery.queue, queue);
        assert.ok(first.metadata);
        const { from, to } = first.vehicle.changed[battery] ?? {};
        assert.deepEqual(
          [from, to],
          [50, 14],
          'what the event changed, also at its second attempt',
        );
      });

      it('says by the clock what has held for long enough, again when that fails, and once', async () => {
        const arrived = sink();
        const flow = flowOf(create(), { conditions: [unlocked], holdFor: 6 }, [
          chat(arrived),
          arrived,
        ]);
        await nodeRed.deploy(flow);
        await publish('c1', 0, { central_lock: 'UNLOCKED' });
        await publish('c2', 0, { central_lock: 'UNLOCKED' });
        await publish('c2', 1, { central_lock: 'LOCKED' });
        const [alert] = await nodeRed.sink(arrived.id).waitFor(1);
        assert.ok(alert);
        assert.equal((alert as unknown as Properties)['attempt'], 2);
        assert.deepEqual((alert as unknown as Said).vehicle.changed, {});
        // no event is the cause
        assert.deepEqual(['delivery' in alert, 'metadata' in alert], [false, false]);
        await publish('c1', 20, { central_lock: 'LOCKED' });
        await nodeRed.sink(arrived.id).waitFor(2);
        await fleet.drained(queue);
        assert.deepEqual(alerts(arrived), ['c1 raised', 'c1 cleared']);
      });
    });
  }

  it('goes on with what holds after a deploy, and says it once', async () => {
    const arrived = sink();
    const flow = flowOf(
      storeNode({ backend: 'file', directory }),
      { conditions: [unlocked], holdFor: 3 },
      [arrived],
    );
    await nodeRed.deploy(flow);
    await publish('v1', 0, { central_lock: 'UNLOCKED' });
    await fleet.drained(queue);
    const again = flow.map(({ credentials: _, ...rest }) => rest) as FlowNode[];
    await nodeRed.deploy(again);
    await nodeRed.sink(arrived.id).waitFor(1);
    await nodeRed.deploy(again);
    // an event that is fresh ends the time in which nothing begins by the clock
    await publish('v2', 0, { central_lock: 'LOCKED' });
    await fleet.drained(queue);
    await publish('v1', 20, { central_lock: 'LOCKED' });
    await nodeRed.sink(arrived.id).waitFor(2);
    assert.deepEqual(alerts(arrived), ['v1 raised', 'v1 cleared']);
  });

  it('lets an ack node decide about what it says by the clock', async () => {
    const arrived = sink();
    const ack = node('invers-ack', { outcome: 'acknowledge' }, [arrived]);
    const decide = functionNode(
      `const attempt = (context.get('attempt') ?? 0) + 1;
      context.set('attempt', attempt);
      msg.outcome = attempt < 2 ? 'retry' : 'acknowledge';
      return msg;`,
      [ack],
    );
    const properties = { conditions: [unlocked], holdFor: 1 };
    await nodeRed.deploy(flowOf(storeNode(), properties, [decide, ack, arrived]));
    await publish('v1', 0, { central_lock: 'UNLOCKED' });
    const messages = await nodeRed.sink(arrived.id).waitFor(2);
    assert.deepEqual(
      messages.map((message) => (message as unknown as { outcome: string }).outcome),
      ['retry', 'acknowledge'],
    );
  });

  it('reminds while it lasts, and no more when it is over', async () => {
    const arrived = sink();
    // 1.2 seconds
    const properties = { conditions: [low], repeat: 0.02 };
    await nodeRed.deploy(flowOf(storeNode(), properties, [arrived]));
    await publish('v1', 0, { [battery]: 10 });
    await nodeRed.sink(arrived.id).waitFor(3);
    await publish('v1', 1, { [battery]: 80 });
    const all = await nodeRed
      .sink(arrived.id)
      .waitUntil((messages) =>
        said(messages).at(-1) === 'v1 cleared' ? [...messages] : undefined,
      );
    const raised = all.slice(0, -1) as unknown as Said[];
    assert.deepEqual([...new Set(said(raised as never))], ['v1 raised']);
    const [first, ...reminders] = raised.map(({ payload }) => payload);
    assert.match(first?.text ?? '', /: state of charge 10 %/);
    for (const { text, since } of reminders) {
      assert.match(text, /: still state of charge 10 %/);
      assert.equal(since, first?.since);
    }
    // what is due by now is said before what begins now
    await publish('v2', 0, { [battery]: 10 });
    const last = await nodeRed.sink(arrived.id).waitFor(all.length + 2);
    assert.deepEqual([...new Set(said(last.slice(all.length)))], ['v2 raised']);
  });

  it('says again what a deploy has stopped on its way, with the store that the deploy has started anew', async () => {
    const arrived = sink({ never: true });
    const store = storeNode({ backend: 'file', directory });
    const flow = flowOf(store, { conditions: [low] }, [arrived]);
    await nodeRed.deploy(flow);
    await publish('v1', 0, { [battery]: 10 });
    await nodeRed.sink(arrived.id).waitFor(1);
    const changed = flow.map(({ credentials: _, ...rest }) => {
      if (rest.id === store.id) return { ...rest, maxVehicles: 1_000 };
      return rest.id === arrived.id ? { ...rest, never: false } : rest;
    });
    await nodeRed.deploy(changed as FlowNode[]);
    await nodeRed.sink(arrived.id).waitFor(2);
    await fleet.drained(queue);
    await publish('v1', 1, { [battery]: 11 });
    await publish('v1', 2, { [battery]: 80 });
    await nodeRed.sink(arrived.id).waitFor(3);
    await fleet.drained(queue);
    assert.deepEqual(alerts(arrived), ['v1 raised', 'v1 raised', 'v1 cleared']);
  });
});
