/** One event of a vehicle after the other: against a simple model, in any order, and with what ends at once. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Lanes } from '../../../src/delivery/lanes';

interface Item {
  readonly number: number;
  readonly lane: string | undefined;
}

type Step =
  | { readonly do: 'enter'; readonly lane: string | undefined }
  | { readonly do: 'leave'; readonly which: number }
  | { readonly do: 'dismiss'; readonly lane: string | undefined }
  | { readonly do: 'clear' };

const lane = fc.constantFrom('a', 'b', 'c', undefined);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('enter' as const), lane }) },
    { weight: 8, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('dismiss' as const), lane }) },
    { weight: 1, arbitrary: fc.constant({ do: 'clear' as const }) },
  ),
  // else there are ten steps at most
  { maxLength: 80, size: 'max' },
);

describe('the lanes of vehicles', () => {
  it('let one event of each vehicle set out at a time, in the order in which they came', () => {
    fc.assert(
      fc.property(steps, (course) => {
        const setOut: Item[] = [];
        const lanes = new Lanes<Item>({ setOut: (item) => setOut.push(item) });
        const items: Item[] = [];
        // the model: a list for each lane, of which the first one has set out
        const queues = new Map<string, Item[]>();
        const expected: Item[] = [];
        for (const step of course) {
          if (step.do === 'enter') {
            const item = { number: items.length, lane: step.lane };
            items.push(item);
            const queue = queues.get(step.lane ?? '') ?? [];
            if (step.lane === undefined || queue.push(item) === 1) expected.push(item);
            if (step.lane !== undefined) queues.set(step.lane, queue);
            lanes.enter(step.lane, item);
          } else if (step.do === 'leave') {
            const item = items[step.which];
            if (!item) continue;
            const queue = queues.get(item.lane ?? '');
            if (queue?.[0] === item) {
              queue.shift();
              if (queue[0]) expected.push(queue[0]);
              else queues.delete(item.lane ?? '');
            }
            lanes.leave(item.lane, item);
          } else if (step.do === 'dismiss') {
            const left = [...queues].filter(([name]) => (step.lane ?? name) === name);
            const dismissed = left.flatMap(([, queue]) => queue.splice(1));
            assert.deepEqual(lanes.dismiss(step.lane), dismissed);
          } else {
            queues.clear();
            lanes.clear();
          }
          assert.equal(setOut.length, expected.length);
          assert.equal(setOut.at(-1), expected.at(-1));
        }
        assert.deepEqual(setOut, expected);
      }),
    );
  });

  it('let 100,000 events of one vehicle pass that end as soon as they set out', () => {
    let ended = 0;
    const lanes: Lanes<Item> = new Lanes({
      setOut: (item) => {
        ended += 1;
        if (item.number > 0) lanes.leave(item.lane, item);
      },
    });
    const first = { number: 0, lane: 'a' };
    lanes.enter('a', first);
    for (let number = 1; number <= 100_000; number++) lanes.enter('a', { number, lane: 'a' });
    assert.equal(ended, 1);
    lanes.leave('a', first);
    assert.equal(ended, 100_001);
  });
});
