/** A topic whose flow fails at everything: what it asks the broker for, what it says, and what a person may still order. */
import assert from 'node:assert/strict';
import type { TopicInSettings } from '../../../nodes/runtime/settings/topic';
import type { FakeFlow } from '../../support/fake-flow';
import { connectedTopic, deliveryIdOf } from '../../support/fake-topic';
import { gathering, joined } from '../../support/gathering';

/** A topic whose flow has failed at five events; the broker has been asked for no more. */
async function holdingTopic(settings: Partial<TopicInSettings> = {}) {
  const world = await connectedTopic({ settings: { holdOnOutage: true, ...settings } });
  const { fake, held } = world;
  const calls = fake.subscriptions[0]?.calls ?? assert.fail();
  /** The flow fails at these, or at all that it has. */
  const fail = async () => {
    for (const { done } of held.splice(0)) done(new Error('no answer'));
    await fake.settle();
  };
  for (let n = 1; n <= 5; n++) fake.deliver(n);
  await fake.settle();
  await fail();
  return { ...world, calls, fail };
}

const attemptOf = (message: object | undefined) =>
  (message as { delivery?: { attempt?: number } } | undefined)?.delivery?.attempt;

describe('a topic that holds on outage', () => {
  it('asks for no more, says so with the reason, and tries an event after ten seconds', async () => {
    const { calls, fake, held } = await holdingTopic();
    assert.equal(fake.topic.isHolding, true);
    assert.deepEqual([calls, fake.verdicts], [['pause'], []]);
    assert.match(
      fake.said.at(-1) ?? '',
      /^warn: The flow failed .* because: function \(last\): no answer The topic holds: /,
    );
    await fake.clock.pass(10_000);
    assert.equal(held.length, 1);
    assert.deepEqual([attemptOf(held[0]?.message), fake.topic.inFlight], [1, 1]);
  });

  it('takes it for one failure when the flow fails at a group that was made of five events', async () => {
    const { fake, held } = await connectedTopic({
      wires: [['gather'], []],
      settings: { holdOnOutage: true, retryDelay: 1_000 },
    });
    const node: FakeFlow['node'] = (id, onInput, wires = []) =>
      fake.runtime.add({ id, wires: [wires], onInput });
    gathering({ node }, 5, joined);
    for (let round = 1; round <= 5; round++) {
      for (let n = 1; n <= 5; n++) fake.deliver(n);
      await fake.settle();
      held.shift()?.done(new Error('no answer'));
      await fake.settle();
      assert.equal(fake.topic.isHolding, round === 5, `in round ${round}`);
      await fake.clock.pass(20_000);
    }
    assert.deepEqual(fake.parked, []);
  });

  it('puts an event into the flow anew as it came, whatever the flow has made of it', async () => {
    const { fake, held } = await connectedTopic({ settings: { holdOnOutage: true } });
    for (let n = 1; n <= 5; n++) fake.deliver(n);
    await fake.settle();
    const first = structuredClone(held[0]?.message) as { metadata: unknown; payload: unknown };
    for (const { message, done } of held.splice(0)) {
      (message.payload as Record<string, unknown>)['mine'] = true;
      (message['metadata'] as Record<string, unknown>)['id'] = 'mine';
      done(new Error('no answer'));
    }
    await fake.settle();
    await fake.clock.pass(10_000);
    const again = held[0]?.message as never as typeof first;
    assert.deepEqual([again.payload, again.metadata], [first.payload, first.metadata]);
  });

  it('goes on with the first success, says after how long, and gives the others back', async () => {
    const { calls, fake, held } = await holdingTopic();
    await fake.clock.pass(12_000);
    held[0]?.done();
    await fake.settle();
    assert.equal(fake.topic.isHolding, false);
    assert.deepEqual(calls, ['pause', 'resume']);
    assert.deepEqual(fake.verdicts.toSorted(), [
      '1: acknowledge',
      ...[2, 3, 4, 5].map((n) => `${n}: requeue`),
    ]);
    assert.match(fake.said.at(-1) ?? '', /^warn: .*the topic goes on, after 12 s\.$/);
  });

  for (const acknowledge of ['completion', 'manual'] as const) {
    const how = acknowledge === 'manual' ? 'one at a time in manual mode' : 'as many as it has';

    it(`tries more events where a Join waits for others, ${how}`, async () => {
      const { fake, held } = await connectedTopic({
        settings: { holdOnOutage: true, acknowledge },
      });
      for (let n = 1; n <= 5; n++) fake.deliver(n);
      await fake.settle();
      for (const { message } of held) {
        fake.deliveries.decide(deliveryIdOf(message), { kind: 'fail', reason: 'no answer' });
      }
      const kept = fake.hold('last', 'join');
      await fake.clock.pass(10_000);
      assert.equal(kept.length, 1);
      await fake.clock.pass(1_000);
      assert.equal(kept.length, 2);
      await fake.clock.pass(10_000);
      assert.equal(kept.length, acknowledge === 'manual' ? 3 : 4);
    });
  }

  it('stays paused for a person when the outage is over, and is not called holding then', async () => {
    const { calls, fake, held } = await holdingTopic();
    await fake.clock.pass(10_000);
    await fake.topic.pause();
    assert.equal(fake.topic.isHolding, false);
    held[0]?.done();
    await fake.settle();
    assert.deepEqual(calls, ['pause', 'pause']);
    fake.topic.resume();
    assert.deepEqual(calls, ['pause', 'pause', 'resume']);
  });

  it('tries nothing while a person has paused it, and goes on holding when they resume', async () => {
    const { calls, fake, held } = await holdingTopic();
    await fake.topic.pause();
    await fake.clock.pass(60_000);
    assert.equal(held.length, 0);
    fake.topic.resume();
    assert.equal(fake.topic.isHolding, true);
    assert.deepEqual(calls, ['pause', 'pause']);
    await fake.clock.pass(1_000);
    assert.equal(held.length, 1);
  });

  it('has forgotten the outage when it connects again', async () => {
    const { fake, held } = await holdingTopic();
    await fake.topic.disconnect();
    await fake.settle();
    assert.deepEqual(
      fake.verdicts.toSorted(),
      [1, 2, 3, 4, 5].map((n) => `${n}: requeue`),
    );
    await fake.topic.connect();
    assert.equal(fake.topic.isHolding, false);
    assert.deepEqual(fake.subscriptions[1]?.calls, []);
    fake.deliver(6);
    await fake.settle();
    assert.equal(held.length, 1);
  });

  it('is none where it is not wanted, or where nobody follows the flow', async () => {
    for (const settings of [{ holdOnOutage: false }, { acknowledge: 'delivery' as const }]) {
      const { fake } = await holdingTopic(settings);
      assert.equal(fake.topic.isHolding, false);
      assert.deepEqual(fake.subscriptions[0]?.calls, []);
    }
  });
});
