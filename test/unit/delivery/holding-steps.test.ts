/** What a topic that holds keeps, gives back and tries, step by step. */
import assert from 'node:assert/strict';
import { createHeld, createHolding, ROW } from '../../support/held-topic';
import { turn } from '../../support/moved-clock';

const SECOND = 1_000;
const MINUTE = 60_000;

describe('a topic that begins to hold', () => {
  it('asks for no more, says why, and gives the attempts back', () => {
    const { arrive, attempts, fail, since } = createHolding();
    attempts.failed('a');
    for (const id of ROW) arrive(id);
    const roles = ROW.map(fail);
    assert.deepEqual(roles, ['counts', 'counts', 'counts', 'counts', 'begins']);
    assert.deepEqual(since(), ['pause', 'holds: no answer']);
    assert.deepEqual(
      ROW.map((id) => attempts.failures(id)),
      [1, 0, 0, 0, 0],
    );
  });

  it('keeps what arrives until the broker has stopped sending, and five from then on', async () => {
    const { answers, arrive, fail, stopsSending } = createHolding();
    for (const id of ROW) arrive(id);
    for (const id of ROW) fail(id);
    assert.deepEqual(['f', 'g'].map(arrive), [true, true]);
    await turn();
    assert.deepEqual(answers, []);
    await stopsSending();
    assert.deepEqual(answers, ['f: requeue', 'g: requeue']);
    assert.equal(arrive('h'), true);
    await turn();
    assert.deepEqual(answers, ['f: requeue', 'g: requeue', 'h: requeue']);
  });

  it('holds no event that its flow does not fail at five times in a row', async () => {
    const { answers, arrive, fail, holding, succeed, since } = createHolding();
    for (const id of ['a', 'b', 'c', 'd', 'good', 'e']) arrive(id);
    for (const id of ['a', 'b', 'c', 'd']) fail(id);
    succeed('good');
    fail('e');
    await turn();
    assert.equal(holding.isHolding, false);
    assert.equal(arrive('f'), false);
    assert.deepEqual([since(), answers], [[], ['good: acknowledge']]);
  });
});

