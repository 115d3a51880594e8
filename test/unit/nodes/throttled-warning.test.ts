/** A warning for every event would flood the log; the first one must come all the same. */
import assert from 'node:assert/strict';
import { throttledWarning } from '../../../nodes/runtime/status/throttled-warning';

function createWarnings() {
  const clock = { time: 1_700_000_000_000 };
  const texts: string[] = [];
  const waits: { delay: number; work: () => void }[] = [];
  const warn = throttledWarning(
    (text) => texts.push(text),
    () => clock.time,
    (delay, work) => waits.push({ delay, work }),
  );
  return { clock, texts, waits, warn };
}

describe('warnings that come often', () => {
  it('are given at once, and not again for ten seconds', () => {
    const { clock, texts, warn } = createWarnings();
    warn('first');
    clock.time += 9_999;
    warn('second');
    assert.deepEqual(texts, ['first']);
  });

  it('say how many of the kind were left out', () => {
    const { clock, texts, warn } = createWarnings();
    for (const text of ['a', 'b', 'c', 'd']) warn(text);
    clock.time += 10_000;
    warn('e');
    assert.deepEqual(texts, ['a', 'e (and 3 more of the kind)']);
    clock.time += 10_000;
    warn('f');
    assert.equal(texts.at(-1), 'f');
  });

  it('are all counted, also when nothing comes any more', () => {
    const { clock, texts, waits, warn } = createWarnings();
    for (let n = 0; n < 20_000; n++) warn('unusable');
    assert.deepEqual(texts, ['unusable']);
    assert.equal(waits.length, 1);
    clock.time += waits[0]?.delay ?? 0;
    waits[0]?.work();
    assert.deepEqual(texts, ['unusable', 'unusable (and 19998 more of the kind)']);
    warn('again');
    assert.equal(texts.length, 2);
    clock.time += 10_000;
    waits[1]?.work();
    assert.equal(texts.at(-1), 'again');
  });

  it('are not told twice where one came just before the rest was due', () => {
    const { clock, texts, waits, warn } = createWarnings();
    for (const text of ['a', 'b']) warn(text);
    clock.time += 10_000;
    warn('c');
    waits[0]?.work();
    assert.deepEqual(texts, ['a', 'c (and 1 more of the kind)']);
  });

  it('come every ten seconds at most, however many there are', () => {
    const { clock, texts, warn } = createWarnings();
    for (let n = 0; n < 60_000; n++) {
      warn('too slow');
      clock.time += 1;
    }
    assert.equal(texts.length, 6);
    assert.equal(texts.at(-1), 'too slow (and 9999 more of the kind)');
  });

  it('show what would turn a line around or begin another one', () => {
    const { texts, warn } = createWarnings();
    warn('event \u202ednE\u001b[2J\n[info] all is well');
    assert.deepEqual(texts, ['event \\u202ednE\\u001b[2J [info] all is well']);
  });

  it('do not hold each other up when they are of different kinds', () => {
    const { texts, warn } = createWarnings();
    const others: string[] = [];
    const warnOfOthers = throttledWarning((text) => others.push(text));
    warn('a');
    warnOfOthers('b');
    assert.deepEqual([texts, others], [['a'], ['b']]);
  });
});
