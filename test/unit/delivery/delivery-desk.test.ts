/** What the broker is told about a delivery, after all that can become of it. */
import assert from 'node:assert/strict';
import { Attempts } from '../../../src/delivery/attempts';
import { type Answer, DeliveryDesk, type Steps } from '../../../src/delivery/delivery-desk';
import { OpenDeliveries, type Outcome } from '../../../src/delivery/open-deliveries';
import { Statistics } from '../../../src/delivery/statistics';
import { MovedClock, turn } from '../../support/moved-clock';

const DEADLINE = 60_000;
const FAIL = { kind: 'fail', reason: 'the flow failed' } as const;

/** A desk of one topic: three attempts, the second after 5 s, the third after another 10 s. */
function createDesk() {
  const clock = new MovedClock();
  const deliveries = new OpenDeliveries(clock);
  const attempts = new Attempts({ maxAttempts: 3, delay: 5_000 }, () => 0.5);
  const statistics = new Statistics(clock);
  const group = {};
  const desk = new DeliveryDesk(group, deliveries, attempts, statistics, DEADLINE);
  const steps: string[] = [];
  const answers: Answer[] = [];
  let finishGivingUp: (isOut: boolean) => void = () => undefined;

  /** The event arrives (again) as a delivery of its own. */
  const arrive = (deliveryId: string, decideAtOnce?: Outcome) => {
    const attempt = attempts.number('event', undefined);
    const does: Steps = {
      begin: () => {
        steps.push(`attempt ${attempt}`);
        if (decideAtOnce) deliveries.decide(deliveryId, decideAtOnce);
      },
      explain: () => 'too slow',
      retrying: (reason, delay) => steps.push(`again in ${delay} ms: ${reason}`),
      giveUp: (reason) => {
        steps.push(`gives up: ${reason}`);
        return new Promise((resolve) => {
          finishGivingUp = resolve;
        });
      },
    };
    void desk.handle({ deliveryId, eventId: 'event', attempt }, does).then((answer) => {
      answers.push(answer);
    });
  };
  const decide = async (deliveryId: string, outcome: Outcome) => {
    assert.equal(deliveries.decide(deliveryId, outcome), 'done');
    await turn();
  };
  return {
    answers,
    arrive,
    attempts,
    clock,
    decide,
    deliveries,
    desk,
    finishGivingUp: async (isOut = true) => {
      finishGivingUp(isOut);
      await turn();
    },
    group,
    statistics,
    steps,
  };
}

