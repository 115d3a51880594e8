/** Whoever remembers something because of an event is told how it ended, once, before the broker is. */
import assert from 'node:assert/strict';
import { turn } from '../../support/moved-clock';
import { createParticipant, createTopic, SWEEP } from '../../support/topic-world';

const ACKNOWLEDGE = { kind: 'acknowledge' } as const;
const DISCARD = { kind: 'discard' } as const;
const FAIL = { kind: 'fail', reason: 'the flow failed' } as const;

describe('whoever remembers something because of an event', () => {
  it('is told that it counts when the event was acknowledged or discarded', async () => {
    for (const outcome of [ACKNOWLEDGE, DISCARD]) {
      const { arrive, consumer, deliveries } = createTopic();
      const { participant, told } = createParticipant();
      arrive('d1');
      assert.equal(consumer.enlist('d1', participant), 'enlisted');
      deliveries.decide('d1', outcome);
      assert.deepEqual(told, ['commit']);
      deliveries.decide('d1', FAIL);
      deliveries.lose();
      assert.deepEqual(told, ['commit']);
    }
  });

  it('is told that it never was when the event goes back, and not before', async () => {
    const { arrive, clock, consumer, deliveries } = createTopic();
    const { participant, told } = createParticipant();
    arrive('d1');
    consumer.enlist('d1', participant);
    deliveries.decide('d1', FAIL);
    await clock.pass(4_999);
    assert.deepEqual(told, []);
    await clock.pass(1 + SWEEP);
    assert.deepEqual(told, ['undo']);
  });

  it('has the acknowledgement wait while it writes, and the topic counts the event meanwhile', async () => {
    const { arrive, consumer, deliveries, verdicts } = createTopic();
    const slow = createParticipant({ isSlow: true });
    const quick = createParticipant();
    arrive('d1');
    consumer.enlist('d1', slow.participant);
    consumer.enlist('d1', quick.participant);
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    await turn();
    assert.deepEqual([slow.told, quick.told], [['commit'], ['commit']]);
    assert.deepEqual(verdicts, []);
    assert.equal(deliveries.size, 1);
    assert.equal(consumer.enlist('d1', quick.participant), 'acknowledged');
    assert.equal(consumer.decide('d1', FAIL), 'already-decided');
    slow.finish();
    await turn();
    assert.deepEqual(verdicts, ['d1: acknowledge']);
    assert.equal(deliveries.size, 0);
  });

  it('cannot keep the acknowledgement back for longer than two seconds', async () => {
    const { arrive, clock, consumer, deliveries, verdicts } = createTopic();
    arrive('d1');
    consumer.enlist('d1', createParticipant({ isSlow: true }).participant);
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    await clock.pass(1_999);
    assert.deepEqual(verdicts, []);
    await clock.pass(1);
    assert.deepEqual(verdicts, ['d1: acknowledge']);
  });

  it('keeps neither the answer nor the others back when it throws', async () => {
    for (const [outcome, said, verdict] of [
      [ACKNOWLEDGE, 'commit', 'acknowledge'],
      [FAIL, 'undo', 'requeue'],
    ] as const) {
      const { arrive, clock, consumer, deliveries, verdicts } = createTopic();
      const { participant, told } = createParticipant();
      const broken = () => {
        throw new Error('the store is closed');
      };
      arrive('d1');
      consumer.enlist('d1', participant);
      consumer.enlist('d1', { commit: broken, undo: broken });
      deliveries.flowEnded('d1', outcome);
      await clock.pass(5_000 + SWEEP);
      assert.deepEqual([told, verdicts, deliveries.size], [[said], [`d1: ${verdict}`], 0]);
    }
  });

  it('hears of the end that there was when it comes too late, and of nothing more', () => {
    const { arrive, consumer, deliveries } = createTopic();
    const { participant, told } = createParticipant();
    for (const [id, outcome] of [
      ['d1', ACKNOWLEDGE],
      ['d2', DISCARD],
    ] as const) {
      arrive(id, id);
      deliveries.decide(id, outcome);
    }
    arrive('d3', 'd3');
    deliveries.drain();
    deliveries.decide('d3', FAIL);
    const heard = ['d1', 'd2', 'd3', 'never'].map((id) => consumer.enlist(id, participant));
    assert.deepEqual(heard, ['acknowledged', 'discarded', 'requeued', 'unknown']);
    assert.deepEqual(told, []);
  });
});

