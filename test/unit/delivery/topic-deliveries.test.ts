/** What becomes of a delivery: who decides, what the outputs have to do, and what the broker is told. */
import assert from 'node:assert/strict';
import { MovedClock, turn } from '../../support/moved-clock';
import { createTopic, DEADLINE, SWEEP } from '../../support/topic-world';

const ACKNOWLEDGE = { kind: 'acknowledge' } as const;
const DISCARD = { kind: 'discard' } as const;
const CUT_OFF = { kind: 'cut-off' } as const;
const FAIL = { kind: 'fail', reason: 'the flow failed' } as const;

describe('a delivery in the flow', () => {
  it('is acknowledged when the flow has finished with it, and not before', async () => {
    const { arrive, clock, deliveries, forgotten, statistics, steps, verdicts } = createTopic();
    arrive('d1');
    await clock.pass(1_000);
    assert.deepEqual(steps, ['attempt 1 of event']);
    assert.deepEqual(verdicts, []);
    assert.equal(deliveries.size, 1);
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    await turn();
    assert.deepEqual(verdicts, ['d1: acknowledge']);
    assert.equal(deliveries.size, 0);
    assert.equal(statistics.counts.acknowledged, 1);
    assert.equal(statistics.lastAckAt, clock.now());
    assert.deepEqual(forgotten, ['d1']);
  });

  it('that is discarded counts as no acknowledgement', async () => {
    const { arrive, deliveries, statistics, verdicts } = createTopic();
    arrive('d1');
    assert.equal(deliveries.decide('d1', DISCARD), undefined);
    await turn();
    assert.deepEqual(verdicts, ['d1: discard']);
    assert.equal(statistics.counts.acknowledged, 0);
  });

  it('takes the first decision, and tells any later one that there was one', async () => {
    const { arrive, deliveries, verdicts } = createTopic();
    arrive('d1');
    arrive('d2', 'other');
    assert.equal(deliveries.decide('d1', DISCARD), undefined);
    assert.equal(deliveries.decide('d2', FAIL), undefined);
    for (const id of ['d1', 'd2']) {
      assert.equal(deliveries.decide(id, ACKNOWLEDGE), 'already-decided');
    }
    assert.equal(deliveries.decide('never', ACKNOWLEDGE), 'unknown');
    await turn();
    assert.deepEqual(verdicts, ['d1: discard']);
  });

  it('goes back to the queue after a failure, when its delay is over', async () => {
    const { arrive, clock, deliveries, forgotten, statistics, steps, verdicts } = createTopic();
    arrive('d1');
    deliveries.flowEnded('d1', FAIL);
    assert.deepEqual(steps, ['attempt 1 of event', 'again in 5000 ms: the flow failed']);
    assert.deepEqual(forgotten, ['d1'], 'the flow is followed for an event that waits');
    await clock.pass(4_999);
    assert.deepEqual(verdicts, []);
    assert.equal(deliveries.size, 1);
    assert.equal(statistics.counts.retried, 0);
    await clock.pass(1 + SWEEP);
    assert.deepEqual(verdicts, ['d1: requeue']);
    assert.equal(deliveries.size, 0);
    const { failed, retried, acknowledged } = statistics.counts;
    assert.deepEqual([failed, retried, acknowledged], [1, 1, 0]);
  });

  it('fails at its deadline, with the explanation of that moment', async () => {
    const { arrive, clock, deliveries, steps, verdicts } = createTopic();
    arrive('d1');
    await clock.pass(DEADLINE - 1);
    assert.equal(steps.length, 1);
    await clock.pass(1 + SWEEP);
    assert.equal(steps.at(-1), 'again in 5000 ms: d1 took too long');
    assert.equal(deliveries.decide('d1', ACKNOWLEDGE), 'already-decided');
    await clock.pass(5_000 + SWEEP);
    assert.deepEqual(verdicts, ['d1: requeue']);
  });

  it('is not late while only a Delay has it, up to the patience of the broker', async () => {
    const { arrive, clock, heldOnPurpose, steps } = createTopic();
    arrive('d1', 'a');
    arrive('d2', 'b');
    heldOnPurpose.add('d1').add('d2');
    await clock.pass(5 * DEADLINE);
    assert.equal(steps.length, 2);
    heldOnPurpose.delete('d1');
    await clock.pass(DEADLINE + SWEEP);
    assert.equal(steps.at(-1), 'again in 5000 ms: d1 took too long');
    await clock.pass(28 * 60_000);
    assert.equal(steps.at(-1), 'again in 5000 ms: d2 took too long');
    assert.equal(steps.length, 4);
  });

  it('has a deadline that others can ask for while it is in the flow', async () => {
    const { arrive, clock, consumer, deliveries } = createTopic();
    const since = clock.now();
    arrive('d1');
    assert.equal(consumer.deadlineOf('d1'), since + DEADLINE);
    deliveries.flowEnded('d1', FAIL);
    assert.equal(consumer.deadlineOf('d1'), undefined);
    assert.equal(consumer.deadlineOf('never'), undefined);
  });

  it('goes back without costing an attempt when a deploy cut off its flow', async () => {
    const { arrive, attempts, clock, deliveries, statistics, verdicts } = createTopic();
    arrive('d1');
    deliveries.flowEnded('d1', CUT_OFF);
    await clock.pass(999);
    assert.deepEqual(verdicts, []);
    await clock.pass(1 + SWEEP);
    assert.deepEqual(verdicts, ['d1: requeue']);
    assert.equal(attempts.number('event', undefined), 1);
    assert.deepEqual([statistics.counts.failed, statistics.counts.retried], [0, 1]);
  });

  it('starts the attempts anew after a success, and after the event was discarded', async () => {
    for (const outcome of [ACKNOWLEDGE, DISCARD]) {
      const { arrive, attempts, clock, deliveries } = createTopic();
      arrive('d1');
      deliveries.flowEnded('d1', FAIL);
      await clock.pass(5_000 + SWEEP);
      assert.equal(attempts.number('event', undefined), 2);
      arrive('d2');
      deliveries.decide('d2', outcome);
      assert.equal(attempts.number('event', undefined), 1);
    }
  });
});

