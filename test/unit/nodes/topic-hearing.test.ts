/** What a topic tells of its hearing: whether it consumes, how old its events are, and that its flow is behind. */
import assert from 'node:assert/strict';
import type { SubscriptionState } from '../../../src/broker/broker';
import { ConsumerHearing } from '../../../src/hearing/consumer-hearing';
import { eventBody, eventId } from '../../support/events';
import { connectedTopic } from '../../support/fake-topic';
import { MovedClock } from '../../support/moved-clock';

const HOUR = 3_600_000;

async function hearingTopic(settings = {}) {
  const clock = new MovedClock();
  const hearing = new ConsumerHearing(clock, { load: () => undefined, save: () => undefined });
  const world = await connectedTopic({ settings, hearing });
  const { fake } = world;
  const tell = (name: SubscriptionState['name']) =>
    fake.subscriptions.at(-1)?.options.onState({ name });
  /** An event comes that is so old. */
  const deliver = (n: number, age: number, redelivered = false) => {
    const occurred_at = new Date(clock.now() - age).toISOString();
    const body = Buffer.from(eventBody({ id: eventId(n), occurred_at }, {}));
    fake.deliver(n, { body, redelivered });
  };
  tell('consuming');
  return { ...world, clock, deliver, hearing, tell };
}

describe('a topic', () => {
  it('hears when it consumes and an event comes that has just happened', async () => {
    const { deliver, hearing } = await hearingTopic();
    assert.equal(hearing.isDeaf, true);
    deliver(1, HOUR);
    assert.equal(hearing.isDeaf, true);
    deliver(2, 0);
    assert.equal(hearing.isDeaf, false);
  });

  it('does not take an event that comes again for a backlog', async () => {
    const { clock, deliver, hearing } = await hearingTopic();
    deliver(1, 0);
    await clock.pass(1_000);
    deliver(2, HOUR, true);
    assert.equal(hearing.isDeaf, false);
    await clock.pass(1_000);
    deliver(3, HOUR);
    assert.equal(hearing.isDeaf, true);
  });

  for (const name of ['connecting', 'paused', 'queue-missing', 'refused'] as const) {
    it(`hears nothing while it is ${name}`, async () => {
      const { deliver, hearing, tell } = await hearingTopic();
      deliver(1, 0);
      tell(name);
      assert.equal(hearing.isDeaf, true);
    });
  }

  it('hears nothing for sure while the flow has all that it may have', async () => {
    const { clock, deliver, hearing, held, fake } = await hearingTopic({ prefetch: 1 });
    deliver(1, 0);
    await clock.pass(30_000);
    assert.equal(hearing.isDeaf, true);
    await fake.settle();
    held[0]?.done();
    await fake.settle();
    await clock.pass(30_000);
    assert.equal(hearing.isDeaf, false);
  });

  it('is behind while it holds, even where another topic of the consumer hears', async () => {
    const { clock, deliver, hearing, held, fake, tell } = await hearingTopic({
      holdOnOutage: true,
    });
    const other = hearing.join({ isFull: () => false, isHolding: () => false });
    other.consumes(true);
    other.heard(new Date(clock.now()).toISOString(), false);
    for (let n = 1; n <= 5; n++) deliver(n, 0);
    assert.equal(hearing.isDeaf, false);
    await fake.settle();
    for (const { done } of held.splice(0)) done(new Error('no answer'));
    await fake.settle();
    tell('paused');
    assert.equal(hearing.isDeaf, true);
  });

  for (const end of ['disconnect', 'close'] as const) {
    it(`hears nothing any more after ${end}`, async () => {
      const { deliver, hearing, fake } = await hearingTopic();
      deliver(1, 0);
      void fake.topic[end]();
      assert.equal(hearing.isDeaf, true);
    });
  }
});
