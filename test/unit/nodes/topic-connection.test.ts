/** When a topic consumes, and how it stops: the flow finishes with what it has, the rest is the broker's. */
import assert from 'node:assert/strict';
import { Topic } from '../../../nodes/runtime/topic/topic';
import { deliveryIdOf, FakeTopic } from '../../support/fake-topic';
import { turn } from '../../support/moved-clock';
import { createParticipant, SWEEP } from '../../support/topic-world';

const DRAIN_LIMIT = 10_000;

describe('a topic that connects', () => {
  it('consumes its queue with its prefetch, once however often it is asked', async () => {
    const { subscriptions, topic } = new FakeTopic({ settings: { prefetch: 7 } });
    await Promise.all([topic.connect(), topic.connect()]);
    await topic.connect();
    assert.equal(subscriptions.length, 1);
    const { queue, prefetch } = subscriptions[0]?.options ?? {};
    assert.deepEqual([queue, prefetch], ['states', 7]);
  });

  it('passes on how its subscription stands, and pauses and resumes it', async () => {
    const { states, subscriptions, topic } = new FakeTopic();
    await topic.pause();
    topic.resume();
    await topic.connect();
    subscriptions[0]?.options.onState({ name: 'consuming' });
    await topic.pause();
    topic.resume();
    assert.deepEqual(subscriptions[0]?.calls, ['pause', 'resume']);
    assert.deepEqual(states, ['consuming']);
  });

  it('forgets that it was paused before it was to connect, and nothing that is asked from then on', async () => {
    const { subscriptions, topic } = new FakeTopic({ isPauseSlow: true });
    await topic.pause();
    await topic.connect();
    assert.deepEqual(subscriptions[0]?.calls, []);
    void topic.pause();
    await topic.connect();
    topic.resume('outage');
    assert.deepEqual(subscriptions[0]?.calls, ['pause'], 'the person has not resumed it');
    const disconnected = topic.disconnect();
    const connected = topic.connect();
    let isPaused = false;
    void topic.pause().then(() => {
      isPaused = true;
    });
    await turn();
    assert.equal(isPaused, true, 'there is nothing to wait for');
    subscriptions[0]?.finishPause();
    await disconnected;
    await turn();
    subscriptions[1]?.finishPause();
    await connected;
    assert.deepEqual(subscriptions[1]?.calls, ['pause']);
  });

  it('says whether its events are made up', () => {
    for (const isSandbox of [true, false]) {
      assert.equal(new FakeTopic({ isSandbox }).topic.isSandbox, isSandbox);
    }
  });

  it('again, after a disconnect, begins when the former subscription is over', async () => {
    const { states, subscriptions, topic } = new FakeTopic({ isPauseSlow: true });
    await topic.connect();
    const disconnected = topic.disconnect();
    const connected = topic.connect();
    await new Promise(setImmediate);
    assert.equal(subscriptions.length, 1);
    subscriptions[0]?.finishPause();
    await disconnected;
    assert.deepEqual(subscriptions[0]?.calls, ['pause', 'close']);
    await connected;
    assert.equal(subscriptions.length, 2);
    assert.deepEqual(states, ['disconnected']);
  });

  it('does not when its node goes before the former subscription is over', async () => {
    const { subscriptions, topic } = new FakeTopic({ isPauseSlow: true });
    await topic.connect();
    void topic.disconnect();
    const connected = topic.connect();
    const closed = topic.close();
    subscriptions[0]?.finishPause();
    await Promise.all([connected, closed]);
    await topic.connect();
    assert.equal(subscriptions.length, 1);
  });

  it('holds what fails for its delay again, although the disconnect before did not', async () => {
    const fake = new FakeTopic({ settings: { retryDelay: 5_000 } });
    const held = fake.hold('last');
    await fake.topic.connect();
    await fake.topic.disconnect();
    await fake.topic.connect();
    fake.deliver(1);
    await fake.settle();
    held[0]?.done('flat tyre');
    await fake.settle();
    await fake.clock.pass(3_900);
    assert.deepEqual(fake.verdicts, []);
    await fake.clock.pass(2_200 + SWEEP);
    assert.deepEqual(fake.verdicts, ['1: requeue']);
  });
});

