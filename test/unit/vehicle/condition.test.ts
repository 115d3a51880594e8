/** Conditions: what they hold for, when they are over, and what is said of one that is written wrong. */
import assert from 'node:assert/strict';
import type { Value } from '../../../src/vehicle/vehicle';
import { type ConditionSettings, readCondition } from '../../../src/vehicle/watch/condition';
import { readWatch } from '../../../src/vehicle/watch/watch-settings';
import { newsAt, watchOn } from '../../support/vehicle';

type Written = readonly [string, string, string?, string?];

function holds(written: Written, value: Value | undefined, test: 'begins' | 'lasts' = 'begins') {
  const [condition] = watchOn([written]).conditions;
  assert.ok(condition?.kind === 'value');
  const [name = ''] = (written[0] || 'position').split(/[.[]/);
  return condition[test](
    condition.property.valueIn(newsAt(0, value === undefined ? {} : { [name]: value })),
  );
}

function problem([property, operator, value = '', clear = '']: Written) {
  const result = readCondition({ property, operator, value, clear });
  return 'problem' in result ? `${result.field}: ${result.problem}` : undefined;
}

describe('a condition', () => {
  it('compares numbers by their order', () => {
    const order: [string, boolean[]][] = [
      ['lt', [true, false, false]],
      ['lte', [true, true, false]],
      ['gte', [false, true, true]],
      ['gt', [false, false, true]],
      ['eq', [false, true, false]],
      ['neq', [true, false, true]],
    ];
    for (const [operator, expected] of order) {
      assert.deepEqual(
        [19.9, 20, 20.1].map((value) => holds(['x', operator, '20'], value)),
        expected,
      );
    }
  });

  it('compares with what was typed as the property’s type has it', () => {
    assert.equal(holds(['central_lock', 'eq', 'UNLOCKED'], 'UNLOCKED'), true);
    assert.equal(holds(['central_lock', 'eq', 'unlocked'], 'UNLOCKED'), false);
    assert.equal(holds(['driving_enabled', 'eq', 'true'], true), true);
    assert.equal(holds(['x', 'eq', '7'], 7), true);
    assert.equal(holds(['x', 'eq', '7'], '7'), true);
    assert.equal(holds(['x', 'eq', 'true'], true), true);
    assert.equal(holds(['x', 'neq', 'a'], 'b'), true);
    assert.equal(holds(['x', 'neq', 'a'], 'a'), false);
    assert.equal(holds(['central_lock', 'in', ' UNLOCKED , AJAR,'], 'AJAR'), true);
    assert.equal(holds(['central_lock', 'in', 'UNLOCKED, AJAR'], 'LOCKED'), false);
    assert.equal(holds(['x', 'true'], true), true);
    assert.equal(holds(['x', 'true'], false), false);
    assert.equal(holds(['x', 'false'], false), true);
  });

  it('cannot be told where there is no such property, or nothing to compare', () => {
    const written: Written[] = [
      ['x', 'lt', '5'],
      ['x', 'true'],
      ['x', 'false'],
      ['x', 'eq', 'a'],
      ['x', 'neq', 'a'],
      ['x', 'in', 'a'],
      ['x', 'inside', '1,2,3'],
      ['x', 'outside', '1,2,3'],
    ];
    for (const one of written) {
      assert.equal(holds(one, undefined), undefined, one[1]);
      assert.equal(holds(one, { a: 1 }), undefined, one[1]);
    }
    assert.equal(holds(['x', 'lt', '5'], '4'), undefined);
    assert.equal(holds(['x', 'true'], 'true'), undefined);
    assert.equal(holds(['x', 'inside', '1,2,3'], { lat: 91, lon: 2 }), undefined);
  });

  it('looks at any path into the values', () => {
    assert.equal(holds(['position.lat', 'gt', '50'], { lat: 50.9, lon: 7 }), true);
    assert.equal(holds(['doors[1].open', 'true'], [{}, { open: true }]), true);
    assert.equal(holds(['doors[2].open', 'true'], [{}, { open: true }]), undefined);
    assert.equal(holds(['a.constructor', 'eq', 'x'], { b: 1 }), undefined);
    const [condition] = watchOn([['master_data.license_plate', 'eq', 'M 1']]).conditions;
    assert.ok(condition?.kind === 'value');
    const { property } = condition;
    assert.equal(property.valueIn(newsAt(0, { 'master_data.license_plate': 'M 1' })), 'M 1');
    assert.equal(
      property.valueIn(newsAt(0, { master_data: { license_plate: 'M 2' }, z: 1 })),
      'M 2',
    );
  });

  it('is over at a value of its own', () => {
    for (const [operator, value, clear, between, beyond] of [
      ['lt', '20', '40', 30, 40],
      ['lte', '20', '40', 40, 41],
      ['gt', '40', '20', 30, 20],
      ['gte', '40', '20', 20, 19],
    ] as const) {
      const written = ['x', operator, value, clear] as const;
      assert.deepEqual(
        [
          holds(written, between),
          holds(written, between, 'lasts'),
          holds(written, beyond, 'lasts'),
        ],
        [false, true, false],
      );
    }
    const near = { lat: 50, lon: 7.002 };
    assert.deepEqual(
      [
        holds(['', 'inside', '50, 7, 100', '300'], near),
        holds(['', 'inside', '50, 7, 100', '300'], near, 'lasts'),
      ],
      [false, true],
    );
    assert.deepEqual(
      [
        holds(['', 'outside', '50, 7, 300', '100'], near),
        holds(['', 'outside', '50, 7, 300', '100'], near, 'lasts'),
      ],
      [false, true],
    );
  });

  it('is told in words what is wrong with it, and where', () => {
    const expected: [Written, string][] = [
      [
        ['x', 'less', '5'],
        'operator: “less” is no operator: lt, lte, eq, neq, gte, gt, in, true, false, inside, outside, silent, every.',
      ],
      [['  ', 'lt', '5'], 'property: A property is needed.'],
      [['x', 'lt', '14,5'], 'value: “14,5” is no number: write it as in 14.5.'],
      [['x', 'lt', ''], 'value: A number is missing here: type one, as in 14.5.'],
      [
        ['central_lock', 'lt', '5'],
        'value: central_lock is no number, but one of LOCKED, UNLOCKED: compare it with eq, neq or in.',
      ],
      [
        ['mileage_in_kilometers', 'eq', 'far'],
        'value: mileage_in_kilometers is a number: “far” is none.',
      ],
      [
        ['driving_enabled', 'in', 'true,maybe'],
        'value: driving_enabled is true or false: “maybe” is none.',
      ],
      [
        ['central_lock', 'true'],
        'value: central_lock is not true or false, but one of LOCKED, UNLOCKED.',
      ],
      [['x', 'in', ' , '], 'value: A list is needed, with commas between its values.'],
      [['x', 'eq', 'a', 'b'], 'clear: Only lt, lte, gt and gte are over at a value of their own.'],
      [['x', 'lt', '20', '10'], 'clear: It would be over before it began: 10 is less than 20.'],
      [['x', 'gte', '20', '30'], 'clear: It would be over before it began: 30 is more than 20.'],
      [['x', 'lt', '20', 'x'], 'clear: “x” is no number: write it as in 14.5.'],
      [['', 'silent', '0'], 'value: The seconds must be a number above 0.'],
      [['x', 'every', '-1'], 'value: The step must be a number above 0.'],
      [['', 'inside', '1, 2, 3', '2'], 'clear: It would be over before it began: at 2 m of 3 m.'],
      [['', 'outside', '1, 2, 3', '4'], 'clear: It would be over before it began: at 4 m of 3 m.'],
      [['', 'outside', '1, 2, 3', 'x'], 'clear: The metres must be a number above 0.'],
    ];
    for (const [written, sentence] of expected) assert.equal(problem(written), sentence);
  });

  it('may compare with values that no page names', () => {
    assert.equal(problem(['central_lock', 'eq', 'AJAR']), undefined);
  });
});

describe('a watch as it is stored', () => {
  const good: ConditionSettings = { property: 'x', operator: 'lt', value: '5', clear: '' };

  it('is read with seconds and minutes', () => {
    const result = readWatch({ conditions: [good], holdFor: 300, repeat: 60 });
    assert.ok('watch' in result);
    assert.deepEqual([result.watch.holdFor, result.watch.repeat], [300_000, 3_600_000]);
  });

  it('is told all that is wrong with it', () => {
    const bad = { ...good, value: 'x' };
    const result = readWatch({ conditions: [good, bad], holdFor: -1, repeat: Number.NaN });
    assert.ok('problems' in result);
    assert.deepEqual(
      result.problems.map(({ field, condition }) => [field, condition]),
      [
        ['value', 1],
        ['holdFor', undefined],
        ['repeat', undefined],
      ],
    );
    assert.ok('problems' in readWatch({ conditions: [], holdFor: 0, repeat: 0 }));
    assert.ok('problems' in readWatch({ conditions: Array(21).fill(good), holdFor: 0, repeat: 0 }));
  });
});