describe('what the broker is told about a delivery', () => {
  it('is nothing before the flow has decided, then that it is acknowledged', async () => {
    const { answers, arrive, clock, decide, deliveries, group, statistics, steps } = createDesk();
    arrive('d1');
    await clock.pass(1_000);
    assert.deepEqual(steps, ['attempt 1']);
    assert.deepEqual(answers, []);
    assert.equal(deliveries.count(group), 1);
    await decide('d1', { kind: 'acknowledge' });
    assert.deepEqual(answers, ['acknowledge']);
    assert.equal(deliveries.count(group), 0);
    assert.equal(statistics.counts.acknowledged, 1);
    assert.equal(statistics.lastAckAt, clock.now());
  });

  it('may be decided while the event is being put into the flow', async () => {
    const { answers, arrive } = createDesk();
    arrive('d1', { kind: 'acknowledge' });
    await turn();
    assert.deepEqual(answers, ['acknowledge']);
  });

  it('is that it is discarded, which counts as no acknowledgement', async () => {
    const { answers, arrive, decide, deliveries, statistics } = createDesk();
    const endings: string[] = [];
    arrive('d1');
    deliveries.watch('d1', (ending) => endings.push(ending));
    await decide('d1', { kind: 'discard' });
    assert.deepEqual(answers, ['discard']);
    assert.deepEqual(endings, ['discarded']);
    assert.equal(statistics.counts.acknowledged, 0);
  });

  it('is, after a failure, that it takes the event back, but only after the delay', async () => {
    const { answers, arrive, clock, decide, deliveries, group, statistics, steps } = createDesk();
    arrive('d1');
    await decide('d1', FAIL);
    assert.deepEqual(steps, ['attempt 1', 'again in 5000 ms: the flow failed']);
    await clock.pass(4_999);
    assert.deepEqual(answers, []);
    assert.equal(deliveries.count(group), 1);
    assert.equal(statistics.counts.retried, 0);
    await clock.pass(1);
    assert.deepEqual(answers, ['requeue']);
    assert.equal(deliveries.count(group), 0);
    assert.deepEqual(
      [statistics.counts.failed, statistics.counts.retried, statistics.counts.acknowledged],
      [1, 1, 0],
    );
  });

  it('is the same when the flow takes too long', async () => {
    const { answers, arrive, clock, steps } = createDesk();
    arrive('d1');
    await clock.pass(DEADLINE);
    assert.equal(steps.at(-1), 'again in 5000 ms: too slow');
    await clock.pass(5_000);
    assert.deepEqual(answers, ['requeue']);
  });

  it('is that it takes the event back at once when the topic closes meanwhile', async () => {
    const { answers, arrive, clock, decide, desk } = createDesk();
    arrive('d1');
    await decide('d1', FAIL);
    desk.drain();
    await turn();
    assert.deepEqual(answers, ['requeue']);
    assert.equal(clock.pending, 0);
  });

  it('is that it takes the event back at once when it fails while the topic closes', async () => {
    const { answers, arrive, clock, decide, desk, steps } = createDesk();
    arrive('d1');
    desk.drain();
    await decide('d1', FAIL);
    assert.deepEqual(answers, ['requeue']);
    assert.equal(steps.at(-1), 'again in 0 ms: the flow failed');
    assert.equal(clock.pending, 0);
  });

  it('waits for the delay again when the topic was closed and consumes once more', async () => {
    const { answers, arrive, clock, decide, desk } = createDesk();
    desk.drain();
    arrive('d1');
    await decide('d1', FAIL);
    assert.deepEqual(answers, []);
    await clock.pass(5_000);
    assert.deepEqual(answers, ['requeue']);
  });

  it('is, after the last attempt, an acknowledgement once the other output has it', async () => {
    const desk = createDesk();
    for (const [id, delay] of [
      ['d1', 5_000],
      ['d2', 10_000],
    ] as const) {
      desk.arrive(id);
      await desk.decide(id, FAIL);
      await desk.clock.pass(delay);
    }
    desk.arrive('d3');
    await desk.decide('d3', FAIL);
    assert.deepEqual(desk.steps, [
      'attempt 1',
      'again in 5000 ms: the flow failed',
      'attempt 2',
      'again in 10000 ms: the flow failed',
      'attempt 3',
      'gives up: the flow failed',
    ]);
    await desk.clock.pass(DEADLINE);
    assert.deepEqual(desk.answers, ['requeue', 'requeue']);
    await desk.finishGivingUp();
    assert.deepEqual(desk.answers, ['requeue', 'requeue', 'acknowledge']);
    const { failed, retried, acknowledged } = desk.statistics.counts;
    assert.deepEqual([failed, retried, acknowledged], [3, 2, 1]);
    assert.equal(desk.attempts.number('event', undefined), 1);
  });

  it('is that it takes the event back when a deploy cut off the flow, and no attempt is lost', async () => {
    const { answers, arrive, attempts, clock, decide, statistics } = createDesk();
    arrive('d1');
    await decide('d1', { kind: 'return' });
    assert.deepEqual(answers, []);
    await clock.pass(1_000);
    assert.deepEqual(answers, ['requeue']);
    assert.equal(attempts.number('event', undefined), 1);
    assert.deepEqual([statistics.counts.failed, statistics.counts.retried], [0, 1]);
  });

  it('is the same when the flow at the other output was cut off', async () => {
    const { answers, arrive, attempts, clock, decide, finishGivingUp } = createDesk();
    attempts.failed('event', 2);
    arrive('d3');
    await decide('d3', FAIL);
    await finishGivingUp(false);
    await clock.pass(1_000);
    assert.deepEqual(answers, ['requeue']);
    assert.equal(attempts.number('event', undefined), 3);
  });

  it('is an acknowledgement of what is no event once the other output has it, else nothing', async () => {
    for (const isOut of [true, false]) {
      const { answers, clock, desk, deliveries, group } = createDesk();
      let finish: (isOut: boolean) => void = () => undefined;
      const putOut = () =>
        new Promise<boolean>((resolve) => {
          finish = resolve;
        });
      void desk.handleUnusable('d1', putOut).then((answer) => answers.push(answer));
      await turn();
      assert.equal(deliveries.count(group), 1);
      finish(isOut);
      await clock.pass(isOut ? 0 : 1_000);
      assert.deepEqual(answers, [isOut ? 'acknowledge' : 'requeue']);
      assert.equal(deliveries.count(group), 0);
    }
  });

  it('starts the attempts anew after a success, and after the event was discarded', async () => {
    for (const kind of ['acknowledge', 'discard'] as const) {
      const { arrive, attempts, clock, decide } = createDesk();
      arrive('d1');
      await decide('d1', FAIL);
      await clock.pass(5_000);
      assert.equal(attempts.number('event', undefined), 2);
      arrive('d2');
      await decide('d2', { kind });
      assert.equal(attempts.number('event', undefined), 1);
    }
  });
});

