/** The vehicle state node by itself: what it puts beside a message, and by which output that leaves. */
import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import helper from 'node-red-node-test-helper';

import initializeStore = require('../../../nodes/invers-store');
import initializeState = require('../../../nodes/invers-vehicle-state');

import { sendingNode } from '../../support/sending-node';
import { stateEvent } from '../../support/state-events';
import { waitFor } from '../../support/wait';

helper.init(require.resolve('node-red'));

const load = (config: Record<string, unknown> = {}) =>
  sendingNode(
    [initializeStore, initializeState],
    { type: 'invers-vehicle-state', store: 'store', ...config },
    [{ id: 'store', type: 'invers-store', backend: 'memory' }],
    2,
  );

interface Shown {
  readonly id: string;
  readonly values: Record<string, unknown>;
  readonly changed: Record<string, { from: unknown; to: unknown; timestamp: string }>;
  readonly first_heard_at: string;
  readonly last_heard_at: string;
}

const shown = (message: NodeMessage | undefined) => message?.['vehicle'] as Shown;

describe('the vehicle state node', () => {
  before(() => helper.startServer());
  after(() => helper.stopServer());
  afterEach(() => helper.unload());

  it('tells by output 1 what an event changed, and leaves the event as it came', async () => {
    const node = await load();
    const first = stateEvent('v1', 10, { ignition: 'OFF', mileage_in_kilometers: 41_250 });
    const { payload, metadata } = structuredClone(first);
    await node.receive(
      first,
      stateEvent('v1', 20, { ignition: 'ON', mileage_in_kilometers: 41_250 }),
    );
    const [one, two] = node.outputs[0] ?? [];
    assert.deepEqual([one?.payload, one?.['metadata']], [payload, metadata]);
    assert.deepEqual(shown(one).values, { ignition: 'OFF', mileage_in_kilometers: 41_250 });
    assert.deepEqual(shown(two).changed, {
      ignition: { from: 'OFF', to: 'ON', timestamp: '2025-06-01T00:00:20Z' },
    });
    assert.equal(shown(two).first_heard_at, '2025-06-01T00:00:10Z');
    assert.equal(shown(two).last_heard_at, '2025-06-01T00:00:20Z');
    assert.equal(node.outputs[1]?.length, 0);
  });

  it('sends late and repeated news by output 2, and lets them overwrite nothing', async () => {
    const node = await load();
    await node.receive(
      stateEvent('v1', 20, { ignition: 'ON' }),
      stateEvent('v1', 10, { ignition: 'OFF' }),
      stateEvent('v1', 20, { ignition: 'ON' }),
      stateEvent('v1', 30, { ignition: null }),
    );
    assert.equal(node.outputs[0]?.length, 1);
    assert.deepEqual(
      node.outputs[1]?.map((message) => [shown(message).values, shown(message).changed]),
      Array.from({ length: 3 }, () => [{ ignition: 'ON' }, {}]),
    );
  });

  it('counts only those properties as changes that are named, and shows the others all the same', async () => {
    const node = await load({ watch: ['central_lock', 'ignition'] });
    await node.receive(
      stateEvent('v1', 10, { mileage_in_kilometers: 1 }),
      stateEvent('v1', 20, { ignition: 'ON' }),
    );
    assert.deepEqual(Object.keys(shown(node.outputs[1]?.[0]).changed), ['mileage_in_kilometers']);
    assert.deepEqual(Object.keys(shown(node.outputs[0]?.[0]).changed), ['ignition']);
  });

  it('takes the state from where it is said to stand, and from nowhere else', async () => {
    for (const place of [
      { state: 'payload.deep.down.state' },
      { state: '$.payload.deep.down.state', stateType: 'jsonata' },
    ]) {
      const node = await load(place);
      const { payload, ...rest } = stateEvent('v1', 10, { ignition: 'ON' });
      await node.receive(
        { ...rest, payload: { deep: { down: { state: payload } } } },
        { ...rest, payload },
      );
      assert.deepEqual(shown(node.outputs[0]?.[0]).values, { ignition: 'ON' });
      assert.equal(node.outputs[0]?.length, 1);
      assert.deepEqual(shown(node.outputs[1]?.[0]).changed, {});
      await helper.unload();
    }
  });

  it('lets a message without a vehicle leave by output 2 as it came, and says how many', async () => {
    const node = await load();
    await node.receive({ payload: 1 }, stateEvent('v1', 10, { ignition: 'ON' }));
    assert.deepEqual(
      node.outputs[1]?.map(({ payload, vehicle }) => [payload, vehicle]),
      [[1, undefined]],
    );
    await waitFor(() => node.statuses.at(-1) === '1 status.changed · 1 status.withoutVehicle');
  });

  it('says that its settings are wrong, and fails with each message, where no store is chosen', async () => {
    const node = await load({ store: '' });
    await node.receive(stateEvent('v1', 10, { ignition: 'ON' }));
    const problem = 'Remember in is empty: choose where vehicles are remembered.';
    // as it starts, and with the message
    assert.deepEqual(node.errors, [problem, problem]);
    assert.equal(node.outputs[0]?.length, 0);
  });
});
