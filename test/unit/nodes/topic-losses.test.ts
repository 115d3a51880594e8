/** A topic whose channel is lost, and the events that it cannot put out: who is to blame, and where they go. */
import assert from 'node:assert/strict';
import { BrokerError, type BrokerErrorCode } from '../../../src/broker/errors';
import { eventBody, eventId } from '../../support/events';
import { Gate } from '../../support/fake-amqp';
import { connectedTopic, deliveryOf } from '../../support/fake-topic';

const MINUTE = 60_000;

function lost(code: BrokerErrorCode, cause?: Error): BrokerError {
  return new BrokerError(code, code, { scope: 'queue', needsPerson: false, cause });
}

/** Which attempt each event is at when it comes again, after the topic lost two: one old, one young. */
async function attemptsAfter(reason: BrokerError | undefined, ...states: string[]) {
  const { fake, held } = await connectedTopic({ settings: { deadline: 100 * MINUTE } });
  fake.runtime.add({ id: 'last', type: 'join', onInput: (_m, _s, _done) => undefined });
  fake.deliver(1);
  await fake.clock.pass(3 * MINUTE);
  fake.deliver(2);
  await fake.settle();
  fake.hold('last');
  const { onLost, onState } = fake.subscriptions[0]?.options ?? assert.fail();
  onLost?.(reason);
  for (const name of states.length > 0 ? states : ['consuming']) onState({ name } as never);
  const again = fake.hold('last');
  held.length = 0;
  for (const n of [1, 2]) fake.deliver(n, { redelivered: true });
  await fake.clock.pass(MINUTE);
  await fake.settle();
  const attempts = new Map(
    again.map(({ message }) => [
      (message as unknown as { metadata: { id: string } }).metadata.id,
      deliveryOf(message)['attempt'],
    ]),
  );
  return [1, 2].map((n) => attempts.get(eventId(n)));
}

describe('events that come again after their channel was lost', () => {
  it('are at their first attempt still where the connection merely broke', async () => {
    assert.deepEqual(await attemptsAfter(undefined), [1, 1]);
    assert.deepEqual(await attemptsAfter(lost('unreachable')), [1, 1]);
  });

  it('have all been tried where the process was blocked', async () => {
    assert.deepEqual(await attemptsAfter(lost('process-blocked')), [2, 2]);
  });

  it('have been tried where the broker waited for them as long as it says, or the oldest has', async () => {
    const late = (patience: string) =>
      lost('acknowledgement-late', new Error(`Timeout value used: ${patience} ms.`));
    assert.deepEqual(await attemptsAfter(late('180000')), [2, 1]);
    assert.deepEqual(await attemptsAfter(lost('acknowledgement-late')), [2, 1]);
    assert.deepEqual(await attemptsAfter(late('0')), [2, 2]);
  });

  it('have been tried, the oldest, where the consumer was cancelled and the queue is still there', async () => {
    assert.deepEqual(await attemptsAfter(lost('consumer-cancelled')), [2, 1]);
    assert.deepEqual(await attemptsAfter(lost('consumer-cancelled'), 'connecting'), [1, 1]);
    const states = ['queue-missing', 'consuming'];
    assert.deepEqual(await attemptsAfter(lost('consumer-cancelled'), ...states), [1, 1]);
  });
});

describe('an event that nobody can use, with nothing wired to output 2', () => {
  it('is parked as it came, with what is known of it, before it is acknowledged', async () => {
    const settings = { validate: 'strict' } as const;
    const { fake } = await connectedTopic({ wires: [['last']], settings });
    const far = { timestamp: '2025-05-06T07:08:09Z', value: 'far' };
    const data = { mileage_in_kilometers: far };
    const body = Buffer.from(eventBody({ id: eventId(1) }, data));
    const properties = { type: 'VehicleStateRecorded', headers: {} };
    fake.deliver(1, { body, properties });
    assert.deepEqual(fake.parked, [
      {
        node: 't1',
        topic: 'states',
        eventId: eventId(1),
        type: 'VehicleStateRecorded',
        reason: 'schema',
        body,
        properties,
      },
    ]);
    await fake.settle();
    assert.deepEqual(fake.verdicts, ['1: acknowledge']);
  });

  it('is parked without an id and a type where it has none that are texts', async () => {
    const { fake } = await connectedTopic({ wires: [['last']] });
    fake.deliver(1, { body: Buffer.from('no event') });
    fake.deliver(2, { body: Buffer.from(eventBody({ id: 7, type: null })) });
    const [first, second] = fake.parked as { eventId?: string; type?: string; reason: string }[];
    assert.deepEqual(
      [first?.eventId, first?.type, first?.reason],
      [undefined, undefined, 'not-json'],
    );
    assert.deepEqual([second?.eventId, second?.type], [undefined, undefined]);
  });

  it('is parked after its last attempt with the reason, and not where output 2 is wired', async () => {
    for (const wires of [[['last']], [['last'], ['unusable']]]) {
      const { fake, held } = await connectedTopic({ wires, settings: { maxAttempts: 1 } });
      fake.deliver(1);
      await fake.settle();
      held[0]?.done(new Error('flat tyre'));
      await fake.settle();
      const reasons = fake.parked.map((event) => (event as { reason: string }).reason);
      assert.deepEqual(reasons, wires.length === 1 ? ['attempts-exhausted'] : []);
    }
  });
});

