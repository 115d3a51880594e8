/** Keys are remembered in memory: bounded in number and in time. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MemoryStore } from '../../../src/memory/memory/memory-store';
import { RecentKeys } from '../../../src/memory/memory/recent-keys';
import { eventId } from '../../support/events';
import { MovedClock } from '../../support/moved-clock';
import { describeStore } from '../../support/store-contract';

const WINDOW = 1_000;

function createStore(maxEntries = 3, clock = new MovedClock()) {
  const store = new MemoryStore({ maxEntries, now: () => clock.now(), random: () => 0.5 });
  return { clock, store };
}

/** Whether the key was known; it is from now on. */
function seen(store: MemoryStore, key: string, window = WINDOW): boolean {
  const answer = store.reserve(key, key, WINDOW, window);
  if (answer === 'reserved') store.record(key, key, window);
  return typeof answer === 'object';
}

describe('remembering keys in memory', () => {
  describeStore(async () => {
    const { store, clock } = createStore(100);
    return {
      store,
      pass: async (milliseconds, hasChanged) => {
        await clock.pass(milliseconds);
        await hasChanged();
      },
      dispose: async () => store.close(),
    };
  });

  it('counts the window from the first event', async () => {
    const { clock, store } = createStore();
    store.retain(WINDOW);
    seen(store, 'a');
    await clock.pass(900);
    assert.equal(seen(store, 'a'), true);
    await clock.pass(101);
    assert.equal(seen(store, 'a'), false);
  });

  it('forgets the oldest beyond its limit, however often it came', () => {
    const { store } = createStore(3);
    store.retain(WINDOW);
    for (const key of ['a', 'b', 'c', 'a', 'd']) seen(store, key);
    assert.equal(seen(store, 'd'), true);
    assert.equal(seen(store, 'c'), true);
    assert.equal(seen(store, 'a'), false);
  });

  it('keeps its bounds over many times as many keys as it may hold', async () => {
    const { store, clock } = createStore(5_000);
    store.retain(10_000);
    for (let n = 0; n < 50_000; n++) {
      seen(store, eventId(n), 10_000);
      assert.ok(store.recorded.tail - store.recorded.head <= 5_000);
    }
    assert.equal(seen(store, eventId(49_000), 10_000), true);
    assert.equal(seen(store, eventId(44_000), 10_000), false);
    await clock.pass(10_001);
    seen(store, 'later', 10_000);
    assert.equal(store.recorded.tail - store.recorded.head, 1);
  });

  it('remembers as long as the filter with the longest window needs it', async () => {
    const { store, clock } = createStore(100);
    store.retain(10_000);
    store.retain(1_000);
    seen(store, 'a', 1_000);
    await clock.pass(5_000);
    seen(store, 'b', 1_000);
    assert.equal(seen(store, 'a', 10_000), true);
    assert.equal(seen(store, 'a', 1_000), false);
  });

  it('behaves like a list of the last keys with their times', async () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      wait: fc.constantFrom(0, 1, 400, 1000),
      release: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { clock, store } = createStore(3);
        store.retain(WINDOW);
        let model: { key: string; at: number }[] = [];
        for (const { key, wait, release } of steps) {
          if (wait > 0) await clock.pass(wait);
          model = model.filter(({ at }) => clock.now() - at <= WINDOW);
          const known = model.find((entry) => entry.key === key);
          const answer = store.reserve(key, key, WINDOW, WINDOW);
          assert.equal(typeof answer === 'object' ? answer.firstSeenAt : undefined, known?.at);
          if (known) continue;
          if (release) {
            store.release(key, key);
          } else {
            store.record(key, key, WINDOW);
            model = [...model, { key, at: clock.now() }].slice(-3);
          }
        }
      }),
    );
  });
});

describe('the table of recent keys', () => {
  it('finds every key of those it keeps, in whatever order they come again', () => {
    // few different keys of any length, so that they meet in the table and come again
    const key = fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('x', 'y', 'z') });
    fc.assert(
      fc.property(
        fc.array(key, { maxLength: 200 }),
        fc.integer(),
        fc.nat(20),
        (keys, seed, max) => {
          const recent = new RecentKeys(max + 1, seed);
          let model: { key: string; time: number; count: number }[] = [];
          for (const [time, each] of keys.entries()) {
            const known = model.find((entry) => entry.key === each);
            if (known && time % 3 > 0) {
              known.count += 1;
              const { time: firstSeenAt, count } = known;
              assert.deepEqual(recent.seeAgain(each, 0), { firstSeenAt, count });
            } else {
              recent.add(each, time);
              const others = model.filter((entry) => entry !== known);
              model = [...others, { key: each, time, count: 1 }];
              // a key that was added anew leaves its old place empty until its turn comes
              const before = model.length;
              model = model.filter((entry) => recent.timeOf(entry.key) !== undefined);
              if (model.length < before) assert.equal(recent.tail - recent.head, max + 1);
            }
            for (const entry of model) assert.equal(recent.timeOf(entry.key), entry.time);
            const kept = Array.from({ length: recent.tail - recent.head }, (_, index) =>
              recent.at(recent.head + index),
            ).filter((entry) => entry !== undefined);
            assert.deepEqual(
              kept,
              model.map(({ key: name, time: at }) => ({ key: name, time: at })),
            );
          }
        },
      ),
    );
  });
});