describe('deliveries that are lost with their channel', () => {
  it('get no answer and count as nothing, whatever is decided about them', async () => {
    const { arrive, clock, deliveries, forgotten, statistics, verdicts } = createTopic();
    arrive('d1');
    deliveries.lose();
    assert.equal(deliveries.size, 0);
    assert.equal(deliveries.decide('d1', ACKNOWLEDGE), 'lost');
    assert.equal(deliveries.decide('d1', ACKNOWLEDGE), 'lost');
    await clock.pass(60_000);
    assert.deepEqual(verdicts, []);
    assert.deepEqual(
      [statistics.counts.acknowledged, statistics.counts.failed, statistics.lastAckAt],
      [0, 0, undefined],
    );
    assert.deepEqual(forgotten, ['d1']);
    assert.equal(clock.pending, 0);
  });

  it('count for those who remember them when the flow finishes all the same, not when it fails', async () => {
    const { arrive, clock, consumer, deliveries, forgotten } = createTopic();
    const participants = ['finishes', 'fails', 'hangs'].map((id) => {
      const { participant, told } = createParticipant();
      arrive(id, id);
      consumer.enlist(id, participant);
      return told;
    });
    deliveries.lose();
    assert.deepEqual(participants, [[], [], []]);
    deliveries.flowEnded('finishes', ACKNOWLEDGE);
    deliveries.flowEnded('fails', FAIL);
    await clock.pass(4_999);
    assert.deepEqual(participants, [['commit'], ['undo'], []]);
    await clock.pass(1);
    assert.deepEqual(participants, [['commit'], ['undo'], ['undo']]);
    assert.deepEqual(forgotten, ['finishes', 'fails', 'hangs']);
    assert.equal(clock.pending, 0);
  });

  it('take on those who come to remember something while the flow still runs', () => {
    for (const kind of ['acknowledge', 'discard'] as const) {
      const { arrive, consumer, deliveries } = createTopic();
      const { participant, told } = createParticipant();
      arrive('d1');
      deliveries.lose();
      assert.equal(consumer.enlist('d1', participant), 'enlisted');
      consumer.decide('d1', { kind });
      assert.deepEqual(told, ['commit']);
      assert.equal(consumer.enlist('d1', participant), 'lost');
    }
  });

  it('never were for those who remember them when they had failed already', async () => {
    const { arrive, attempts, clock, consumer, deliveries, statistics, verdicts } = createTopic();
    const { participant, told } = createParticipant();
    arrive('d1');
    consumer.enlist('d1', participant);
    deliveries.flowEnded('d1', FAIL);
    deliveries.lose();
    assert.deepEqual(told, ['undo']);
    await clock.pass(5_000 + SWEEP);
    assert.deepEqual(verdicts, []);
    assert.equal(statistics.counts.retried, 0);
    // the broker delivers it again by itself, and the attempt that failed is not forgotten
    assert.equal(attempts.number('event', undefined), 2);
  });

  it('tell nobody a second time when the channel goes while somebody writes', async () => {
    const { arrive, consumer, deliveries, statistics, verdicts } = createTopic();
    const { participant, told, finish } = createParticipant({ isSlow: true });
    arrive('d1');
    consumer.enlist('d1', participant);
    deliveries.flowEnded('d1', ACKNOWLEDGE);
    deliveries.lose();
    finish();
    await turn();
    assert.deepEqual([told, verdicts], [['commit'], []]);
    assert.equal(statistics.counts.acknowledged, 0);
  });

  it('are waited for no longer when nobody can tell any more, and nobody waits for idleness', async () => {
    const { arrive, clock, consumer, deliveries } = createTopic();
    const { participant, told } = createParticipant();
    arrive('d1');
    consumer.enlist('d1', participant);
    const idle = deliveries.idle();
    deliveries.lose();
    await idle;
    deliveries.abandon();
    assert.deepEqual(told, ['undo']);
    assert.equal(clock.pending, 0);
  });

  it('are all over before anybody is told, so that no twin takes one of them for open', () => {
    const { arrive, consumer, deliveries } = createTopic();
    const seen: unknown[] = [];
    const look = () => seen.push(consumer.decide('d2', ACKNOWLEDGE));
    arrive('d1', 'a');
    arrive('d2', 'b');
    consumer.enlist('d1', { commit: () => undefined, undo: look });
    deliveries.flowEnded('d1', FAIL);
    deliveries.lose();
    assert.deepEqual(seen, ['lost']);
  });

  it('have five seconds each, also when a second channel is lost meanwhile', async () => {
    const { arrive, clock, consumer, deliveries } = createTopic();
    const told = ['a', 'b'].map((id) => ({ id, ...createParticipant() }));
    for (const { id, participant } of told) {
      arrive(id, id);
      consumer.enlist(id, participant);
      deliveries.lose();
      await clock.pass(3_000);
    }
    assert.deepEqual(
      told.map((each) => each.told),
      [['undo'], []],
    );
    await clock.pass(2_000);
    assert.deepEqual(
      told.map((each) => each.told),
      [['undo'], ['undo']],
    );
    assert.equal(clock.pending, 0);
  });
});
