/** What becomes of an event that cannot leave by output 2: nothing is lost, and nothing goes round and round. */
import assert from 'node:assert/strict';
import { Gate } from '../../support/fake-amqp';
import { turn } from '../../support/moved-clock';
import { createTopic, SWEEP } from '../../support/topic-world';

const DEADLINE = 60_000;

/** A topic whose output 2 keeps what comes only when the gate opens. */
function createKeeping() {
  const topic = createTopic({ deadline: DEADLINE });
  const gate = new Gate();
  topic.exit.park = () => gate.promise;
  return { ...topic, gate };
}

describe('an event that is to be kept at output 2', () => {
  it('goes back to the queue when it cannot be, and is told', async () => {
    const { arriveUnusable, clock, gate, steps, verdicts } = createKeeping();
    arriveUnusable('d1');
    gate.fail(new Error('the disk is full'));
    await turn();
    assert.deepEqual(steps, ['output 2: d1, undefined', 'stuck for 5000 ms: the disk is full']);
    assert.deepEqual(verdicts, []);
    await clock.pass(5_000 + SWEEP);
    assert.deepEqual(verdicts, ['d1: requeue']);
  });

  it('goes back later each time, after five minutes at most', async () => {
    const { arriveUnusable, clock, exit, steps } = createTopic({ deadline: DEADLINE });
    exit.park = () => {
      throw new Error('the disk is full');
    };
    for (let n = 1; n <= 9; n++) {
      arriveUnusable(`d${n}`);
      await clock.pass(300_000 + SWEEP);
    }
    const delays = steps.flatMap((step) => /^stuck for (\d+)/.exec(step)?.[1] ?? []).map(Number);
    assert.deepEqual(
      delays,
      [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 250_000, 250_000, 250_000],
    );
  });

  it('goes back when its store does not answer by the deadline, and a late answer changes nothing', async () => {
    for (const end of ['open', 'fail'] as const) {
      const { arriveUnusable, clock, gate, steps, verdicts } = createKeeping();
      arriveUnusable('d1');
      await clock.pass(DEADLINE + SWEEP);
      assert.match(steps.at(-1) ?? '', /^stuck for 5000 ms: the store did not say in time/);
      gate[end](new Error('too late'));
      await clock.pass(5_000 + SWEEP);
      assert.deepEqual(verdicts, ['d1: requeue']);
      assert.equal(steps.length, 2);
    }
  });

  it('has the rest of its time for the flow there, once it is kept', async () => {
    const { arriveUnusable, clock, gate, steps, verdicts } = createKeeping();
    arriveUnusable('d1');
    gate.open();
    await clock.pass(DEADLINE + SWEEP);
    assert.deepEqual([steps.length, verdicts], [1, ['d1: acknowledge']]);
  });
});
