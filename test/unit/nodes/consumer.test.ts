/** The consumer node by itself: what is known of its deliveries after a deploy. */
import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import type { ConsumerNode } from '../../../nodes/runtime/consumer/consumer-node';

import initialize = require('../../../nodes/invers-consumer');

import { createParticipant } from '../../support/topic-world';

helper.init(require.resolve('node-red'));

async function deploy(): Promise<ConsumerNode> {
  const config = { id: 'consumer', type: 'invers-consumer', environment: 'sandbox' };
  await helper.load(initialize, [config] as never);
  return helper.getNode('consumer') as unknown as ConsumerNode;
}

describe('the consumer node', () => {
  before(() => helper.startServer());
  after(() => helper.stopServer());
  afterEach(() => helper.unload());

  it('knows after a deploy how deliveries ended before it, for messages that a Delay has kept meanwhile', async () => {
    const before = await deploy();
    before.deliveries.ended.set('d1', 'lost');
    await helper.unload();
    const { deliveries } = await deploy();
    assert.notEqual(deliveries, before.deliveries);
    const { participant, told } = createParticipant();
    assert.equal(deliveries.enlist('d1', participant), 'lost');
    assert.equal(deliveries.enlist('never', participant), 'unknown');
    assert.deepEqual(told, []);
  });
});