describe('a delivery that is lost with its connection', () => {
  it('gets no answer and counts as nothing', async () => {
    const { answers, arrive, clock, deliveries, group, statistics } = createDesk();
    arrive('d1');
    deliveries.lose(group, () => undefined);
    assert.equal(deliveries.decide('d1', { kind: 'acknowledge' }), 'lost');
    await clock.pass(DEADLINE);
    assert.deepEqual(answers, []);
    assert.deepEqual(
      [statistics.counts.acknowledged, statistics.counts.failed, statistics.lastAckAt],
      [0, 0, undefined],
    );
    assert.equal(clock.pending, 0);
  });

  it('is not given back a second time when it was being held', async () => {
    const { answers, arrive, attempts, clock, decide, deliveries, group, statistics } =
      createDesk();
    arrive('d1');
    await decide('d1', FAIL);
    deliveries.lose(group, () => undefined);
    await clock.pass(5_000);
    assert.deepEqual(answers, []);
    assert.equal(statistics.counts.retried, 0);
    // the broker delivers it again by itself, and the attempt that failed is not forgotten
    assert.equal(attempts.number('event', undefined), 2);
  });

  it('does not count as acknowledged when the loss follows the decision at once', async () => {
    const { arrive, deliveries, group, statistics } = createDesk();
    arrive('d1');
    deliveries.decide('d1', { kind: 'acknowledge' });
    deliveries.lose(group, () => undefined);
    await turn();
    assert.equal(statistics.counts.acknowledged, 0);
  });

  it('does not count as retried when the loss follows its return at once', async () => {
    const { arrive, decide, deliveries, group, statistics } = createDesk();
    arrive('d1');
    await decide('d1', FAIL);
    deliveries.giveBack(group);
    deliveries.lose(group, () => undefined);
    await turn();
    assert.equal(statistics.counts.retried, 0);
  });

  it('does not count as acknowledged when it was at the other output already', async () => {
    const desk = createDesk();
    desk.attempts.failed('event', 2);
    desk.arrive('d1');
    await desk.decide('d1', FAIL);
    assert.equal(desk.steps.at(-1), 'gives up: the flow failed');
    desk.deliveries.lose(desk.group, () => undefined);
    await desk.finishGivingUp();
    assert.equal(desk.statistics.counts.acknowledged, 0);
  });
});