describe('a delivery at output 2', () => {
  /** After two failed attempts, while the third is at output 2. */
  function createExhausted(deadline = DEADLINE) {
    const topic = createTopic({ deadline });
    for (let n = 0; n < 2; n++) topic.attempts.failed('event');
    topic.arrive('d3');
    topic.deliveries.flowEnded('d3', FAIL);
    return topic;
  }

  it('got there by the last attempt, and is acknowledged when the flow has finished', async () => {
    const { attempts, deliveries, forgotten, statistics, steps, verdicts } = createExhausted();
    assert.deepEqual(steps, ['attempt 3 of event', 'output 2: event, the flow failed']);
    assert.deepEqual(forgotten, ['d3'], 'the flow of output 1 is followed on');
    await turn();
    assert.deepEqual(verdicts, []);
    deliveries.flowEnded('d3', ACKNOWLEDGE);
    await turn();
    assert.deepEqual(verdicts, ['d3: acknowledge']);
    const { failed, retried, acknowledged } = statistics.counts;
    assert.deepEqual([failed, retried, acknowledged], [1, 0, 1]);
    assert.equal(attempts.number('event', undefined), 1);
  });

  it('is acknowledged too when the flow there fails: there is no further way out', async () => {
    const { deliveries, verdicts } = createExhausted();
    deliveries.flowEnded('d3', FAIL);
    await turn();
    assert.deepEqual(verdicts, ['d3: acknowledge']);
  });

  it('is acknowledged when its flow does not finish in time', async () => {
    const { clock, verdicts } = createExhausted();
    await clock.pass(DEADLINE - 1);
    assert.deepEqual(verdicts, []);
    await clock.pass(1 + SWEEP);
    assert.deepEqual(verdicts, ['d3: acknowledge']);
  });

  it('is acknowledged before the broker would take it back after 30 minutes', async () => {
    const minutes = 60_000;
    const { arrive, attempts, clock, steps, verdicts } = createTopic({ deadline: 25 * minutes });
    for (let n = 0; n < 2; n++) attempts.failed('event');
    arrive('d3');
    await clock.pass(25 * minutes + SWEEP);
    assert.equal(steps.at(-1), 'output 2: event, d3 took too long');
    await clock.pass(3 * minutes);
    assert.deepEqual(verdicts, ['d3: acknowledge']);
  });

  it('goes back when a deploy cut off the flow there, and comes as the last attempt again', async () => {
    const { attempts, clock, deliveries, verdicts } = createExhausted();
    deliveries.flowEnded('d3', CUT_OFF);
    await clock.pass(1_000 + SWEEP);
    assert.deepEqual(verdicts, ['d3: requeue']);
    assert.equal(attempts.number('event', undefined), 3);
  });

  it('is discarded, acknowledged or tried again as an invers-ack node there decides', async () => {
    for (const [outcome, verdict] of [
      [ACKNOWLEDGE, 'd3: acknowledge'],
      [DISCARD, 'd3: discard'],
      [FAIL, 'd3: requeue'],
    ] as const) {
      const { clock, deliveries, verdicts } = createExhausted();
      assert.equal(deliveries.decide('d3', outcome), undefined);
      assert.equal(deliveries.decide('d3', ACKNOWLEDGE), 'already-decided');
      await turn();
      if (outcome === FAIL) {
        assert.deepEqual(verdicts, []);
        await clock.pass(20_000 + SWEEP);
      }
      assert.deepEqual(verdicts, [verdict]);
    }
  });

  it('is there at once when it is no usable event, and acknowledged when the flow is through', async () => {
    for (const outcome of [ACKNOWLEDGE, CUT_OFF]) {
      const { arriveUnusable, clock, deliveries, statistics, steps, verdicts } = createTopic();
      arriveUnusable('d1');
      assert.deepEqual(steps, ['output 2: d1, undefined']);
      assert.equal(deliveries.size, 1);
      deliveries.flowEnded('d1', outcome);
      await clock.pass(1_000 + SWEEP);
      assert.deepEqual(verdicts, [outcome === ACKNOWLEDGE ? 'd1: acknowledge' : 'd1: requeue']);
      assert.deepEqual([deliveries.size, statistics.counts.failed], [0, 0]);
    }
  });
});

