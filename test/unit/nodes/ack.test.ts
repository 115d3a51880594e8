/** The ack node by itself: what it says where its outcome comes from a variable that is not set. */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';

import initializeAck = require('../../../nodes/invers-ack');

import { sendingNode } from '../../support/sending-node';

helper.init(require.resolve('node-red'));

/** What the helper writes down of a method of the node. */
interface Calls {
  readonly args: unknown[][];
}

describe('the ack node', () => {
  before(() => helper.startServer());
  after(() => helper.stopServer());
  afterEach(() => helper.unload());

  it('is red and names the variable of its outcome where that is not set, and so does each message', async () => {
    const outcome = '$'.concat('{NOT_SET}');
    const config = { type: 'invers-ack', outcome };
    const { errors, outputs, receive } = await sendingNode([initializeAck], config, [], 1);
    const { error, status } = helper.getNode('node') as unknown as Record<string, Calls>;
    const said = 'Outcome: the environment variable NOT_SET is not set.';
    assert.ok(String(error?.args[0]?.[0]).startsWith(said), JSON.stringify(error?.args));
    assert.deepEqual(status?.args[0], [
      { fill: 'red', shape: 'ring', text: 'invers-ack.status.settings-invalid' },
    ]);
    await receive({ payload: 1 });
    assert.match(
      errors.at(-1) ?? '',
      /^The outcome: the environment variable NOT_SET is not set\./,
    );
    assert.equal(outputs[0]?.length, 0);
  });

  it('says nothing where its outcome is set', async () => {
    await sendingNode([initializeAck], { type: 'invers-ack', outcome: 'retry' }, [], 1);
    const { error, status } = helper.getNode('node') as unknown as Record<string, Calls>;
    assert.deepEqual([error?.args, status?.args], [[], []]);
  });
});
