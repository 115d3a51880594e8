/** The prefetch is the limit of what is on its way, however often a topic is paused and resumed. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Verdict } from '../../../src/delivery/verdict';
import { createConsumer } from '../../support/consumer';
import { Gate, refusal } from '../../support/fake-amqp';
import { QueueModel } from '../../support/fake-queue';
import { turn } from '../../support/moved-clock';

/** As `createConsumer` has it. */
const PREFETCH = 7;

/** A consumer of a queue that never runs empty, and a flow that ends when the test says so. */
async function createFlow({ isSingleActive = false } = {}) {
  const onTheirWay: ((verdict: Verdict) => void)[] = [];
  const model = new QueueModel();
  const world = createConsumer(
    () => new Promise<Verdict>((resolve) => onTheirWay.push(resolve)),
    model,
  );
  const channel = model.queueChannel;
  channel.isSingleActive = isSingleActive;
  await world.connect();
  await turn();
  return {
    ...world,
    channel,
    onTheirWay,
    /** The flow is through with some of what it has, the oldest first. */
    async finish(count: number, verdict: Verdict = 'acknowledge') {
      for (const decide of onTheirWay.splice(0, count)) decide(verdict);
      for (let n = 0; n < 4; n++) await turn();
    },
    async pauseAndResume() {
      await world.consumer.pause();
      world.consumer.resume();
      for (let n = 0; n < 4; n++) await turn();
    },
  };
}

