/** What a topic makes of the messages of its queue: what leaves by which output, and what the broker is told. */
import assert from 'node:assert/strict';
import type { InversMessage } from '../../../src/index';
import { eventBody, eventId, eventOf } from '../../support/events';
import { connectedTopic, deliveryIdOf, deliveryOf } from '../../support/fake-topic';
import { SWEEP } from '../../support/topic-world';

const ACKNOWLEDGE = { kind: 'acknowledge' } as const;
const NO_EVENT = { body: Buffer.from('no event') };
/** Milliseconds: the delay before the second attempt, with all of its spread. */
const LONGEST_FIRST_DELAY = 6_000 + SWEEP;

describe('an event of a topic', () => {
  it('leaves by output 1 with all that is known of it, and is acknowledged when the flow is through', async () => {
    const { fake, held } = await connectedTopic({ settings: { topic: 'my states' } });
    const receivedAt = new Date(fake.clock.now()).toISOString();
    fake.deliver(1, { redelivered: true });
    await fake.settle();
    const message = held[0]?.message;
    assert.deepEqual(message, {
      _msgid: deliveryIdOf(message),
      topic: 'my states',
      payload: {},
      metadata: eventOf({ id: eventId(1) }).metadata,
      check: { schema: 'VehicleStateRecorded@2', problems: [], source: 'vehicle' },
      delivery: {
        id: deliveryIdOf(message),
        consumer: 'c1',
        queue: 'states',
        redelivered: true,
        attempt: 1,
        received_at: receivedAt,
      },
    });
    assert.deepEqual([fake.verdicts, fake.topic.inFlight], [[], 1]);
    held[0]?.done();
    await fake.settle();
    assert.deepEqual([fake.verdicts, fake.topic.inFlight], [['1: acknowledge'], 0]);
    const { received, redelivered, acknowledged } = fake.topic.statistics.counts;
    assert.deepEqual([received, redelivered, acknowledged], [1, 1, 1]);
  });

  it('is told of by who holds it and since when, while it is on its way for longest', async () => {
    const { fake } = await connectedTopic();
    assert.equal(fake.topic.oldest, undefined);
    const since = fake.clock.now();
    fake.deliver(1);
    await fake.clock.pass(1_000);
    fake.deliver(2);
    assert.deepEqual(fake.topic.oldest, { since, heldBy: ['function (last)'] });
  });

  it('is tried again after a failure, with a warning, and nobody follows it meanwhile', async () => {
    const { fake, held } = await connectedTopic();
    fake.deliver(1);
    await fake.settle();
    held[0]?.send(held[0].message);
    held[0]?.done(new Error('flat tyre'));
    await fake.settle();
    assert.deepEqual(fake.completion.holders(deliveryIdOf(held[0]?.message)), []);
    assert.equal(fake.said.length, 1);
    assert.match(
      fake.said[0] ?? '',
      /^warn: An event failed and is tried again in [456] s \(attempt 1 of 5\): function \(last\): flat tyre$/,
    );
    await fake.clock.pass(LONGEST_FIRST_DELAY);
    assert.deepEqual(fake.verdicts, ['1: requeue']);
    fake.deliver(1, { redelivered: true });
    await fake.settle();
    assert.equal(deliveryOf(held[1]?.message)['attempt'], 2);
    assert.notEqual(deliveryIdOf(held[1]?.message), deliveryIdOf(held[0]?.message));
  });

  it('that is held for its next attempt is followed no longer: no timer of its flow is left', async () => {
    const { fake, held } = await connectedTopic({ wires: [['last', 'other'], []] });
    const other = fake.hold('other');
    fake.deliver(1);
    await fake.settle();
    const id = deliveryIdOf(held[0]?.message);
    fake.deliveries.decide(id, { kind: 'fail', reason: 'the flow asked for another attempt' });
    assert.deepEqual(fake.completion.holders(id), []);
    other[0]?.done();
    held[0]?.done();
    await fake.clock.pass(LONGEST_FIRST_DELAY);
    assert.deepEqual(fake.verdicts, ['1: requeue']);
    assert.equal(fake.clock.pending, 0);
  });

  it('fails at its deadline, and those who hold it are named', async () => {
    const { fake } = await connectedTopic({ settings: { deadline: 60_000 } });
    fake.deliver(1);
    await fake.clock.pass(60_000 + SWEEP);
    assert.match(
      fake.said[0] ?? '',
      /: the flow had not finished with it after 60 s; still held by: function \(last\)\.$/,
    );
  });

  it('has its deadline begin anew while a Delay, Batch or Join has it on purpose', async () => {
    for (const type of ['delay', 'batch', 'join']) {
      const { fake } = await connectedTopic({
        wires: [['keeper']],
        settings: { deadline: 60_000 },
      });
      const kept = fake.hold('keeper', type, ['last']);
      fake.deliver(1);
      await fake.clock.pass(150_000);
      assert.deepEqual(fake.said, []);
      kept[0]?.send(kept[0].message);
      kept[0]?.done();
      await fake.clock.pass(29_000);
      assert.deepEqual(fake.said, []);
      await fake.clock.pass(2_000);
      assert.match(fake.said[0] ?? '', /held by: function \(last\)\.$/);
    }
  });

  it('fails at its deadline where others have it beside a Delay', async () => {
    const { fake } = await connectedTopic({
      wires: [['last', 'keeper']],
      settings: { deadline: 60_000 },
    });
    fake.hold('keeper', 'delay');
    fake.deliver(1);
    await fake.clock.pass(60_000 + SWEEP);
    assert.match(fake.said[0] ?? '', /held by: function \(last\), delay \(keeper\)\.$/);
  });

  it('fails in a Delay before the broker would take it back', async () => {
    const minute = 60_000;
    const { fake } = await connectedTopic({
      wires: [['keeper']],
      settings: { deadline: 20 * minute },
    });
    fake.hold('keeper', 'delay');
    fake.deliver(1);
    await fake.clock.pass(28 * minute - SWEEP);
    assert.deepEqual(fake.said, []);
    await fake.clock.pass(2 * SWEEP);
    assert.match(fake.said[0] ?? '', /held by: delay \(keeper\)\.$/);
  });

  it('waits for the one before it of the same vehicle, where the topic is set to that', async () => {
    for (const order of ['vehicle', 'none'] as const) {
      const { fake, held } = await connectedTopic({ settings: { order } as never });
      for (const [n, vehicle] of ['v1', 'v1', 'v2'].entries()) {
        fake.deliver(n, {
          body: Buffer.from(eventBody({ id: eventId(n) }, { vehicle_id: vehicle })),
        });
      }
      await fake.settle();
      assert.equal(held.length, order === 'vehicle' ? 2 : 3);
      held[0]?.done();
      await fake.settle();
      assert.equal(held.length, 3);
    }
  });

  it('leaves by output 2 at once where the queue is about to drop it', async () => {
    const { fake, held, unusable } = await connectedTopic();
    fake.deliver(1, { properties: { headers: { 'x-delivery-count': 18 } } });
    await fake.settle();
    assert.deepEqual([held.length, unusable.length], [0, 1]);
    const { error } = (unusable[0]?.message ?? assert.fail()) as { error?: { message: string } };
    assert.match(error?.message ?? '', /has given this event out 18 times before/);
  });

  it('counts its attempts as the queue does, where that knows better', async () => {
    const { fake, held } = await connectedTopic();
    fake.deliver(1, { properties: { headers: { 'x-delivery-count': 3 } } });
    fake.deliver(2, { properties: { headers: { 'x-delivery-count': 'many' } } });
    await fake.settle();
    const attempts = held.map(({ message }) => deliveryOf(message)['attempt']);
    assert.deepEqual(attempts, [4, 1]);
  });

  it('is held against its schema, strictly or not, or its envelope only, as the topic is set', async () => {
    const timestamp = '2025-05-06T07:08:09Z';
    const far = { mileage_in_kilometers: { timestamp, value: 'far' } };
    for (const [validate, output, problems] of [
      ['schema', 'last', ['data.mileage_in_kilometers.value']],
      ['strict', 'unusable', ['data.mileage_in_kilometers.value']],
      ['envelope', 'last', []],
    ] as const) {
      const { fake, held, unusable } = await connectedTopic({ settings: { validate } });
      fake.deliver(1, { body: Buffer.from(eventBody({}, far)) });
      await fake.settle();
      const [given] = output === 'last' ? held : unusable;
      assert.deepEqual([held.length, unusable.length], output === 'last' ? [1, 0] : [0, 1]);
      const { check } = (given?.message ?? assert.fail()) as unknown as InversMessage;
      const paths = check.problems.map(({ path }) => path);
      assert.deepEqual(paths, problems);
    }
  });

  it('that is odd is used, and said to be odd once', async () => {
    const { fake, held } = await connectedTopic();
    for (const n of [1, 2]) fake.deliver(n, { properties: { messageId: 'x', headers: {} } });
    fake.deliver(3, { properties: { type: 'Other', headers: {} } });
    await fake.settle();
    assert.equal(held.length, 3);
    assert.equal(fake.said.length, 2);
    for (const text of fake.said)
      assert.match(text, /^warn: Odd "VehicleStateRecorded": .* Said once\.$/);
    assert.equal(fake.topic.odd, 3);
  });

  it('of a version that nobody knows is counted as unchecked', async () => {
    const { fake } = await connectedTopic();
    fake.deliver(1, { body: Buffer.from(eventBody({ schema_major_version: 9 })) });
    assert.equal(fake.topic.unchecked, 1);
    assert.match(fake.said[0] ?? '', /^warn: "VehicleStateRecorded" comes in major version 9/);
  });

  it('fails like any other where sending it throws', async () => {
    const { fake } = await connectedTopic({ settings: { maxAttempts: 2 } });
    fake.node.send = () => {
      throw new Error('too deep to be copied');
    };
    fake.deliver(1);
    assert.match(fake.said[0] ?? '', /attempt 1 of 2\): too deep to be copied$/);
    await fake.clock.pass(LONGEST_FIRST_DELAY);
    assert.deepEqual([fake.verdicts, fake.topic.inFlight], [['1: requeue'], 0]);
    // nor does output 2 take it
    fake.deliver(1);
    await fake.clock.pass(2 * LONGEST_FIRST_DELAY);
    assert.deepEqual(fake.verdicts, ['1: requeue', '1: requeue']);
    assert.equal(fake.clock.pending, 0);
  });

  it('does not keep the topic from closing where sending it throws', async () => {
    const { fake } = await connectedTopic({ settings: { maxAttempts: 1 } });
    fake.node.send = () => {
      throw new Error('too deep to be copied');
    };
    fake.deliver(1);
    await fake.topic.disconnect();
    assert.deepEqual(fake.verdicts, ['1: requeue']);
  });
});

