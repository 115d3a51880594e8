/** From a message to its delivery: what nodes can decide and ask, also over a deploy of the consumer. */
import assert from 'node:assert/strict';
import { MessageDeliveries } from '../../../nodes/runtime/delivery/message-delivery';
import { ConsumerDeliveries } from '../../../src/delivery/consumer-deliveries';
import { FakeRuntime } from '../../support/fake-runtime';
import { createParticipant, createTopic, DEADLINE } from '../../support/topic-world';

const ACKNOWLEDGE = { kind: 'acknowledge' } as const;

function message(id: unknown, consumer: unknown = 'c1') {
  return { payload: {}, delivery: { id, consumer } } as never;
}

/** A runtime with the consumer c1, which has one topic. */
function createConsumer() {
  const runtime = new FakeRuntime();
  const topic = createTopic();
  runtime.put('c1', { deliveries: topic.consumer });
  return { ...topic, runtime, known: new MessageDeliveries(runtime.RED) };
}

describe('the delivery of a message', () => {
  it('is none where the message says nothing of one, or something else', () => {
    const { known } = createConsumer();
    for (const none of [
      { payload: 1 },
      { delivery: null } as never,
      { delivery: 'd1' } as never,
      message(7),
      message('d1', 7),
      message(undefined),
    ]) {
      assert.equal(known.of(none), undefined);
    }
  });

  it('is found by its consumer: it can be decided once, and has a deadline until then', async () => {
    const { arrive, clock, deliveries, known } = createConsumer();
    arrive('d1');
    const delivery = known.of(message('d1'));
    assert.equal(delivery?.id, 'd1');
    assert.equal(delivery.deadline(), clock.now() + DEADLINE);
    assert.equal(delivery.decide(ACKNOWLEDGE), undefined);
    assert.equal(delivery.decide({ kind: 'discard' }), 'already-decided');
    assert.equal(delivery.deadline(), undefined);
    assert.equal(deliveries.size, 0);
  });

  it('tells those who enlist how it ends, and those who come too late how it ended', () => {
    const { arrive, known } = createConsumer();
    arrive('d1');
    const delivery = known.of(message('d1'));
    const { participant, told } = createParticipant();
    assert.equal(delivery?.enlist(participant), 'enlisted');
    delivery.decide(ACKNOWLEDGE);
    assert.deepEqual(told, ['commit']);
    assert.equal(delivery.enlist(participant), 'acknowledged');
    assert.deepEqual(told, ['commit']);
  });

  it('is unknown where the consumer is, or has never heard of it', () => {
    const { known } = createConsumer();
    const { participant, told } = createParticipant();
    for (const delivery of [known.of(message('d1', 'gone')), known.of(message('never'))]) {
      assert.equal(delivery?.decide(ACKNOWLEDGE), 'unknown');
      assert.equal(delivery.enlist(participant), 'unknown');
      assert.equal(delivery.deadline(), undefined);
    }
    assert.deepEqual(told, []);
  });

  it('is unknown where the id of the consumer is that of another node', () => {
    const { known, runtime } = createConsumer();
    runtime.add({ id: 'debug' });
    assert.equal(known.of(message('d1', 'debug'))?.decide(ACKNOWLEDGE), 'unknown');
  });
});

describe('the delivery of a message whose consumer was deployed anew', () => {
  it('is found all the same, beside those of the new one', () => {
    const { arrive, clock, known, runtime } = createConsumer();
    arrive('d1', 'a');
    arrive('d2', 'b');
    known.of(message('d1'));
    const next = createTopic();
    runtime.put('c1', { deliveries: next.consumer });
    next.arrive('d3');
    const [first, second, third] = ['d1', 'd2', 'd3'].map((id) => known.of(message(id)));
    const { participant, told } = createParticipant();
    assert.equal(first?.deadline(), clock.now() + DEADLINE);
    assert.equal(first?.enlist(participant), 'enlisted');
    assert.equal(first?.decide(ACKNOWLEDGE), undefined);
    assert.deepEqual(told, ['commit']);
    assert.equal(first?.decide(ACKNOWLEDGE), 'already-decided');
    assert.equal(second?.decide(ACKNOWLEDGE), undefined);
    assert.equal(third?.enlist(participant), 'enlisted');
    assert.equal(third?.decide(ACKNOWLEDGE), undefined);
    assert.equal(known.of(message('never'))?.decide(ACKNOWLEDGE), 'unknown');
    assert.equal(known.of(message('never'))?.enlist(participant), 'unknown');
  });

  it('is found while the consumer is away between the two', () => {
    const { arrive, known, runtime } = createConsumer();
    arrive('d1');
    known.of(message('d1'));
    runtime.put('c1', {});
    assert.equal(known.of(message('d1'))?.decide(ACKNOWLEDGE), undefined);
  });

  it('is not remembered over the deploy after the next', () => {
    const { arrive, known, runtime } = createConsumer();
    arrive('d1');
    for (let deploys = 0; deploys < 3; deploys++) {
      known.of(message('d1'));
      runtime.put('c1', { deliveries: new ConsumerDeliveries() });
    }
    assert.equal(known.of(message('d1'))?.decide(ACKNOWLEDGE), 'unknown');
  });
});