describe('a topic that drains', () => {
  it('gives back at once what was held, and what fails from then on', async () => {
    const { arrive, deliveries, steps, verdicts } = createTopic();
    arrive('failed', 'a');
    arrive('fails', 'b');
    arrive('cut off', 'c');
    deliveries.flowEnded('failed', FAIL);
    deliveries.drain();
    await turn();
    assert.deepEqual(verdicts, ['failed: requeue']);
    deliveries.flowEnded('fails', FAIL);
    deliveries.flowEnded('cut off', CUT_OFF);
    await turn();
    assert.deepEqual(verdicts, ['failed: requeue', 'fails: requeue', 'cut off: requeue']);
    assert.equal(steps.at(-1), 'again in 0 ms: the flow failed');
    assert.equal(deliveries.size, 0);
  });

  it('holds what fails again only when it consumes again, whatever arrived meanwhile', async () => {
    const { arrive, clock, deliveries, verdicts } = createTopic();
    deliveries.drain();
    arrive('d1', 'a');
    deliveries.flowEnded('d1', FAIL);
    await turn();
    assert.deepEqual(verdicts, ['d1: requeue'], 'an arrival has ended the drain');
    deliveries.resume();
    arrive('d2', 'b');
    deliveries.flowEnded('d2', FAIL);
    await turn();
    assert.equal(verdicts.length, 1);
    await clock.pass(5_000 + SWEEP);
    assert.deepEqual(verdicts, ['d1: requeue', 'd2: requeue']);
  });

  it('is idle when the last of its deliveries has ended, and at once without one', async () => {
    const { arrive, deliveries } = createTopic();
    await deliveries.idle();
    arrive('d1', 'a');
    arrive('d2', 'b');
    let idle = 0;
    const waiting = [deliveries.idle(), deliveries.idle()].map((each) => each.then(() => idle++));
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    await turn();
    assert.equal(idle, 0);
    deliveries.flowEnded('d2', ACKNOWLEDGE);
    await Promise.all(waiting);
  });

  it('costs each of 32,768 events on their way no more than each of 4,096', async () => {
    /** Microseconds of processor time for each event. */
    const drain = async (count: number) => {
      const { arrive, deliveries } = createTopic();
      for (let n = 0; n < count; n++) arrive(`${n}`, `${n}`);
      const idle = deliveries.idle();
      const before = process.cpuUsage();
      deliveries.drain();
      for (let n = 0; n < count; n++) deliveries.flowEnded(`${n}`, n % 2 ? ACKNOWLEDGE : FAIL);
      const { user, system } = process.cpuUsage(before);
      await idle;
      return (user + system) / count;
    };
    await drain(4_096);
    const few = await drain(4_096);
    const many = await drain(32_768);
    // when each end looked through all of them, it was eight times as much
    assert.ok(many < 4 * few, `${many} instead of ${few} µs`);
  });
});