describe('a topic that acknowledges on delivery', () => {
  it('does so when the event is handed over, and keeps nothing of it but how it ended', async () => {
    const { fake, held, unusable } = await connectedTopic({
      settings: { acknowledge: 'delivery' },
    });
    fake.deliver(1);
    fake.deliver(2, NO_EVENT);
    assert.equal(fake.topic.inFlight, 0);
    await fake.settle();
    assert.deepEqual(fake.verdicts, ['1: acknowledge', '2: acknowledge']);
    assert.deepEqual([held.length, unusable.length], [1, 1]);
    const { received, acknowledged } = fake.topic.statistics.counts;
    assert.deepEqual([received, acknowledged], [2, 2]);
    const id = deliveryIdOf(held[0]?.message);
    assert.equal(fake.deliveries.decide(id, ACKNOWLEDGE), 'already-decided');
    assert.deepEqual(fake.completion.holders(id), []);
    held[0]?.done(new Error('flat tyre'));
    await fake.settle();
    assert.deepEqual([fake.verdicts.length, fake.said], [2, []]);
  });
});

describe('a topic whose flow decides by itself', () => {
  it('waits for that decision, however the flow ends', async () => {
    const { fake, held } = await connectedTopic({ settings: { acknowledge: 'manual' } });
    fake.deliver(1);
    fake.deliver(2);
    await fake.settle();
    held[0]?.done();
    held[1]?.done('flat tyre');
    await fake.settle();
    assert.deepEqual([fake.verdicts, fake.topic.inFlight], [[], 2]);
    const [first, second] = held.map(({ message }) => deliveryIdOf(message));
    fake.deliveries.decide(second ?? '', { kind: 'discard' });
    fake.deliveries.decide(first ?? '', ACKNOWLEDGE);
    await fake.settle();
    assert.deepEqual(fake.verdicts, ['2: discard', '1: acknowledge']);
  });

  it('says so when nobody decided in time', async () => {
    const settings = { acknowledge: 'manual', deadline: 60_000 } as const;
    const { fake } = await connectedTopic({ settings });
    fake.deliver(1);
    await fake.clock.pass(60_000 + SWEEP);
    assert.match(fake.said[0] ?? '', /: no invers-ack node decided about it within 60 s\.$/);
  });

  it('has no decision to wait for where the event cannot be used: the flow of output 2 counts', async () => {
    const { fake, unusable } = await connectedTopic({ settings: { acknowledge: 'manual' } });
    fake.deliver(1, NO_EVENT);
    await fake.settle();
    assert.deepEqual(fake.verdicts, []);
    unusable[0]?.done();
    await fake.settle();
    assert.deepEqual(fake.verdicts, ['1: acknowledge']);
  });
});
