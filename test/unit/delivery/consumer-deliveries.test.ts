/** What other nodes learn of a delivery, whichever topic of the consumer it came by. */
import assert from 'node:assert/strict';
import { ConsumerDeliveries } from '../../../src/delivery/consumer-deliveries';
import { createTopic, DEADLINE } from '../../support/topic-world';

describe('the deliveries of a consumer', () => {
  it('are found by their ids, in the flow and at output 2, over all its topics', () => {
    const consumer = new ConsumerDeliveries();
    const [first, second] = [createTopic({ consumer }), createTopic({ consumer })];
    first.arrive('in the flow', 'a');
    second.arriveUnusable('at output 2');
    const ids = ['in the flow', 'at output 2', 'never'];
    assert.deepEqual(
      ids.map((id) => consumer.isAtOutput2(id)),
      [false, true, false],
    );
    assert.deepEqual(
      ids.map((id) => consumer.deadlineOf(id)),
      [first.clock.now() + DEADLINE, undefined, undefined],
    );
  });

  it('of a topic that has gone are unknown, but for how they ended', async () => {
    const consumer = new ConsumerDeliveries();
    const { arrive, deliveries } = createTopic({ consumer });
    for (const id of ['ended', 'open']) arrive(id, id);
    deliveries.flowEnded('ended', { kind: 'acknowledge' });
    consumer.leave(deliveries);
    assert.equal(consumer.decide('open', { kind: 'acknowledge' }), 'unknown');
    assert.equal(consumer.decide('ended', { kind: 'acknowledge' }), 'already-decided');
    assert.equal(consumer.deadlineOf('open'), undefined);
  });
});