describe('a topic that holds, step by step,', () => {
  it('tries the event that it keeps for longest after 10 seconds, and no second one meanwhile', async () => {
    const { answers, clock, since, succeed, tried } = await createHeld();
    await clock.pass(10 * SECOND - 1);
    assert.deepEqual(since(), []);
    await clock.pass(1);
    assert.deepEqual(since(), ['tries a']);
    await clock.pass(5 * MINUTE);
    assert.deepEqual([since(), tried()], [[], ['a']]);
    succeed('a');
    assert.deepEqual(since(), ['resume', 'goes on after 310 s']);
    await turn();
    assert.deepEqual(answers.toSorted(), [
      'a: acknowledge',
      ...['b', 'c', 'd', 'e'].map((id) => `${id}: requeue`),
    ]);
    assert.equal(clock.pending, 0);
  });

  it('keeps what failed again, and tries the next one 10 seconds later', async () => {
    const { answers, clock, fail, since } = await createHeld();
    await clock.pass(10 * SECOND);
    await clock.pass(3 * SECOND);
    assert.equal(fail('a'), 'lasts');
    since();
    await clock.pass(10 * SECOND - 1);
    assert.deepEqual(since(), []);
    await clock.pass(1);
    assert.deepEqual(since(), ['tries b']);
    await turn();
    // the broker's delivery of it is answered when it goes back, or is managed
    assert.deepEqual(answers, []);
  });

  it('asks the broker for one event where it keeps none, and for no second one', async () => {
    const { arrive, clock, fail, holding, since, stopsSending, tried } = await createHeld();
    holding.lost();
    since();
    await clock.pass(10 * SECOND);
    assert.deepEqual(since(), ['resume']);
    await clock.pass(10 * SECOND);
    assert.deepEqual(since(), [], 'it is asked for already');
    assert.equal(arrive('f'), false);
    assert.deepEqual(since(), ['pause']);
    assert.deepEqual(['g', 'h'].map(arrive), [true, true]);
    await stopsSending();
    fail('f');
    assert.deepEqual(tried(), []);
    await clock.pass(10 * SECOND);
    assert.deepEqual(since(), ['tries g']);
  });

  it('tries one more at once, then two, then four where those that are tried wait for others', async () => {
    const { arrive, clock, since, state, tried } = await createHeld();
    state.awaitsOthers = true;
    await clock.pass(10 * SECOND);
    assert.deepEqual(since(), ['tries a']);
    await clock.pass(SECOND);
    assert.deepEqual(since(), ['tries b']);
    await clock.pass(10 * SECOND - 1);
    assert.deepEqual(since(), []);
    await clock.pass(1);
    assert.deepEqual(since(), ['tries c', 'tries d']);
    await clock.pass(10 * SECOND);
    assert.deepEqual(since(), ['tries e', 'resume']);
    assert.deepEqual(['f', 'g', 'h'].map(arrive), [false, false, false]);
    assert.deepEqual(since(), ['pause']);
    assert.equal(arrive('i'), true);
    assert.equal(tried().length, 8);
  });

  it('tries one more at a time where nobody knows whether they wait', async () => {
    const { clock, since, state } = await createHeld();
    state.awaitsOthers = undefined;
    for (const id of ['a', 'b', 'c']) {
      await clock.pass(10 * SECOND);
      assert.deepEqual(since(), [`tries ${id}`]);
    }
    state.awaitsOthers = false;
    await clock.pass(MINUTE);
    assert.deepEqual(since(), []);
  });

  it('takes back that it asked for events when those that were tried have ended', async () => {
    const { arrive, clock, fail, holding, since, state } = await createHeld();
    state.awaitsOthers = true;
    holding.lost();
    since();
    await clock.pass(10 * SECOND);
    arrive('f');
    since();
    await clock.pass(10 * SECOND);
    assert.deepEqual(since(), ['resume']);
    // the flow is at work on what it has: what is asked for is asked for all the same
    state.awaitsOthers = false;
    await clock.pass(20 * SECOND);
    assert.deepEqual(since(), []);
    fail('f');
    assert.deepEqual(since(), ['pause']);
    assert.equal(arrive('g'), true);
  });

  it('takes it back with the last of them only', async () => {
    const { arrive, clock, fail, holding, since, state } = await createHeld();
    state.awaitsOthers = true;
    holding.lost();
    await clock.pass(10 * SECOND);
    arrive('f');
    await clock.pass(10 * SECOND);
    arrive('g');
    since();
    await clock.pass(10 * SECOND);
    assert.deepEqual(since(), ['resume']);
    fail('f');
    assert.deepEqual(since(), []);
    fail('g');
    assert.deepEqual(since(), ['pause']);
  });

  it('does not put off its next try for what the flow had before and fails at only now', async () => {
    const { arrive, clock, fail, since, stopsSending } = createHolding();
    arrive('slow');
    for (const id of ROW) arrive(id);
    for (const id of ROW) fail(id);
    await stopsSending();
    since();
    await clock.pass(9 * SECOND);
    assert.equal(fail('slow'), 'lasts');
    await clock.pass(SECOND);
    assert.deepEqual(since(), ['tries a']);
  });

  it('keeps nothing that is done with, such as what left by output 2', async () => {
    const { answers, arrive, fail, finish, stopsSending } = createHolding();
    arrive('last attempt');
    for (const id of ROW) arrive(id);
    for (const id of ROW) fail(id);
    await stopsSending();
    finish('last attempt');
    await turn();
    assert.deepEqual(answers, ['last attempt: acknowledge']);
  });

  it('gives back what it has kept for 20 minutes, and no sooner', async () => {
    const { answers, clock, state } = await createHeld();
    state.isPaused = true;
    await clock.pass(20 * MINUTE - SECOND);
    assert.deepEqual(answers, []);
    await clock.pass(SECOND);
    await turn();
    assert.deepEqual(
      answers,
      ROW.map((id) => `${id}: requeue`),
    );
  });

  it('gives back the old ones alone, once, and goes on with the others', async () => {
    const { answers, arrive, clock, holding, since, state } = await createHeld();
    state.isPaused = true;
    holding.lost();
    arrive('old');
    await clock.pass(10 * MINUTE);
    arrive('young');
    await clock.pass(10 * MINUTE);
    await turn();
    assert.deepEqual(answers, ['old: requeue']);
    state.isPaused = false;
    await clock.pass(SECOND);
    assert.deepEqual(since(), ['tries young']);
  });

  it('tries nothing while a person wants no events, and at once when they do', async () => {
    const { clock, since, state } = await createHeld();
    state.isPaused = true;
    await clock.pass(MINUTE);
    assert.deepEqual(since(), []);
    state.isPaused = false;
    await clock.pass(SECOND);
    assert.deepEqual(since(), ['tries a']);
  });

  it('plans its next try anew when the channel is lost, with nothing kept', async () => {
    const { answers, clock, holding, since } = await createHeld();
    await clock.pass(8 * SECOND);
    holding.lost();
    await clock.pass(10 * SECOND - 1);
    assert.deepEqual(since(), []);
    await clock.pass(1);
    assert.deepEqual([since(), answers], [['resume'], []]);
  });
});

describe('a topic that stops while it holds', () => {
  it('gives back what it keeps, tries nothing more, and says nothing of an end', async () => {
    const { answers, arrive, clock, holding, since, succeed } = await createHeld();
    await clock.pass(10 * SECOND);
    since();
    holding.stop();
    await turn();
    assert.deepEqual(
      answers,
      ['b', 'c', 'd', 'e'].map((id) => `${id}: requeue`),
    );
    assert.equal(clock.pending, 0);
    assert.equal(holding.isHolding, false);
    assert.equal(arrive('f'), false);
    succeed('a');
    assert.deepEqual(since(), []);
  });

  it('counts no failure as the beginning of an outage, and holds again only after five when it goes on', () => {
    const { arrive, fail, holding, since } = createHolding();
    holding.stop();
    for (const id of ROW) arrive(id);
    assert.deepEqual(ROW.map(fail), Array(5).fill('counts'));
    holding.begin();
    for (const id of ROW) arrive(id);
    assert.deepEqual(ROW.map(fail), ['counts', 'counts', 'counts', 'counts', 'begins']);
    assert.deepEqual(since(), ['pause', 'holds: no answer']);
  });

  it('has forgotten the outage when it consumes again', async () => {
    const { arrive, clock, fail, holding, since } = await createHeld();
    holding.stop();
    holding.begin();
    assert.equal(holding.isHolding, false);
    assert.equal(arrive('f'), false);
    assert.equal(fail('f'), 'counts');
    await clock.pass(MINUTE);
    assert.deepEqual(since(), []);
  });

  it('gives back nothing twice where the broker stops sending only then', async () => {
    const { answers, arrive, fail, holding, stopsSending } = createHolding();
    for (const id of ROW) arrive(id);
    for (const id of ROW) fail(id);
    arrive('f');
    holding.stop();
    await stopsSending();
    assert.equal(answers.length, 6);
    assert.equal(arrive('g'), false);
  });
});