describe('a topic that disconnects', () => {
  it('without having connected is done at once', async () => {
    const { states, topic } = new FakeTopic();
    await topic.disconnect();
    assert.deepEqual(states, []);
  });

  it('waits for the flow, and then closes', async () => {
    const fake = new FakeTopic();
    const held = fake.hold('last');
    await fake.topic.connect();
    const { calls } = fake.subscriptions[0] ?? assert.fail();
    fake.deliver(1);
    await fake.settle();
    const disconnected = fake.topic.disconnect();
    await fake.settle();
    assert.deepEqual(calls, ['pause']);
    assert.equal(fake.topic.inFlight, 1);
    held[0]?.done();
    await disconnected;
    assert.deepEqual(calls, ['pause', 'close']);
    assert.deepEqual(fake.verdicts, ['1: acknowledge']);
    assert.deepEqual(fake.states, ['disconnected']);
    assert.equal(fake.clock.pending, 0);
  });

  it('gives back at once what it held for its next attempt, and what fails from then on', async () => {
    const fake = new FakeTopic();
    const held = fake.hold('last');
    await fake.topic.connect();
    fake.deliver(1);
    fake.deliver(2);
    await fake.settle();
    held[0]?.done('flat tyre');
    await fake.settle();
    assert.deepEqual(fake.verdicts, []);
    const disconnected = fake.topic.disconnect();
    await fake.settle();
    assert.deepEqual(fake.verdicts, ['1: requeue']);
    held[1]?.done('empty tank');
    await disconnected;
    assert.deepEqual(fake.verdicts, ['1: requeue', '2: requeue']);
  });

  it('waits ten seconds for the flow and no longer; then what was remembered of it never was', async () => {
    const fake = new FakeTopic();
    const held = fake.hold('last');
    await fake.topic.connect();
    fake.deliver(1);
    await fake.settle();
    const { participant, told } = createParticipant();
    const id = deliveryIdOf(held[0]?.message);
    assert.equal(fake.deliveries.enlist(id, participant), 'enlisted');
    const disconnected = fake.topic.disconnect();
    await fake.clock.pass(DRAIN_LIMIT - 1);
    assert.deepEqual([fake.subscriptions[0]?.calls, told], [['pause'], []]);
    await fake.clock.pass(1);
    await disconnected;
    assert.deepEqual(fake.subscriptions[0]?.calls, ['pause', 'close']);
    assert.deepEqual(told, ['undo']);
    assert.deepEqual(fake.verdicts, []);
    assert.deepEqual(fake.completion.holders(id), [], 'the flow is followed on');
    assert.equal(fake.clock.pending, 0);
  });
});

describe('a topic whose node closes', () => {
  it('is not found by its consumer any more, but how its deliveries ended still is', async () => {
    const fake = new FakeTopic({ settings: { acknowledge: 'manual' } });
    const held = fake.hold('last');
    await fake.topic.connect();
    fake.deliver(1);
    await fake.settle();
    const id = deliveryIdOf(held[0]?.message);
    assert.notEqual(fake.deliveries.deadlineOf(id), undefined);
    const closed = fake.topic.close();
    await fake.clock.pass(DRAIN_LIMIT);
    await closed;
    assert.equal(fake.deliveries.decide(id, { kind: 'acknowledge' }), 'lost');
    assert.equal(fake.deliveries.deadlineOf(id), undefined);
  });

  it('lets go of the runtime, which it needs where it follows flows', async () => {
    for (const acknowledge of ['completion', 'manual', 'delivery'] as const) {
      const { runtime, topic } = new FakeTopic({ settings: { acknowledge } });
      assert.equal(runtime.hooks.names.length, acknowledge === 'delivery' ? 0 : 3);
      await topic.close();
      assert.deepEqual(runtime.hooks.names, []);
    }
  });

  it('does not take the runtime from others where it does not follow flows itself', async () => {
    const { completion, runtime, topic } = new FakeTopic({ settings: { acknowledge: 'delivery' } });
    completion.use();
    const { names } = runtime.hooks;
    await topic.close();
    assert.deepEqual(runtime.hooks.names, names);
  });

  it('was never made where the consumer that it names is missing', () => {
    const { node, runtime, settings } = new FakeTopic();
    const company = {} as never;
    const create = () =>
      new Topic(runtime.RED, node as never, 'gone', settings, () => undefined, company);
    assert.throws(create, /^ConfigError: Consumer is missing: choose an event consumer/);
  });
});
