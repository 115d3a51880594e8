/** The vehicles node by itself: which vehicle it takes a message to ask for, and what it answers. */
import assert from 'node:assert/strict';
import type { Node } from 'node-red';
import helper from 'node-red-node-test-helper';

import initializeStore = require('../../../nodes/invers-store');
import initializeState = require('../../../nodes/invers-vehicle-state');
import initializeVehicles = require('../../../nodes/invers-vehicles');

import { sendingNode } from '../../support/sending-node';
import { stateEvent } from '../../support/state-events';

helper.init(require.resolve('node-red'));

/** Three vehicles are known. */
async function load(config: Record<string, unknown> = {}, known = ['v2', 'v3', 'v1']) {
  const node = await sendingNode(
    [initializeStore, initializeState, initializeVehicles],
    { type: 'invers-vehicles', store: 'store', ...config },
    [
      { id: 'store', type: 'invers-store', backend: 'memory' },
      { id: 'state', type: 'invers-vehicle-state', store: 'store', wires: [['told'], []] },
      { id: 'told', type: 'helper' },
    ],
    2,
  );
  const told = new Promise<void>((resolve) => {
    let count = 0;
    helper.getNode('told').on('input', () => {
      count += 1;
      if (count === known.length) resolve();
    });
  });
  for (const vehicle of known) {
    const state = helper.getNode('state') as Node;
    state.receive(stateEvent(vehicle, 10, { ignition: 'ON' }));
  }
  await told;
  return node;
}

const idOf = (payload: unknown) => (payload as { id: string }).id;

describe('the vehicles node', () => {
  before(() => helper.startServer());
  after(() => helper.stopServer());
  afterEach(() => helper.unload());

  it('answers with one vehicle by what a message names, and lets all else go through', async () => {
    const node = await load();
    const request = { req: { params: { id: 'v2' } }, res: { _res: 1 } };
    await node.receive(
      { _msgid: '1', vehicle: { id: 'v1' }, ...request, payload: 'v3' },
      { _msgid: '2', ...request, payload: 'v3' },
      { _msgid: '3', payload: 'v3' },
    );
    const answers = node.outputs[0] ?? [];
    assert.deepEqual(
      answers.map(({ payload }) => idOf(payload)),
      ['v1', 'v2', 'v3'],
    );
    assert.deepEqual(answers[1]?.payload, {
      id: 'v2',
      values: { ignition: 'ON' },
      state: { ignition: { timestamp: '2025-06-01T00:00:10Z', value: 'ON' } },
      first_heard_at: '2025-06-01T00:00:10Z',
      last_heard_at: '2025-06-01T00:00:10Z',
    });
    const { req, res } = answers[1] as Record<string, unknown>;
    assert.deepEqual({ req, res }, request);
  });

  it('asks for the vehicle that stands where it was told to look', async () => {
    for (const place of [
      { vehicle: 'payload.car' },
      { vehicle: '$lowercase(payload.car)', vehicleType: 'jsonata' },
    ]) {
      const node = await load(place);
      await node.receive({ _msgid: '1', vehicle: { id: 'v1' }, payload: { car: 'v3' } });
      assert.equal(idOf(node.outputs[0]?.[0]?.payload), 'v3');
      await helper.unload();
    }
  });

  it('knows a vehicle with an id of a megabyte by a short one, asked for by either', async () => {
    const long = 'v'.repeat(1_000_000);
    const node = await load({}, [long]);
    await node.receive({ _msgid: '1', payload: long });
    const short = idOf(node.outputs[0]?.[0]?.payload);
    assert.match(short, /^sha-256 [\w-]{43}$/);
    await node.receive({ _msgid: '2', payload: short });
    assert.equal(idOf(node.outputs[0]?.[1]?.payload), short);
  });

  it('lists all by their ids where none is named, and no more than it may', async () => {
    const node = await load({ limit: '2' });
    await node.receive({ _msgid: '1', req: { params: {} }, payload: {} });
    const [list] = node.outputs[0] ?? [];
    assert.deepEqual((list?.payload as unknown[] | undefined)?.map(idOf), ['v1', 'v2']);
  });

  it('says by output 2 that a vehicle is not known, in words that HTTP understands', async () => {
    const node = await load();
    await node.receive({ _msgid: '1', payload: 'v9', res: 1 });
    const [{ payload, statusCode, res } = {}] = (node.outputs[1] ?? []) as Record<
      string,
      unknown
    >[];
    assert.deepEqual({ payload, statusCode, res }, { payload: null, statusCode: 404, res: 1 });
    assert.equal(node.outputs[0]?.length, 0);
  });
});
