/** Events that must run alone do so one after another, and none stops the line for good. */
import assert from 'node:assert/strict';
import { LoneLine } from '../../../src/delivery/attempts/lone-line';
import { MovedClock } from '../../support/moved-clock';

function createLine() {
  const clock = new MovedClock();
  const line = new LoneLine(clock);
  const out: string[] = [];
  const held = new Set<string>();
  const enter = (name: string) => {
    const run = { setOut: () => out.push(name), isHeldOnPurpose: () => held.has(name) };
    line.enter(run);
    return () => line.leave(run);
  };
  return { clock, enter, held, out };
}

describe('the line of those that run alone', () => {
  it('lets the next one set out when the one before has ended', () => {
    const { clock, enter, out } = createLine();
    const [first, second, third] = [enter('a'), enter('b'), enter('c')];
    assert.deepEqual(out, ['a']);
    second?.();
    first?.();
    assert.deepEqual(out, ['a', 'c']);
    third?.();
    enter('d')();
    assert.deepEqual(out, ['a', 'c', 'd']);
    assert.equal(clock.pending, 0);
  });

  it('goes on after a minute where one does not end', async () => {
    const { clock, enter, out } = createLine();
    enter('a');
    enter('b');
    await clock.pass(59_000);
    assert.deepEqual(out, ['a']);
    await clock.pass(1_000);
    assert.deepEqual(out, ['a', 'b']);
  });

  it('is free for the next one when the last did not end, and ends later', async () => {
    const { clock, enter, out } = createLine();
    const first = enter('a');
    await clock.pass(60_000);
    first();
    enter('b');
    assert.deepEqual(out, ['a', 'b']);
  });

  it('goes on where a Batch or a Join waits for more', async () => {
    const { clock, enter, held, out } = createLine();
    const [first, second] = [enter('a'), enter('b')];
    held.add('a');
    await clock.pass(250);
    assert.deepEqual(out, ['a', 'b']);
    first?.();
    enter('c');
    assert.deepEqual(out, ['a', 'b'], 'the end of a former one lets nobody set out beside');
    second?.();
    assert.deepEqual(out, ['a', 'b', 'c']);
  });
});
