/** Keys are remembered in memory: bounded in number and in time. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MemoryStore } from '../../../src/dedupe/memory-store';

function createStore(maxEntries = 3, window = 1000) {
  const clock = { time: 1_700_000_000_000 };
  const store = new MemoryStore({ maxEntries, window, now: () => clock.time });
  return { clock, store };
}

describe('remembering keys in memory', () => {
  it('knows a key again, with the time of the first and how often it came', () => {
    const { clock, store } = createStore();
    const first = clock.time;
    assert.equal(store.reserve('a'), undefined);
    store.record('a');
    clock.time += 10;
    assert.deepEqual(store.reserve('a'), { firstSeenAt: first, count: 2 });
    assert.deepEqual(store.reserve('a'), { firstSeenAt: first, count: 3 });
    assert.equal(store.reserve('b'), undefined);
  });

  it('lets a key through again that was given back', () => {
    const { store } = createStore();
    store.reserve('a');
    store.release('a');
    assert.equal(store.reserve('a'), undefined);
  });

  it('forgets a key when its window is over, counted from its first event', () => {
    const { clock, store } = createStore();
    store.reserve('a');
    clock.time += 900;
    assert.ok(store.reserve('a'));
    clock.time += 101;
    assert.equal(store.reserve('a'), undefined);
  });

  it('forgets the oldest beyond its limit, however often it came', () => {
    const { store } = createStore(3);
    for (const key of ['a', 'b', 'c', 'a', 'd']) store.reserve(key);
    assert.ok(store.reserve('d'));
    assert.ok(store.reserve('c'));
    assert.equal(store.reserve('a'), undefined);
  });

  it('forgets everything when told so', () => {
    const { store } = createStore();
    store.reserve('a');
    store.clear();
    assert.equal(store.reserve('a'), undefined);
  });

  it('behaves like a list of the last keys with their times', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      wait: fc.constantFrom(0, 1, 400, 1000),
      release: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { clock, store } = createStore(3, 1000);
        let model: { key: string; at: number }[] = [];
        for (const { key, wait, release } of steps) {
          clock.time += wait;
          model = model.filter(({ at }) => clock.time - at <= 1000);
          const known = model.find((entry) => entry.key === key);
          assert.equal(store.reserve(key)?.firstSeenAt, known?.at);
          if (!known) model = [...model, { key, at: clock.time }].slice(-3);
          if (release) {
            store.release(key);
            model = model.filter((entry) => entry.key !== key);
          }
        }
      }),
    );
  });
});
