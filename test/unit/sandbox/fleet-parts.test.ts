/** What the fleet is calculated with: chance, ids, what is due when, and who is next. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Agenda } from '../../../src/sandbox/fleet/agenda';
import { UlidSource, uuid } from '../../../src/sandbox/fleet/ids';
import { Pool } from '../../../src/sandbox/fleet/pool';
import { Random } from '../../../src/sandbox/fleet/random';

describe('repeatable chance', () => {
  it('gives the same numbers for the same seed, and others for the next', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const numbers = (random: Random) => Array.from({ length: 20 }, () => random.uint32());
        assert.deepEqual(numbers(new Random(seed)), numbers(new Random(seed)));
        assert.notDeepEqual(numbers(new Random(seed)), numbers(new Random(seed + 1)));
      }),
    );
  });

  it('stays within its bounds and is fair', () => {
    const random = new Random(1);
    const counts = [0, 0, 0, 0, 0, 0];
    for (let roll = 0; roll < 6_000; roll += 1) {
      const number = random.whole(1, 6);
      assert.ok(number >= 1 && number <= 6);
      counts[number - 1] = (counts[number - 1] ?? 0) + 1;
    }
    for (const count of counts) assert.ok(count > 850 && count < 1_150, `${counts}`);
    const waits = Array.from({ length: 20_000 }, () => random.wait(10));
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    assert.ok(mean > 9.5 && mean < 10.5 && Math.min(...waits) >= 0, `${mean}`);
  });
});

describe('ids', () => {
  it('ascend in the order in which they were made, also within a millisecond', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer({ min: 0, max: 3 })), (seed, steps) => {
        const source = new UlidSource(new Random(seed));
        let now = Date.UTC(2025, 5, 1);
        let last = '';
        for (const step of steps) {
          now += step;
          const id = source.next(now);
          assert.match(id, /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
          assert.ok(id > last, `${id} after ${last}`);
          last = id;
        }
      }),
    );
  });

  it('begin with their time, as a ULID does', () => {
    // the example of the ULID specification
    assert.equal(new UlidSource(new Random(1)).next(1_469_918_176_385).slice(0, 10), '01ARYZ6S41');
  });

  it('of flows are UUIDs of version 4, each another', () => {
    const random = new Random(1);
    const ids = Array.from({ length: 1_000 }, () => uuid(random));
    const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    for (const id of ids) assert.match(id, form);
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('an agenda', () => {
  it('gives what is due in the order of time, and of one time in the order in which it came', () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 0, max: 4 }) }),
      fc.record({ take: fc.integer({ min: 0, max: 8 }) }),
      fc.record({ postpone: fc.integer({ min: 0, max: 2 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
        const agenda = new Agenda<number>();
        let expected: { at: number; item: number }[] = [];
        steps.forEach((what, item) => {
          if ('add' in what) {
            agenda.add(what.add, item);
            expected.push({ at: what.add, item });
            expected.sort((one, other) => one.at - other.at || one.item - other.item);
          } else if ('take' in what) {
            const first = expected[0];
            const isDue = first !== undefined && first.at <= what.take;
            assert.equal(agenda.take(what.take), isDue ? first.item : undefined);
            if (isDue) expected.shift();
          } else {
            agenda.postpone(what.postpone);
            expected = expected.map(({ at, item: one }) => ({ at: at + what.postpone, item: one }));
          }
          assert.equal(agenda.size, expected.length);
          assert.equal(agenda.nextAt, expected[0]?.at ?? Number.POSITIVE_INFINITY);
        });
      }),
    );
  });
});

describe('a pool', () => {
  it('has what was put in and not taken out, and draws from that only', () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean());
    fc.assert(
      fc.property(fc.integer(), fc.array(step, { maxLength: 60, size: 'max' }), (seed, steps) => {
        const random = new Random(seed);
        const pool = new Pool<number>();
        const expected = new Set<number>();
        for (const [item, belongs] of steps) {
          pool.update(item, belongs);
          if (belongs) expected.add(item);
          else expected.delete(item);
          assert.equal(pool.size, expected.size);
          const drawn = pool.draw(random);
          assert.ok(drawn === undefined ? expected.size === 0 : expected.has(drawn));
          const round = Array.from({ length: expected.size }, () => pool.nextInTurn());
          assert.deepEqual(new Set(round), expected);
        }
      }),
    );
  });
});
