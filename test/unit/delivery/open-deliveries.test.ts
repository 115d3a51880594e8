/** Deliveries on their way: who decides about them, and how each of them ends. */
import assert from 'node:assert/strict';
import { type Ending, OpenDeliveries } from '../../../src/delivery/open-deliveries';
import { MovedClock, turn } from '../../support/moved-clock';

const ACKNOWLEDGE = { kind: 'acknowledge' } as const;
const DISCARD = { kind: 'discard' } as const;
const FAIL = { kind: 'fail', reason: 'the flow failed' } as const;
const DEADLINE = 60_000;

interface Observed<T> {
  value: T | undefined;
  settled: boolean;
}

/** What became of a promise so far. */
function observe<T>(promise: Promise<T>): Observed<T> {
  const observed: Observed<T> = { value: undefined, settled: false };
  void promise.then((value) => Object.assign(observed, { value, settled: true }));
  return observed;
}

function createDeliveries() {
  const clock = new MovedClock();
  const deliveries = new OpenDeliveries(clock);
  const group = {};
  const open = (id: string, of: object = group, deadline = DEADLINE) =>
    deliveries.open(id, of, deadline, () => `${id} took too long`);
  return { clock, deliveries, group, open };
}

const ignore = () => undefined;

describe('a delivery on its way', () => {
  it('takes the first decision, and tells any later one that there was one', async () => {
    const { deliveries, open } = createDeliveries();
    const { outcome } = open('a');
    assert.equal(deliveries.decide('a', DISCARD), 'done');
    assert.equal(deliveries.decide('a', ACKNOWLEDGE), 'decided');
    assert.deepEqual(await outcome, DISCARD);
    deliveries.end('a', 'discarded');
    assert.equal(deliveries.decide('a', ACKNOWLEDGE), 'decided');
  });

  it('tells a decision after the loss of its connection that it comes too late', async () => {
    const { deliveries, group, open } = createDeliveries();
    const outcome = observe(open('a').outcome);
    deliveries.lose(group, ignore);
    assert.equal(deliveries.decide('a', ACKNOWLEDGE), 'lost');
    await turn();
    assert.equal(outcome.settled, false);
  });

  it('is unknown when it never was, or ended more than 10,000 deliveries ago', () => {
    const { deliveries, open } = createDeliveries();
    assert.equal(deliveries.decide('never', ACKNOWLEDGE), 'unknown');
    for (let n = 0; n <= 10_000; n++) {
      open(`${n}`);
      deliveries.end(`${n}`, 'acknowledged');
    }
    assert.equal(deliveries.decide('0', ACKNOWLEDGE), 'unknown');
    assert.equal(deliveries.decide('1', ACKNOWLEDGE), 'decided');
  });

  it('fails at its deadline, with the explanation of that moment', async () => {
    const { clock, deliveries, group } = createDeliveries();
    let holder = 'nobody';
    const open = deliveries.open('a', group, DEADLINE, () => `held by ${holder}`);
    const outcome = observe(open.outcome);
    await clock.pass(DEADLINE - 1);
    assert.equal(outcome.settled, false);
    holder = 'Delay';
    await clock.pass(1);
    assert.deepEqual(outcome.value, { kind: 'fail', reason: 'held by Delay' });
    assert.equal(deliveries.decide('a', ACKNOWLEDGE), 'decided');
  });

  it('has no deadline any more once it is decided', async () => {
    const { clock, deliveries, open } = createDeliveries();
    const { outcome } = open('a');
    deliveries.decide('a', ACKNOWLEDGE);
    assert.equal(clock.pending, 0);
    await clock.pass(DEADLINE);
    assert.deepEqual(await outcome, ACKNOWLEDGE);
  });

  it('can be waited for without a decision: the wait takes the place of the deadline', async () => {
    const { clock, deliveries, open } = createDeliveries();
    const outcome = observe(open('a').outcome);
    const waited = observe(deliveries.wait('a', DEADLINE));
    assert.equal(clock.pending, 1, 'the deadline is still running beside the wait');
    await clock.pass(DEADLINE - 1);
    assert.equal(waited.settled, false);
    await clock.pass(1);
    assert.ok(waited.settled);
    assert.equal(outcome.settled, false);
    deliveries.end('a', 'acknowledged');
    assert.equal(clock.pending, 0);
  });

  it('is held after a failure for as long as asked', async () => {
    const { clock, deliveries, open } = createDeliveries();
    open('a');
    deliveries.decide('a', FAIL);
    const held = observe(deliveries.hold('a', 5_000));
    await clock.pass(4_999);
    assert.equal(held.settled, false);
    await clock.pass(1);
    assert.ok(held.settled);
  });

  it('is given back early when its topic closes; those of other topics stay held', async () => {
    const { clock, deliveries, group, open } = createDeliveries();
    const other = {};
    for (const [id, of] of [
      ['a', group],
      ['b', other],
    ] as const) {
      open(id, of);
      deliveries.decide(id, FAIL);
    }
    open('undecided');
    const [a, b] = [observe(deliveries.hold('a', 5_000)), observe(deliveries.hold('b', 5_000))];
    deliveries.giveBack(group);
    await turn();
    assert.deepEqual([a.settled, b.settled], [true, false]);
    assert.equal(deliveries.decide('undecided', ACKNOWLEDGE), 'done');
    deliveries.end('a', 'returned');
    deliveries.end('b', 'returned');
    assert.equal(clock.pending, 0);
  });

  it('is never given back when it was lost while it was held', async () => {
    const { clock, deliveries, group, open } = createDeliveries();
    open('a');
    deliveries.decide('a', FAIL);
    const held = observe(deliveries.hold('a', 5_000));
    deliveries.lose(group, ignore);
    assert.equal(clock.pending, 0);
    await clock.pass(5_000);
    deliveries.giveBack(group);
    await turn();
    assert.equal(held.settled, false);
    assert.equal(deliveries.end('a', 'returned'), false);
  });

  it('ends once; whoever watches is told how, once', () => {
    const { deliveries, open } = createDeliveries();
    open('a');
    const heard: Ending[] = [];
    const watch = (id: string) => deliveries.watch(id, (ending) => heard.push(ending));
    assert.deepEqual([watch('a'), watch('a')], ['open', 'open']);
    assert.equal(deliveries.end('a', 'returned'), true);
    assert.equal(deliveries.end('a', 'acknowledged'), false);
    assert.deepEqual(heard, ['returned', 'returned']);
    assert.deepEqual([watch('a'), watch('never')], ['returned', 'unknown']);
    assert.equal(heard.length, 2);
  });

  it('leaves its deadline behind when it ends undecided', () => {
    const { clock, deliveries, open } = createDeliveries();
    open('a');
    deliveries.end('a', 'acknowledged');
    assert.equal(clock.pending, 0);
  });
});

