/** What a topic warns of: events that failed, that nobody takes, that come too late, and delays that are too long. */
import assert from 'node:assert/strict';
import { connectedTopic, FakeTopic } from '../../support/fake-topic';
import { SWEEP } from '../../support/topic-world';

const MINUTE = 60_000;
const delay = {
  id: 'd',
  type: 'delay',
  pauseType: 'delay',
  timeout: '29',
  timeoutUnits: 'minutes',
};

/** A topic with a Delay of 29 minutes behind it. */
function delayed(acknowledge: 'completion' | 'manual' | 'delivery', timeout = '29') {
  const fake = new FakeTopic({ settings: { acknowledge } });
  const stored = [
    { id: 't1', type: 'invers-topic-in', wires: [['d']] },
    { ...delay, timeout },
  ];
  Object.assign(fake.runtime.RED.nodes, {
    eachNode: (each: (node: object) => void) => stored.map(each),
  });
  fake.topic.warnOfLongDelays();
  return fake.said;
}

describe('a topic warns', () => {
  it('of a Delay that keeps an event for longer than the broker waits, where it waits for the flow', () => {
    assert.deepEqual(delayed('completion'), [
      'warn: Events that wait longer than 28 minutes come again, because the broker waits no longer: shorten the delay of delay (d).',
    ]);
    assert.deepEqual(delayed('completion', '28'), []);
    assert.deepEqual(delayed('manual'), []);
    assert.deepEqual(delayed('delivery'), []);
  });

  it('of a failure with its attempt, and with how many there are as long as that makes sense', async () => {
    const settings = { maxAttempts: 3, retryDelay: 0 };
    for (const [count, attempt] of [
      [0, '1 of 3'],
      [9, '10'],
    ] as const) {
      // warnings of one kind come once in ten seconds, so each has a topic of its own
      const { fake, held } = await connectedTopic({ settings });
      fake.deliver(1, { properties: { headers: { 'x-delivery-count': count } } });
      await fake.settle();
      held[0]?.done(new Error('flat tyre'));
      await fake.settle();
      assert.deepEqual(fake.said, [
        `warn: An event failed and is tried again in 1 s (attempt ${attempt}): function (last): flat tyre`,
      ]);
    }
  });

  it('of events that nobody takes any more after a deploy, once', async () => {
    const { fake } = await connectedTopic();
    const node = fake.runtime.getNode('last') ?? assert.fail();
    node.on('close', () => undefined);
    let finishClosing: () => void = () => undefined;
    const slow = fake.runtime.add({ id: 'slow' });
    slow.on('close', (_removed, done) => {
      finishClosing = done;
    });
    const deployed = fake.runtime.deploy([node, slow]);
    for (let n = 0; n < 5; n++) {
      fake.deliver(1);
      await fake.clock.pass(MINUTE);
    }
    const told = fake.said.filter((text) => text.includes('Nobody takes the events'));
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /the next time after 8 s\. .*Said once\.$/);
    finishClosing();
    await deployed;
  });

  it('of an event that leaves a node although it had failed at its deadline', async () => {
    const { fake } = await connectedTopic({ settings: { deadline: MINUTE } });
    const slow = fake.hold('last', 'http request', ['next']);
    fake.deliver(1);
    await fake.clock.pass(MINUTE + SWEEP);
    assert.match(
      fake.said[0] ?? '',
      /the flow had not finished with it after 60 s; still held by: http request \(last\)\.$/,
    );
    const { message } = slow[0] ?? assert.fail();
    fake.runtime.getNode('last')?.send(message);
    assert.equal(fake.said.length, 2);
    assert.match(fake.said[1] ?? '', /failed at its deadline has left http request \(last\)/);
  });
});
