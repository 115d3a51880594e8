/** What people read of an alert: one sentence with the vehicle, the matter and the limit. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Value } from '../../../src/vehicle/vehicle';
import { alertOf } from '../../../src/vehicle/watch/alert';
import { alertSentence, type Said } from '../../../src/vehicle/watch/sentence';
import { ENGLISH, type Texts } from '../../../src/vehicle/watch/texts';
import { at, newsAt, textAt, watchOn } from '../../support/vehicle';

const LEVEL = 'state_of_charge_or_fuel_level_in_percent';

function sentence(
  conditions: Parameters<typeof watchOn>[0],
  values: Readonly<Record<string, Value>>,
  said: Said = { say: 'raised' },
  holdFor = 0,
) {
  return alertSentence(watchOn(conditions, { holdFor }), newsAt(0, values), said);
}

const cleared: Said = { say: 'cleared' };
const place = { lat: 50.9375, lon: 6.96031 };

describe('the sentence of an alert', () => {
  it('says which vehicle, what is the matter, and where the limit lies, with units', () => {
    assert.equal(
      sentence([[LEVEL, 'lt', '20']], { [LEVEL]: 14 }),
      'AB12C: state of charge 14 %, below 20 %',
    );
    assert.equal(
      sentence([['mileage_in_kilometers', 'every', '15000']], {
        mileage_in_kilometers: 45_012.345,
      }),
      'AB12C: mileage 45,012.35 km, another 15,000 km',
    );
    assert.equal(
      sentence([['x_y', 'gte', '-1000.5']], { x_y: -7 }),
      'AB12C: x y -7, at least -1,000.5',
    );
  });

  it('has words for every operator, and for its end', () => {
    const expected: [string, string, Value, Value, string, string][] = [
      ['lt', '20', 14, 25, 'x 14, below 20', 'x 25, no longer below 20'],
      ['lte', '20', 20, 25, 'x 20, at most 20', 'x 25, above 20 again'],
      ['gte', '20', 20, 15, 'x 20, at least 20', 'x 15, below 20 again'],
      ['gt', '20', 25, 15, 'x 25, above 20', 'x 15, no longer above 20'],
      ['eq', 'A', 'A', 'B', 'x is A', 'x is B, no longer A'],
      ['neq', 'A', 'B', 'A', 'x is B, not A', 'x is A again'],
      ['in', 'A, B', 'B', 'C', 'x is B', 'x is C now'],
      ['true', '', true, false, 'x: yes', 'x: no longer'],
      ['false', '', false, true, 'x: no', 'x: yes again'],
      [
        'inside',
        '50.9375, 6.96, 100',
        place,
        { lat: 51, lon: 7 },
        'inside the area, at 50.93750, 6.96031',
        'no longer inside the area, at 51.00000, 7.00000',
      ],
      [
        'outside',
        '50.9375, 6.96, 100',
        { lat: 51, lon: 7 },
        place,
        'outside the area, at 51.00000, 7.00000',
        'back inside the area, at 50.93750, 6.96031',
      ],
      ['silent', '86400', 1, 1, 'not heard of for 24 h', 'heard of again'],
    ];
    for (const [operator, value, before, after, begins, over] of expected) {
      assert.equal(sentence([['x', operator, value]], { x: before }), `AB12C: ${begins}`);
      assert.equal(sentence([['x', operator, value]], { x: after }, cleared), `AB12C: ${over}`);
    }
  });

  it('says all that had to come together, and of its end only what is over', () => {
    const left: Parameters<typeof watchOn>[0] = [
      ['central_lock', 'eq', 'UNLOCKED'],
      ['ignition', 'eq', 'OFF'],
    ];
    const plate = { 'master_data.license_plate': 'M-IV 1042' };
    assert.equal(
      sentence(
        left,
        { ...plate, central_lock: 'UNLOCKED', ignition: 'OFF' },
        { say: 'raised' },
        300,
      ),
      'M-IV 1042: central lock is UNLOCKED; ignition is OFF (for 5 min)',
    );
    assert.equal(
      sentence(left, { ...plate, central_lock: 'LOCKED', ignition: 'OFF' }, cleared, 300),
      'M-IV 1042: central lock is LOCKED, no longer UNLOCKED',
    );
    assert.equal(sentence(left, {}, cleared), 'AB12C: it is over');
  });

  it('says of one that lasts that it still does', () => {
    assert.equal(
      sentence([[LEVEL, 'lt', '20']], { [LEVEL]: 12 }, { say: 'raised', isRepeated: true }),
      'AB12C: still state of charge 12 %, below 20 %',
    );
  });

  it('has times as people say them', () => {
    const times: [number, string][] = [
      [30, '30 s'],
      [90, '1.5 min'],
      [3600, '1 h'],
      [86_400, '24 h'],
      [172_800, '2 days'],
    ];
    for (const [seconds, text] of times) {
      assert.equal(
        sentence([['', 'silent', String(seconds)]], {}),
        `AB12C: not heard of for ${text}`,
      );
    }
  });

  it('is one line of bounded length that can be printed, whatever a vehicle tells', () => {
    const wild = fc
      .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 300 })
      .map((points) => String.fromCodePoint(...points));
    fc.assert(
      fc.property(wild, wild, wild, (plate, value, name) => {
        const property = `p${name.slice(0, 100)}`;
        const values = {
          license_plate: plate,
          'a.b': value,
          x: 1,
          [property]: [value.slice(0, 500)],
        };
        const conditions = Array.from({ length: 9 }, () => ['a.b', 'neq', 'z'] as const);
        const text = sentence([...conditions, [property, 'eq', 'y']], values);
        assert.ok([...text].length <= 400);
        assert.doesNotMatch(text, /[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
    assert.equal(sentence([['x', 'eq', 'y']], { x: 'a\n\u202eb\u0000c' }), 'AB12C: x is a b c');
  });

  it('can be said in another language', () => {
    const german: Texts = {
      ...ENGLISH,
      number: (value) => String(value).replace('.', ','),
      labels: { [LEVEL]: 'Ladestand' },
      begins: {
        ...ENGLISH.begins,
        lt: ({ label, value, limit }) => `${label} ${value}, unter ${limit}`,
      },
    };
    const watch = watchOn([[LEVEL, 'lt', '20']]);
    const text = alertSentence(watch, newsAt(0, { [LEVEL]: 14.5 }), { say: 'raised' }, german);
    assert.equal(text, 'AB12C: Ladestand 14,5 %, unter 20 %');
  });
});

describe('an alert', () => {
  it('has the sentence, and what a flow needs to go on', () => {
    const watch = watchOn([[LEVEL, 'lt', '20']]);
    const said = { say: 'raised', since: at(5) } as const;
    assert.deepEqual(alertOf('Battery', watch, newsAt(7, { [LEVEL]: 14 }), said), {
      text: 'AB12C: state of charge 14 %, below 20 %',
      vehicle_id: 'AB12C',
      watch: 'Battery',
      state: 'raised',
      since: textAt(5),
      values: { [LEVEL]: 14 },
    });
  });
});
