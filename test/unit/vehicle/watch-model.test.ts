/** A watch against the plainest thing that could say the same: a look through all that happened, second by second. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { merge } from '../../../src/vehicle/merge';
import { NameLists } from '../../../src/vehicle/name-lists';
import type { Vehicle } from '../../../src/vehicle/vehicle';
import type { Episode } from '../../../src/vehicle/watch/episode';
import { stepWatch } from '../../../src/vehicle/watch/watch';
import { at, newsAt, START, watchOn } from '../../support/vehicle';

interface Told {
  readonly second: number;
  readonly x?: number;
  readonly y?: number;
}

const END = 60;

const cases = fc.record({
  told: fc
    .uniqueArray(
      fc.record(
        {
          second: fc.integer({ min: 0, max: END }),
          x: fc.integer({ min: 0, max: 9 }),
          y: fc.integer({ min: 0, max: 1 }),
        },
        { requiredKeys: ['second'] },
      ),
      { selector: ({ second }) => second, minLength: 1, maxLength: 20 },
    )
    .map((list) => list.sort((a, b) => a.second - b.second)),
  holdFor: fc.constantFrom(0, 1, 7),
  clear: fc.constantFrom(4, 7),
  repeat: fc.constantFrom(0, 9),
});

/** Each second: is it below 4 and y 1, since when, and was it said? */
function model(
  told: readonly Told[],
  { holdFor, clear, repeat }: { holdFor: number; clear: number; repeat: number },
): string[] {
  const said: string[] = [];
  let [x, y]: (number | undefined)[] = [];
  let [since, raised, saidAt]: (number | undefined)[] = [];
  for (let second = 0; second <= END; second++) {
    const news = told.find((one) => one.second === second);
    x = news?.x ?? x;
    y = news?.y ?? y;
    const isLow = x !== undefined && x < 4 && y === 1;
    since = isLow ? (since ?? second) : undefined;
    if (raised === undefined) {
      if (since === undefined || second < since + holdFor) continue;
      said.push(`${second} raised ${since}`);
      [raised, saidAt] = [since, second];
    } else if ((x ?? 0) >= clear || y === 0) {
      said.push(`${second} cleared ${raised}`);
      raised = undefined;
    } else if (repeat > 0 && second >= (saidAt ?? 0) + repeat) {
      said.push(`${second} again ${raised}`);
      saidAt = second;
    }
  }
  return said;
}

/** The watch, asked at events and at the times that it named; restarted at each step. */
function run(
  told: readonly Told[],
  { holdFor, clear, repeat }: { holdFor: number; clear: number; repeat: number },
  copies: number,
): string[] {
  const conditions = [
    ['x', 'lt', '4', String(clear)],
    ['y', 'eq', '1'],
  ] as const;
  const watch = watchOn(conditions, { holdFor, repeat: repeat / 60 });
  const said: string[] = [];
  const lists = new NameLists();
  let vehicle: Vehicle | undefined;
  let episode: Episode | undefined;
  let wakeAt: number | undefined;
  const ask = (second: number) => {
    if (!vehicle) return;
    const step = stepWatch(watch, episode, { vehicle, now: at(second), deaf: [] });
    episode = step.episode && (JSON.parse(JSON.stringify(step.episode)) as Episode);
    wakeAt = step.wakeAt === undefined ? undefined : (step.wakeAt - START) / 1000;
    if (step.say)
      said.push(
        `${second} ${step.isRepeated ? 'again' : step.say} ${((step.since ?? 0) - START) / 1000}`,
      );
  };
  for (let second = 0; second <= END; second++) {
    const index = told.findIndex((one) => one.second === second);
    // what was told before comes again, and late: it must not matter
    for (const one of index < 0
      ? []
      : told.slice(Math.max(0, index - copies), index + 1).reverse()) {
      const { second: when, ...values } = one;
      vehicle = merge(
        vehicle,
        newsAt(when, values as Record<string, number>, lists),
        lists,
      ).vehicle;
      ask(second);
    }
    if (wakeAt !== undefined && second >= wakeAt) ask(second);
  }
  return said;
}

describe('a watch over any course of events', () => {
  it('says what a look through all of them says', () => {
    fc.assert(
      fc.property(cases, fc.nat({ max: 3 }), ({ told, ...settings }, copies) => {
        assert.deepEqual(run(told, settings, copies), model(told, settings));
      }),
      { numRuns: 300 },
    );
  });

  it('says each beginning once and each end once, none without the other, whatever arrives when', () => {
    const arrivals = fc.array(
      fc.record({
        told: fc.integer({ min: 0, max: 30 }),
        x: fc.integer({ min: 0, max: 9 }),
        waited: fc.nat({ max: 30 }),
        deaf: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(arrivals, fc.constantFrom(0, 5), (list, holdFor) => {
        const watch = watchOn([['x', 'lt', '4', '6']], { holdFor });
        const lists = new NameLists();
        let vehicle: Vehicle | undefined;
        let episode: Episode | undefined;
        let now = 30;
        let last = 'cleared';
        for (const { told, x, waited, deaf } of list) {
          now += waited;
          vehicle = merge(vehicle, newsAt(told, { x }, lists), lists).vehicle;
          const step = stepWatch(watch, episode, {
            vehicle,
            now: at(now),
            deaf: deaf ? [{ from: at(0) }] : [],
          });
          episode = step.episode;
          if (step.say) {
            assert.notEqual(step.say, last);
            last = step.say;
          }
          assert.equal(episode?.raised !== undefined, last === 'raised');
        }
      }),
      { numRuns: 500 },
    );
  });
});
