/** What a topic puts out by output 2: what nobody can use, and what the flow did not manage. */
import assert from 'node:assert/strict';
import { eventBody, eventId, eventOf } from '../../support/events';
import { connectedTopic, deliveryIdOf, deliveryOf } from '../../support/fake-topic';
import { SWEEP } from '../../support/topic-world';

const timestamp = '2025-05-06T07:08:09Z';
const FAR = { mileage_in_kilometers: { timestamp, value: 'far' } };
const NO_EVENT = { body: Buffer.from('no event') };

describe('a message that is no usable event', () => {
  it('leaves by output 2, and is acknowledged when the flow there has finished, well or not', async () => {
    for (const error of [undefined, 'no workshop']) {
      const { fake, held, unusable } = await connectedTopic();
      fake.deliver(1, NO_EVENT);
      await fake.settle();
      assert.equal(held.length, 0);
      const { message } = unusable[0] ?? assert.fail();
      assert.deepEqual([message.payload, message['topic']], ['no event', 'states']);
      assert.equal((message['error'] as { code: string }).code, 'not-json');
      assert.deepEqual(fake.verdicts, []);
      unusable[0]?.done(error);
      await fake.settle();
      assert.deepEqual([fake.verdicts, fake.said], [['1: acknowledge'], []]);
    }
  });

  it('says which property is to blame, and which schema the event does not fit, where there is one', async () => {
    const { fake, unusable } = await connectedTopic({ settings: { validate: 'strict' } });
    const body = Buffer.from(eventBody({}, FAR));
    fake.deliver(1, { body });
    fake.deliver(2, NO_EVENT);
    await fake.settle();
    const [misfit, other] = unusable.map(({ message }) => message);
    assert.deepEqual(misfit?.['check'], {
      schema: 'VehicleStateRecorded@2',
      problems: [
        {
          path: 'data.mileage_in_kilometers.value',
          found: '"far"',
          expected: 'a number or null',
        },
      ],
      source: 'vehicle',
    });
    const { code, details } = misfit['error'] as { code: string; details: { schema: string } };
    assert.deepEqual([code, details.schema], ['schema', 'VehicleStateRecorded@2']);
    assert.deepEqual(other?.['check'], { schema: null, problems: [], source: null });
    assert.deepEqual(Object.keys(other['error'] as object), ['code', 'message']);
  });

  it('goes to a Catch node where nothing is wired to output 2, and its flow counts as well', async () => {
    for (const wires of [[['last']], [['last'], []]]) {
      const { fake } = await connectedTopic({ wires });
      const caught = fake.hold('caught');
      fake.runtime.add({
        id: 'catch',
        type: 'catch',
        wires: [['caught']],
        onInput: (message, send, done) => {
          send(message);
          done();
        },
      });
      fake.deliver(1, NO_EVENT);
      await fake.settle();
      assert.equal(caught[0]?.message.payload, 'no event');
      assert.deepEqual(fake.verdicts, []);
      caught[0]?.done();
      await fake.settle();
      assert.deepEqual(fake.verdicts, ['1: acknowledge']);
    }
  });

  it('is an error in the log where there is no Catch node either, and does not stay in the queue', async () => {
    const { fake } = await connectedTopic({ wires: [['last'], []] });
    fake.deliver(1, NO_EVENT);
    await fake.settle();
    assert.equal(fake.said.length, 1);
    assert.match(fake.said[0] ?? '', /^error: .*JSON/);
    assert.deepEqual(fake.verdicts, ['1: acknowledge']);
  });
});

describe('an event after its last attempt', () => {
  it('leaves by output 2 as the broker sent it, not as the flow has changed it, with the reason', async () => {
    const { fake, held, unusable } = await connectedTopic({ settings: { maxAttempts: 1 } });
    const data = { vehicle_id: 'v1' };
    fake.deliver(1, { body: Buffer.from(eventBody({ id: eventId(1) }, data)) });
    await fake.settle();
    const { message, done } = held[0] ?? assert.fail();
    (message.payload as Record<string, unknown>)['vehicle_id'] = 'changed';
    (message['metadata'] as Record<string, unknown>)['type'] = 'changed';
    done(new Error('flat tyre'));
    await fake.settle();
    const given = unusable[0]?.message ?? assert.fail();
    assert.deepEqual(given.payload, data);
    assert.deepEqual(given['metadata'], eventOf({ id: eventId(1) }).metadata);
    assert.deepEqual(given['error'], {
      code: 'attempts-exhausted',
      message:
        'The flow failed at this event once, the last time because: function (last): flat tyre',
      details: { reason: 'function (last): flat tyre' },
    });
    assert.equal(given['topic'], 'states');
    assert.deepEqual(given['check'], {
      schema: 'VehicleStateRecorded@2',
      problems: [],
      source: 'vehicle',
    });
    assert.deepEqual(deliveryOf(given), deliveryOf(message));
    unusable[0]?.done();
    await fake.settle();
    assert.deepEqual(fake.verdicts, ['1: acknowledge']);
  });

  it('has that flow followed alone: what is left of the first one does not end it', async () => {
    const { fake, held, unusable } = await connectedTopic({
      wires: [['last', 'other'], ['unusable']],
      settings: { maxAttempts: 1 },
    });
    fake.hold('other');
    fake.deliver(1);
    await fake.settle();
    const id = deliveryIdOf(held[0]?.message);
    fake.deliveries.decide(id, { kind: 'fail', reason: 'enough' });
    await fake.settle();
    assert.deepEqual(fake.completion.holders(id), ['function (unusable)']);
    held[0]?.done();
    await fake.settle();
    assert.deepEqual(fake.verdicts, []);
    unusable[0]?.done();
    await fake.settle();
    assert.deepEqual(fake.verdicts, ['1: acknowledge']);
  });

  it('has the time that the broker leaves it there, and is acknowledged when that is over', async () => {
    const minute = 60_000;
    const { fake, unusable } = await connectedTopic({
      settings: { maxAttempts: 1, deadline: 20 * minute },
    });
    fake.deliver(1);
    await fake.clock.pass(20 * minute + SWEEP);
    assert.equal(unusable.length, 1);
    await fake.clock.pass(8 * minute - 2 * SWEEP);
    assert.deepEqual(fake.verdicts, []);
    await fake.clock.pass(2 * SWEEP);
    assert.deepEqual(fake.verdicts, ['1: acknowledge']);
  });
});