describe('an event that cannot be parked', () => {
  it('goes back to the queue, later each time, and is told: it is neither acknowledged nor lost', async () => {
    for (const acknowledge of ['completion', 'manual'] as const) {
      const { fake } = await connectedTopic({ wires: [['last']], settings: { acknowledge } });
      fake.keep = () => Promise.reject(new Error('the store is away'));
      for (let n = 1; n <= 3; n++) {
        fake.deliver(n, { body: Buffer.from('no event') });
        await fake.clock.pass(7_000);
        assert.equal(fake.verdicts.length, n === 1 ? 1 : n - 1);
        await fake.clock.pass(60_000);
        const said = fake.said.at(-1) ?? '';
        assert.match(said, /^warn: An event did not leave by output 2, and goes back .*away/);
      }
      assert.deepEqual(fake.verdicts, ['1: requeue', '2: requeue', '3: requeue']);
      fake.keep = undefined;
      fake.deliver(4, { body: Buffer.from('no event') });
      await fake.settle();
      assert.equal(fake.verdicts.at(-1), '4: acknowledge');
    }
  });

  it('is acknowledged no sooner than it is parked in a topic that acknowledges at delivery, too', async () => {
    const { fake } = await connectedTopic({
      wires: [['last']],
      settings: { acknowledge: 'delivery' },
    });
    const gate = new Gate();
    fake.keep = gate.reply as () => Promise<void>;
    fake.deliver(1, { body: Buffer.from('no event') });
    await fake.settle();
    assert.deepEqual(fake.verdicts, []);
    gate.open();
    await fake.settle();
    assert.deepEqual(fake.verdicts, ['1: acknowledge']);
    fake.keep = () => Promise.reject(new Error('the store is away'));
    fake.deliver(2, { body: Buffer.from('no event') });
    await fake.settle();
    assert.equal(fake.verdicts.at(-1), '2: the store is away');
    assert.match(
      fake.said.at(-1) ?? '',
      /^error: An event could not be taken in, and goes back to the queue in 5 s: the store is away/,
    );
  });
});

describe('an event that a person sends again', () => {
  const delivery = () => ({
    body: Buffer.from(eventBody({ id: eventId(9) })),
    properties: { headers: {} },
    redelivered: true,
  });

  it('goes through the flow of the topic, which says what became of it', async () => {
    const { fake, held } = await connectedTopic();
    const verdict = fake.sendAgain?.(delivery());
    await fake.settle();
    held[0]?.done();
    assert.equal(await verdict, 'acknowledge');
  });

  it('stays where it is while its topic does not consume, or holds', async () => {
    const { fake, held } = await connectedTopic({ settings: { holdOnOutage: true } });
    for (let n = 1; n <= 5; n++) fake.deliver(n);
    await fake.settle();
    for (const { done } of held.splice(0)) done(new Error('no answer'));
    await fake.settle();
    assert.equal(fake.sendAgain?.(delivery()), undefined);
    await fake.topic.disconnect();
    assert.equal(fake.sendAgain?.(delivery()), undefined);
  });

  it('is given up with the channel, and with the topic', async () => {
    const { fake } = await connectedTopic();
    fake.subscriptions[0]?.options.onLost?.(undefined);
    assert.deepEqual(fake.parked, ['t1 has lost its channel']);
    await fake.topic.close();
    assert.ok(fake.parked.includes('t1 leaves'), String(fake.parked));
  });
});