describe('the prefetch', () => {
  it('is kept over ten pauses, although nothing is finished meanwhile', async () => {
    const { channel, last, onTheirWay, pauseAndResume } = await createFlow();
    assert.equal(onTheirWay.length, PREFETCH);
    for (let n = 0; n < 10; n++) await pauseAndResume();
    assert.equal(onTheirWay.length, PREFETCH);
    assert.equal(channel.answers.length, 0, 'nothing is given back');
    assert.equal(last()?.name, 'connecting');
  });

  it('lets as many come as are finished after a resume, and all of it is used in the end', async () => {
    const { channel, finish, last, onTheirWay, pauseAndResume } = await createFlow();
    await pauseAndResume();
    await finish(1);
    assert.equal(onTheirWay.length, PREFETCH);
    assert.equal(last()?.name, 'consuming');
    await finish(2);
    // the room of one that is not used yet is never more than what is used
    assert.ok(onTheirWay.length >= PREFETCH - 2);
    await finish(PREFETCH);
    assert.equal(onTheirWay.length, PREFETCH);
    await finish(PREFETCH);
    assert.equal(onTheirWay.length, PREFETCH);
    assert.ok(channel.consumers.size <= 4, `${channel.consumers.size} consumers`);
  });

  it('is whole at once for a resume after the flow has finished', async () => {
    const { channel, consumer, finish, onTheirWay } = await createFlow();
    await consumer.pause();
    await finish(PREFETCH);
    assert.equal(onTheirWay.length, 0);
    consumer.resume();
    await turn();
    await turn();
    assert.equal(onTheirWay.length, PREFETCH);
    assert.equal(channel.consumers.size, 1);
  });

  it('counts what arrives while the broker is asked to stop', async () => {
    const goodbye = new Gate();
    const { channel, consumer, finish, onTheirWay } = await createFlow();
    channel.plan.cancel = goodbye.reply;
    const paused = consumer.pause();
    await finish(2);
    consumer.resume();
    assert.equal(onTheirWay.length, PREFETCH);
    channel.plan.cancel = undefined;
    goodbye.open();
    await paused;
    await finish(0);
    assert.equal(onTheirWay.length, PREFETCH);
    await finish(1);
    assert.equal(onTheirWay.length, PREFETCH);
  });

  it('cancels a further consumer that is confirmed after a pause', async () => {
    const confirmation = new Gate();
    const { channel, consumer, finish, pauseAndResume } = await createFlow();
    await pauseAndResume();
    await finish(1);
    channel.plan.consume = confirmation.reply;
    await finish(2);
    const paused = consumer.pause();
    await turn();
    channel.plan.consume = undefined;
    confirmation.open();
    await paused;
    await finish(0);
    assert.equal(channel.consumers.size, 0);
  });

  it('comes back after a resume also where the queue gives events to one consumer alone', async () => {
    for (const first of [1, 2, 3, 5, PREFETCH]) {
      const { channel, consumer, finish, onTheirWay, pauseAndResume } = await createFlow({
        isSingleActive: true,
      });
      await pauseAndResume();
      await finish(first);
      for (let n = 0; n < 3 * PREFETCH; n++) {
        await finish(1);
        assert.ok(onTheirWay.length <= PREFETCH, `${onTheirWay.length} on their way`);
      }
      assert.ok(onTheirWay.length >= PREFETCH / 3, `${onTheirWay.length} are all after ${first}`);
      assert.ok(channel.consumers.size <= 4, `${channel.consumers.size} consumers`);
      await consumer.pause();
      await finish(PREFETCH);
      consumer.resume();
      await finish(0);
      assert.equal(onTheirWay.length, PREFETCH);
    }
  });

  it('ends a resume that waits for room when the topic closes, is paused, or loses its channel', async () => {
    const closing = await createFlow();
    await closing.pauseAndResume();
    await closing.consumer.close();
    assert.deepEqual(closing.seen, { lost: 1, closed: 1 });

    const pausing = await createFlow();
    await pausing.pauseAndResume();
    await pausing.consumer.pause();
    assert.equal(pausing.last()?.name, 'paused');
    await pausing.finish(PREFETCH);
    assert.equal(pausing.onTheirWay.length, 0);
    const consumes = pausing.channel.calls.filter((call) => call.startsWith('consume'));
    assert.equal(consumes.length, 1, 'nothing is consumed while it is paused');
    pausing.consumer.resume();
    await pausing.finish(0);
    assert.equal(pausing.onTheirWay.length, PREFETCH);

    const losing = await createFlow();
    await losing.pauseAndResume();
    losing.channel.die(refusal(406));
    assert.equal(await losing.untilNextChannel(), 1000);
    assert.equal(losing.last()?.name, 'consuming');
  });

  it('is used again whenever a resume comes, to the very moment at which a former one ends', async () => {
    for (let moment = 0; moment < 12; moment++) {
      const { consumer, finish, onTheirWay, pauseAndResume } = await createFlow();
      await pauseAndResume();
      void consumer.pause();
      const finished = finish(1);
      for (let n = 0; n < moment; n++) await Promise.resolve();
      consumer.resume();
      await finished;
      await finish(0);
      assert.equal(onTheirWay.length, PREFETCH, `resumed ${moment} promises later`);
      await consumer.close();
    }
  });

  it('is never passed and never left unused, whatever the order of things', async () => {
    const step = fc.oneof(
      fc.constantFrom('pause' as const, 'resume' as const, 'turn' as const),
      fc.record({
        finish: fc.integer({ min: 1, max: 4 }),
        verdict: fc.constantFrom<Verdict>('acknowledge', 'requeue'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { channel, consumer, finish, onTheirWay } = await createFlow();
        const pauses: Promise<void>[] = [];
        for (const each of steps) {
          if (each === 'pause') pauses.push(consumer.pause());
          else if (each === 'resume') consumer.resume();
          else if (each === 'turn') await turn();
          else await finish(each.finish, each.verdict);
          assert.ok(onTheirWay.length <= PREFETCH, `${onTheirWay.length} on their way`);
        }
        consumer.resume();
        await Promise.all(pauses);
        await finish(0);
        assert.ok(onTheirWay.length <= PREFETCH, `${onTheirWay.length} on their way`);
        for (let n = 0; n < 3; n++) await finish(onTheirWay.length);
        assert.equal(onTheirWay.length, PREFETCH);
        assert.ok(channel.consumers.size <= 4, `${channel.consumers.size} consumers`);
        await consumer.close();
      }),
      { numRuns: 200 },
    );
  });
});