describe('the deliveries of one topic', () => {
  it('are lost together when its channel is gone; those of other topics go on', async () => {
    const { clock, deliveries, group, open } = createDeliveries();
    const other = {};
    open('a');
    open('b', other);
    open('c');
    const heard: string[] = [];
    for (const id of ['a', 'b', 'c']) deliveries.watch(id, (ending) => heard.push(id + ending));
    const over: string[] = [];
    deliveries.lose(group, (id) => over.push(id));
    await clock.pass(4_999);
    assert.deepEqual(heard, []);
    await clock.pass(1);
    assert.deepEqual(heard, ['alost', 'clost']);
    assert.deepEqual(over, ['a', 'c']);
    assert.deepEqual([deliveries.count(group), deliveries.count(other)], [0, 1]);
    assert.equal(deliveries.decide('b', ACKNOWLEDGE), 'done');
    deliveries.lose(group, ignore);
    assert.equal(clock.pending, 0);
  });

  it('that are lost are done with when their flows finish all the same, and not when they fail', async () => {
    const { clock, deliveries, group, open } = createDeliveries();
    const heard: string[] = [];
    for (const id of ['decided', 'finishes', 'fails', 'hangs']) {
      open(id);
      deliveries.watch(id, (ending) => heard.push(`${id}: ${ending}`));
    }
    deliveries.decide('decided', ACKNOWLEDGE);
    deliveries.lose(group, ignore);
    assert.deepEqual(heard, ['decided: finished']);
    assert.equal(deliveries.watch('finishes', ignore), 'lost');
    assert.equal(deliveries.decide('finishes', ACKNOWLEDGE), 'lost');
    assert.equal(deliveries.decide('fails', FAIL), 'lost');
    await clock.pass(5_000);
    assert.deepEqual(heard, [
      'decided: finished',
      'finishes: finished',
      'fails: lost',
      'hangs: lost',
    ]);
    assert.equal(clock.pending, 0);
  });

  it('that are lost are waited for no longer when nobody can tell any more', () => {
    const { clock, deliveries, group, open } = createDeliveries();
    const heard: Ending[] = [];
    open('a');
    deliveries.watch('a', (ending) => heard.push(ending));
    deliveries.lose(group, ignore);
    deliveries.abandon(group);
    assert.deepEqual(heard, ['lost']);
    assert.equal(clock.pending, 0);
  });

  it('are counted, with the one that is on its way for longest', async () => {
    const { clock, deliveries, group, open } = createDeliveries();
    assert.equal(deliveries.oldest(group), undefined);
    open('of another', {});
    const first = clock.now();
    open('a');
    await clock.pass(1_000);
    open('b');
    assert.equal(deliveries.count(group), 2);
    assert.equal(deliveries.oldest(group)?.id, 'a');
    assert.equal(deliveries.oldest(group)?.since, first);
    deliveries.end('a', 'acknowledged');
    assert.equal(deliveries.oldest(group)?.id, 'b');
    assert.equal(deliveries.oldest(group)?.since, first + 1_000);
  });

  it('are waited for by whoever wants to close, until the last one ended', async () => {
    const { deliveries, group, open } = createDeliveries();
    open('of another', {});
    assert.ok(await deliveries.idle(group).then(() => true));
    open('a');
    open('b');
    const waiting = [observe(deliveries.idle(group)), observe(deliveries.idle(group))];
    deliveries.decide('a', ACKNOWLEDGE);
    deliveries.end('a', 'acknowledged');
    deliveries.decide('b', ACKNOWLEDGE);
    await turn();
    assert.deepEqual(
      waiting.map(({ settled }) => settled),
      [false, false],
    );
    deliveries.end('b', 'acknowledged');
    await turn();
    assert.deepEqual(
      waiting.map(({ settled }) => settled),
      [true, true],
    );
  });

  it('are not waited for any longer when they are lost', async () => {
    const { deliveries, group, open } = createDeliveries();
    open('a');
    const idle = observe(deliveries.idle(group));
    deliveries.lose(group, ignore);
    await turn();
    assert.ok(idle.settled);
  });
});