describe('the deliveries of a topic', () => {
  it('know which of them is on its way for longest', async () => {
    const { arrive, clock, deliveries } = createTopic();
    const oldest = () => [deliveries.oldest?.id, deliveries.oldest?.since];
    assert.deepEqual(oldest(), [undefined, undefined]);
    const first = clock.now();
    arrive('d1', 'a');
    await clock.pass(1_000);
    arrive('d2', 'b');
    assert.deepEqual(oldest(), ['d1', first]);
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    assert.deepEqual(oldest(), ['d2', first + 1_000]);
  });

  it('share one timer, and none is left when nothing is on its way', async () => {
    const { arrive, clock, deliveries } = createTopic();
    for (let n = 0; n < 100; n++) arrive(`${n}`, `${n}`);
    assert.equal(clock.pending, 1);
    for (let n = 0; n < 100; n++) deliveries.flowEnded(`${n}`, ACKNOWLEDGE);
    await clock.pass(SWEEP);
    assert.equal(clock.pending, 0);
  });

  it('refer to nothing of an event that has ended', async () => {
    const clock = new MovedClock();
    const { arrive, deliveries } = createTopic();
    arrive('d1');
    const delivery = deliveries.oldest;
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    await clock.pass(0);
    assert.equal(delivery?.content, undefined);
    assert.equal(delivery?.participants, undefined);
  });

  it('are found by their consumer, over all topics, also after their topic has gone', () => {
    const one = createTopic();
    const { consumer } = one;
    const other = createTopic({ consumer });
    one.arrive('d1', 'a');
    other.arrive('d2', 'b');
    assert.equal(consumer.decide('d1', ACKNOWLEDGE), undefined);
    assert.equal(consumer.decide('d2', ACKNOWLEDGE), undefined);
    consumer.leave(one.deliveries);
    assert.equal(consumer.decide('d1', ACKNOWLEDGE), 'already-decided');
    assert.equal(consumer.decide('never', ACKNOWLEDGE), 'unknown');
  });

  it('are unknown when they ended very many deliveries ago', () => {
    const { arrive, consumer, deliveries } = createTopic();
    for (let n = 0; n < 10_001; n++) {
      arrive(`${n}`, `${n}`);
      deliveries.flowEnded(`${n}`, ACKNOWLEDGE);
    }
    assert.equal(consumer.decide('0', ACKNOWLEDGE), 'unknown');
    assert.equal(consumer.decide('5001', ACKNOWLEDGE), 'already-decided');
  });
});
