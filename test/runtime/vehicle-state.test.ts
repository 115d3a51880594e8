/** Vehicle states behind a topic, in a real Node-RED: a change is told until its event is acknowledged, and then no more. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Fleet } from '../support/fleet';
import { type FlowNode, sink, storeNode, tab, topicIn, vehicleState } from '../support/flow';
import type { NodeRed, SinkNode } from '../support/node-red';
import { setStage } from '../support/stage';
import { statePublished } from '../support/state-events';

const queue = 'fleet.states';

interface Told {
  readonly vehicle: { changed: Record<string, { from: unknown; to: unknown }> };
}

describe('vehicle states', function () {
  this.timeout(120_000);
  let nodeRed: NodeRed;
  let fleet: Fleet;
  let directory: string;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'vehicles-'));
  });
  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

  const changes = (at: FlowNode) =>
    nodeRed.sink(at.id).messages.map((message) => {
      const { changed } = (message as unknown as Told).vehicle;
      return Object.entries(changed).map(([name, { from, to }]) => `${name}: ${from} → ${to}`);
    });

  for (const [name, create] of Object.entries({
    memory: () => storeNode(),
    file: () => storeNode({ backend: 'file', directory }),
  })) {
    it(`with a ${name} store, says a change again when its flow has failed, and not once it was acknowledged`, async () => {
      const changed = sink({ fail: 'the table is locked' });
      const unchanged = sink();
      const store = create();
      const state = vehicleState({ store: store.id }, [changed], [unchanged]);
      const consumer = fleet.consumer();
      const topic = topicIn({ consumer, queue, retryDelay: 1 }, [state], []);
      await nodeRed.deploy(tab([consumer, topic, store, state, changed, unchanged]));
      await fleet.publish(queue, [statePublished(1, 'v1', 10, { ignition: 'ON' })]);
      await nodeRed.sink(changed.id).waitFor(1);
      nodeRed.node<SinkNode>(changed.id).behaviour = {};
      await nodeRed.sink(changed.id).waitFor(2);
      await fleet.drained(queue);
      assert.deepEqual(changes(changed), [['ignition: null → ON'], ['ignition: null → ON']]);
      // the same event once more, and one that is late
      await fleet.publish(queue, [
        statePublished(1, 'v1', 10, { ignition: 'ON' }),
        statePublished(2, 'v1', 5, { ignition: 'OFF' }),
        statePublished(3, 'v1', 20, { ignition: 'OFF' }),
      ]);
      await fleet.drained(queue);
      assert.deepEqual(changes(changed).slice(2), [['ignition: ON → OFF']]);
      assert.deepEqual(changes(unchanged), [[], []]);
    });
  }
});
