/** A watch for vehicles that fall silent, in a real Node-RED: what nobody could hear is no silence of a vehicle. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Fleet } from '../support/fleet';
import {
  type FlowNode,
  type Properties,
  sink,
  storeNode,
  tab,
  topicIn,
  watch,
} from '../support/flow';
import { setClockAhead } from '../support/moved-clock';
import type { NodeRed } from '../support/node-red';
import { NodeRedProcess } from '../support/node-red-process';
import type { ObservedNodeRed } from '../support/observed';
import { FaultProxy } from '../support/proxy';
import { setStage } from '../support/stage';
import { statePublished, timeAt } from '../support/state-events';

const queue = 'fleet.states';
const SECOND = 1_000;
/** Milliseconds. */
const SILENCE = 6 * SECOND;
const HOLD_FOR = 3_600 * SECOND;
const silent = { property: '', operator: 'silent', value: String(SILENCE / SECOND), clear: '' };
const isUnlocked = { property: 'central_lock', operator: 'eq', value: 'UNLOCKED', clear: '' };

interface Alert {
  readonly vehicle_id: string;
  readonly state: string;
  readonly since: string;
}

describe('a vehicle that is not heard of', function () {
  this.timeout(180_000);
  let nodeRed: NodeRed;
  let fleet: Fleet;
  let directory: string;
  let count = 0;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'silence-'));
  });
  afterEach(() => {
    setClockAhead(0);
    fs.rmSync(directory, { recursive: true, force: true });
  });

  /** An event that happens at this moment, in milliseconds since 1970. */
  const publish = (vehicle: string, at: number, properties: Properties = { ignition: 'ON' }) =>
    fleet.publish(queue, [statePublished(count++, vehicle, 0, properties, at)]);

  function flowOf(consumer: FlowNode) {
    const alerts = sink();
    const store = storeNode({ backend: 'file', directory });
    const watching = watch({ store: store.id, conditions: [silent] }, [alerts], [alerts]);
    const open = sink();
    const unlocked = watch(
      { store: store.id, conditions: [isUnlocked], holdFor: HOLD_FOR / SECOND },
      [open],
    );
    const topic = topicIn({ consumer, queue }, [watching, unlocked], []);
    const nodes = [consumer, topic, store, watching, unlocked, alerts, open];
    return { alerts, open, topic, flow: tab(nodes) };
  }

  /** Two vehicles that were heard of, and will be for so long: a slow machine must not make them silent. */
  async function hearOfBoth(ahead: number): Promise<void> {
    const at = Date.now() + ahead;
    await publish('v1', at);
    await publish('v2', at);
    await fleet.drained(queue);
  }

  /** It is `now` for Node-RED, which can hear again: one vehicle goes on, the other is silent from now on. */
  async function expectOneAlert(where: ObservedNodeRed, { id }: FlowNode, now: number) {
    await publish('v1', now + 600 * SECOND);
    const [first] = await where.sink(id).waitFor(1, 120_000);
    const { since } = (first ?? assert.fail()).payload as Alert;
    assert.ok(Date.parse(since) >= now + SILENCE, `silent since ${since}, heard from ${now} on`);
    await publish('v2', now + 600 * SECOND);
    const told = await where.sink(id).waitFor(2);
    const words = told.map(({ payload }) => {
      const { vehicle_id, state } = payload as Alert;
      return `${vehicle_id} ${state}`;
    });
    assert.deepEqual(words, ['v2 raised', 'v2 cleared']);
  }

  it('is silent only from when the broker is there again', async () => {
    const proxy = await FaultProxy.listen(fleet.port);
    try {
      const { alerts, flow, topic } = flowOf(fleet.consumer({ port: proxy.port }));
      await nodeRed.deploy(flow);
      await hearOfBoth(10 * SECOND);
      proxy.refuse();
      proxy.reset();
      await nodeRed.waitForStatus(topic.id, ({ fill }) => fill !== 'green');
      // the broker is away for so long
      const away = 50 * SECOND;
      setClockAhead(away);
      const now = Date.now();
      await proxy.listenAgain();
      await nodeRed.waitForStatus(topic.id, { fill: 'green' });
      await expectOneAlert(nodeRed, alerts, now);
    } finally {
      await nodeRed.clear();
      await proxy.close();
    }
  });

  it('is silent only from when Node-RED runs again; what has held meanwhile is said, and what has not is not', async () => {
    const { alerts, flow, open } = flowOf(fleet.consumer());
    const other = await NodeRedProcess.start(flow);
    try {
      await hearOfBoth(60 * SECOND);
      const unlockedAt = Date.now() + 60 * SECOND;
      for (const vehicle of ['v3', 'v4']) {
        await publish(vehicle, unlockedAt, { central_lock: 'UNLOCKED' });
      }
      await fleet.drained(queue);
      await other.kill();
      const away = 2 * HOLD_FOR;
      other.setClockAhead(away);
      const now = Date.now() + away;
      // ten minutes before it was due
      await publish('v3', unlockedAt + HOLD_FOR - 600 * SECOND, { central_lock: 'LOCKED' });
      await other.start();
      for (const vehicle of ['v3', 'v4']) await publish(vehicle, now + 600 * SECOND);
      const [first] = await other.sink(open.id).waitFor(1);
      const { vehicle_id, since } = (first ?? assert.fail()).payload as Alert;
      assert.deepEqual([vehicle_id, since], ['v4', timeAt(0, unlockedAt)]);
      await expectOneAlert(other, alerts, now);
      assert.equal(other.sink(open.id).messages.length, 1);
    } finally {
      await other.dispose();
    }
  });
});
