/** `order: 'vehicle'`: what a delivery does that waits for the one before it. */
import assert from 'node:assert/strict';
import { turn } from '../../support/moved-clock';
import { createTopic, DEADLINE, SWEEP } from '../../support/topic-world';

const ACKNOWLEDGE = { kind: 'acknowledge' } as const;
const CUT_OFF = { kind: 'cut-off' } as const;
const FAIL = { kind: 'fail', reason: 'the flow failed' } as const;
const MINUTE = 60_000;

describe('deliveries of one vehicle', () => {
  it('set out when the one before was acknowledged; those of others, and of none, do not wait', async () => {
    const { arrive, deliveries, steps, verdicts } = createTopic();
    arrive('d1', 'e1', 'van');
    arrive('d2', 'e2', 'van');
    arrive('d3', 'e3', 'car');
    arrive('d4', 'e4');
    assert.deepEqual(steps, ['attempt 1 of e1', 'attempt 1 of e3', 'attempt 1 of e4']);
    assert.equal(deliveries.size, 4, 'one that waits is on its way');
    assert.equal(deliveries.oldest?.id, 'd1');
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    assert.equal(steps.at(-1), 'attempt 1 of e2');
    assert.equal(deliveries.oldest?.id, 'd2');
    deliveries.flowEnded('d2', ACKNOWLEDGE);
    await turn();
    assert.deepEqual(verdicts, ['d1: acknowledge', 'd2: acknowledge']);
  });

  for (const [how, outcome] of [
    ['failed and is held for its retry', FAIL],
    ['was cut off by a deploy', CUT_OFF],
  ] as const) {
    it(`pass one that ${how}`, () => {
      const { arrive, deliveries, steps } = createTopic();
      arrive('d1', 'e1', 'van');
      arrive('d2', 'e2', 'van');
      deliveries.flowEnded('d1', outcome);
      assert.equal(steps.at(-1), 'attempt 1 of e2');
      assert.equal(deliveries.size, 2);
    });
  }

  it('wait until one that leaves by output 2 is through there', () => {
    const { arrive, attempts, deliveries, steps } = createTopic();
    for (let n = 0; n < 2; n++) attempts.failed('e1');
    arrive('d1', 'e1', 'van');
    arrive('d2', 'e2', 'van');
    deliveries.flowEnded('d1', FAIL);
    assert.equal(steps.at(-1), 'output 2: e1, the flow failed');
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    assert.equal(steps.at(-1), 'attempt 1 of e2');
  });

  it('have their whole deadline from when they set out', async () => {
    const { arrive, clock, deliveries, steps } = createTopic();
    arrive('d1', 'e1', 'van');
    arrive('d2', 'e2', 'van');
    assert.equal(deliveries.deadlineOf('d2'), undefined);
    await clock.pass(DEADLINE - SWEEP);
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    await clock.pass(DEADLINE - SWEEP);
    assert.equal(steps.at(-1), 'attempt 1 of e2');
    await clock.pass(2 * SWEEP);
    assert.equal(steps.at(-1), 'again in 5000 ms: d2 took too long');
  });

  it('are given back together, at no cost, before the broker loses its patience', async () => {
    const { arrive, clock, heldOnPurpose, statistics, verdicts } = createTopic();
    arrive('d1', 'e1', 'van');
    arrive('d2', 'e2', 'van');
    heldOnPurpose.add('d1');
    await clock.pass(MINUTE);
    arrive('d3', 'e3', 'van');
    await clock.pass(26 * MINUTE - SWEEP);
    assert.deepEqual(verdicts, [], 'a flow of a minute still fits in');
    await clock.pass(2 * SWEEP);
    assert.deepEqual(verdicts, ['d2: requeue', 'd3: requeue']);
    assert.equal(statistics.counts.failed, 0);
  });

  it('are given back at once when the topic is drained, and the flow ends', async () => {
    const { arrive, deliveries, steps, verdicts } = createTopic();
    arrive('d1', 'e1', 'van');
    arrive('d2', 'e2', 'van');
    arrive('d3', 'e3', 'van');
    deliveries.drain();
    await turn();
    assert.deepEqual(verdicts, ['d2: requeue', 'd3: requeue']);
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    await deliveries.idle();
    assert.deepEqual(steps, ['attempt 1 of e1']);
  });

  it('that come again after a lost channel wait for nothing that was lost', () => {
    const { arrive, deliveries, steps } = createTopic();
    arrive('d1', 'e1', 'van');
    arrive('d2', 'e2', 'van');
    deliveries.lose();
    assert.equal(deliveries.size, 0);
    arrive('d3', 'e1', 'van');
    assert.deepEqual(steps, ['attempt 1 of e1', 'attempt 1 of e1']);
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    assert.equal(steps.length, 2, 'what was lost sets nothing free');
  });
});
