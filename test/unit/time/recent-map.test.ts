/** A Map that forgets: the newest entries are there, and never more than twice as many. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RecentMap } from '../../../src/time/recent-map';
import { effort } from '../../support/effort';

const CAPACITY = 5;

type Step = { readonly do: 'set' | 'delete'; readonly key: number } | { readonly do: 'clear' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('set' as const), key: fc.nat(30) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), key: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
  ),
  { maxLength: 100 },
);

describe('a map of what is recent', () => {
  it('has the newest entries with their latest values, and no more than twice as many', () => {
    fc.assert(
      fc.property(steps, (course) => {
        const map = new RecentMap<number, number>(CAPACITY);
        // what was set and not deleted since, oldest first
        let model: { key: number; value: number }[] = [];
        for (const [value, step] of course.entries()) {
          if (step.do === 'clear') {
            map.clear();
            model = [];
            continue;
          }
          model = model.filter(({ key }) => key !== step.key);
          if (step.do === 'delete') {
            map.delete(step.key);
          } else {
            map.set(step.key, value);
            model.push({ key: step.key, value });
          }
          for (const { key, value } of model.slice(-CAPACITY)) assert.equal(map.get(key), value);
          const known = Array.from({ length: 31 }, (_, key) => map.get(key));
          assert.ok(known.filter((each) => each !== undefined).length <= 2 * CAPACITY);
          const newest = new Map(model.map(({ key, value }) => [key, value]));
          known.forEach((each, key) => {
            if (each !== undefined) assert.equal(each, newest.get(key));
          });
        }
      }),
      { numRuns: effort(300) },
    );
  });
});
