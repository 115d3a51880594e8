/** Suspected events of a topic: in line until they may run alone, and noted before they are put into the flow. */
import assert from 'node:assert/strict';
import { turn } from '../../support/moved-clock';
import { createTopic, DEADLINE, SWEEP } from '../../support/topic-world';

const ACKNOWLEDGE = { kind: 'acknowledge' } as const;
const FAIL = { kind: 'fail', reason: 'the flow failed' } as const;

/** A topic that knows these events from two ends before. */
function createSuspected(...eventIds: string[]) {
  const topic = createTopic();
  topic.disk.mark = 'orderly end';
  topic.disk.suspects = new Map(
    eventIds.map((id) => [id, { ends: 2, isSure: false, isInFlow: false, countedAt: Date.now() }]),
  );
  topic.suspects.begin();
  return topic;
}

describe('deliveries of suspected events', () => {
  it('set out one after another, each noted before, and others do not wait', async () => {
    const { arrive, deliveries, disk, steps, verdicts } = createSuspected('a', 'b');
    arrive('d1', 'a');
    assert.deepEqual(disk.mark, { prefetch: 50, alone: ['a'] });
    arrive('d2', 'b');
    arrive('d3', 'c');
    assert.deepEqual(steps, ['attempt 1 of a', 'attempt 1 of c']);
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    assert.equal(steps.at(-1), 'attempt 1 of b');
    assert.deepEqual(disk.mark, { prefetch: 50, alone: ['b'] });
    deliveries.flowEnded('d2', FAIL);
    await turn();
    assert.deepEqual(verdicts, ['d1: acknowledge']);
    assert.equal(deliveries.size, 2);
  });

  it('have their whole deadline from when they set out', async () => {
    const { arrive, clock, deliveries, heldOnPurpose, steps } = createSuspected('a', 'b');
    arrive('d1', 'a');
    arrive('d2', 'b');
    await clock.pass(DEADLINE - 2 * SWEEP);
    assert.deepEqual(steps, ['attempt 1 of a']);
    heldOnPurpose.add('d1');
    await clock.pass(SWEEP);
    assert.equal(steps.at(-1), 'attempt 1 of b');
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    await clock.pass(DEADLINE - SWEEP);
    assert.equal(steps.at(-1), 'attempt 1 of b');
    await clock.pass(3 * SWEEP);
    assert.equal(steps.at(-1), 'again in 5000 ms: d2 took too long');
  });

  it('go back to the queue from the line when the topic drains', async () => {
    const { arrive, deliveries, verdicts } = createSuspected('a', 'b');
    arrive('d1', 'a');
    arrive('d2', 'b');
    deliveries.drain();
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    await turn();
    assert.deepEqual(verdicts.toSorted(), ['d1: acknowledge', 'd2: requeue']);
    assert.equal(deliveries.size, 0);
  });

  it('leave the line when the channel is lost, and none of them sets out then', async () => {
    const { arrive, clock, deliveries, disk, steps } = createSuspected('a', 'b', 'c');
    arrive('d1', 'a');
    arrive('d2', 'b');
    deliveries.lose();
    assert.deepEqual(steps, ['attempt 1 of a']);
    assert.deepEqual(disk.mark, { prefetch: 50, alone: [] });
    arrive('d3', 'c');
    assert.equal(steps.at(-1), 'attempt 1 of c');
    await clock.pass(5_000);
    assert.equal(deliveries.size, 1);
  });

  it('go by output 2 in the same line when they are not to be tried again', async () => {
    const { arrive, arriveExhausted, deliveries, steps, verdicts } = createSuspected('a', 'b');
    arrive('d1', 'a');
    arriveExhausted('d2', 'b', 'it ended Node-RED');
    assert.deepEqual(steps, ['attempt 1 of a']);
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    assert.equal(steps.at(-1), 'output 2: b, it ended Node-RED');
    assert.equal(deliveries.isAtOutput2('d2'), true);
    deliveries.flowEnded('d2', ACKNOWLEDGE);
    await turn();
    assert.deepEqual(verdicts, ['d1: acknowledge', 'd2: acknowledge']);
  });
});

describe('an event whose flow was taken away again and again', () => {
  it('rests longer each time, is told of, and need not wait when the flows stand again', async () => {
    const { arrive, clock, deliveries, statistics, steps, verdicts } = createTopic();
    for (const [n, rest] of [1_000, 2_000, 4_000, 8_000].entries()) {
      arrive(`d${n}`);
      deliveries.flowEnded(`d${n}`, { kind: 'cut-off' });
      await clock.pass(rest - SWEEP);
      assert.equal(verdicts.length, n);
      await clock.pass(2 * SWEEP);
      assert.equal(verdicts.at(-1), `d${n}: requeue`);
    }
    const told = steps.filter((step) => step.startsWith('cut off'));
    assert.deepEqual(told, ['cut off again, rests for 8000 ms']);
    arrive('d4');
    deliveries.flowEnded('d4', { kind: 'cut-off' });
    arrive('failed', 'other');
    deliveries.flowEnded('failed', FAIL);
    deliveries.flowsStarted();
    await clock.pass(1_000 + SWEEP);
    assert.equal(verdicts.at(-1), 'd4: requeue');
    assert.equal(statistics.counts.failed, 1);
  });
});
