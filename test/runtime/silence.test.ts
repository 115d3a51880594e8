/** A watch for vehicles that fall silent, in a real Node-RED: what nobody could hear is no silence of a vehicle. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Fleet } from '../support/fleet';
import { type FlowNode, sink, storeNode, tab, topicIn, watch } from '../support/flow';
import { setClockAhead } from '../support/moved-clock';
import type { NodeRed } from '../support/node-red';
import { NodeRedProcess } from '../support/node-red-process';
import type { ObservedNodeRed } from '../support/observed';
import { FaultProxy } from '../support/proxy';
import { setStage } from '../support/stage';
import { statePublished } from '../support/state-events';

const queue = 'fleet.states';
const SECOND = 1_000;
/** Milliseconds. */
const SILENCE = 6 * SECOND;
const silent = { property: '', operator: 'silent', value: String(SILENCE / SECOND), clear: '' };

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
  const publish = (vehicle: string, at: number) =>
    fleet.publish(queue, [statePublished(count++, vehicle, 0, { ignition: 'ON' }, at)]);

  function flowOf(consumer: FlowNode) {
    const alerts = sink();
    const store = storeNode({ backend: 'file', directory });
    const watching = watch({ store: store.id, conditions: [silent] }, [alerts], [alerts]);
    const topic = topicIn({ consumer, queue }, [watching], []);
    return { alerts, topic, flow: tab([consumer, topic, store, watching, alerts]) };
  }

  /** Two vehicles that were heard of, and will be for some seconds: a slow machine must not make them silent. */
  async function hearOfBoth(): Promise<void> {
    const at = Date.now() + 5 * SECOND;
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
      await hearOfBoth();
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

  it('is silent only from when Node-RED runs again', async () => {
    const { alerts, flow } = flowOf(fleet.consumer());
    const other = await NodeRedProcess.start(flow);
    try {
      await hearOfBoth();
      await other.kill();
      const away = 3_600 * SECOND;
      other.setClockAhead(away);
      const now = Date.now() + away;
      await other.start();
      await expectOneAlert(other, alerts, now);
    } finally {
      await other.dispose();
    }
  });
});
