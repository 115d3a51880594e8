/** What an event tells of its vehicle is found wherever it stands, and what cannot be kept is left out. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { merge } from '../../../src/vehicle/merge';
import { NameLists } from '../../../src/vehicle/name-lists';
import { readNews } from '../../../src/vehicle/news';
import { shownNews, shownVehicle } from '../../../src/vehicle/shown';
import { readTime, timeText } from '../../../src/vehicle/time-text';
import {
  MAX_ID_LENGTH,
  MAX_NAME_LENGTH,
  MAX_VALUE_LENGTH,
  vehicleName,
} from '../../../src/vehicle/vehicle';
import { at, newsAt, textAt } from '../../support/vehicle';

const lists = new NameLists();
const NOW = at(1000);

function read(
  data: unknown,
  {
    type = 'VehicleStateRecorded',
    occurredAt = textAt(9),
    state,
  }: { type?: unknown; occurredAt?: unknown; state?: unknown } = {},
) {
  const news = readNews({ id: 'AB12C', type, occurredAt, data, state }, { lists, now: NOW });
  assert.ok(news);
  return news;
}

function valuesIn(...args: Parameters<typeof read>) {
  return shownVehicle(read(...args)).values;
}

const timestamp = textAt(5);
const mileage = { timestamp, value: 41250 };

describe('finding the state in an event', () => {
  it('finds it by its shape, in the payload or one level below, under any name', () => {
    const expected = { mileage_in_kilometers: 41250 };
    assert.deepEqual(valuesIn({ vehicle_id: 'AB12C', mileage_in_kilometers: mileage }), expected);
    assert.deepEqual(
      valuesIn({ vehicle_id: 'AB12C', any: { mileage_in_kilometers: mileage } }),
      expected,
    );
    assert.deepEqual(valuesIn({ a: { b: { mileage_in_kilometers: mileage } } }), {});
    assert.deepEqual(valuesIn({ list: [{ mileage_in_kilometers: mileage }] }), {});
  });

  it('takes it from where the user said it stands, and then from nowhere else', () => {
    const state = { x: { timestamp, value: 1 } };
    assert.deepEqual(valuesIn({ other: { mileage_in_kilometers: mileage } }, { state }), { x: 1 });
    assert.deepEqual(valuesIn({ other: { mileage_in_kilometers: mileage } }, { state: null }), {});
  });

  it('takes the newest of each property where there are several states', () => {
    const data = {
      start: { x: { timestamp: textAt(1), value: 1 }, y: { timestamp: textAt(1), value: 1 } },
      end: { x: { timestamp: textAt(2), value: 2 } },
    };
    assert.deepEqual(valuesIn(data), { x: 2, y: 1 });
  });

  it('knows from any event that the vehicle was heard of, whatever is in it', () => {
    for (const data of [undefined, null, 'x', 7, [], {}, { a: null }]) {
      const news = read(data, { type: 'TripEnded' });
      assert.deepEqual([news.names, news.firstHeard, news.lastHeard], [[], at(9), at(9)]);
    }
  });

  it('takes the clock where an event has no usable time of its own', () => {
    for (const occurredAt of ['', null, 7, 'yesterday', '2025-05-06', '2055-05-06T07:08:09Z']) {
      assert.equal(read({}, { occurredAt }).lastHeard, NOW);
    }
  });

  it('leaves out null, values of a wrong type, and what has no usable time', () => {
    const wrong: Record<string, unknown> = {
      mileage_in_kilometers: { timestamp, value: '41250' },
      central_lock: { timestamp, value: true },
      driving_enabled: { timestamp, value: 'ON' },
      cellular_signal_quality: { timestamp, value: 2.5 },
      position: { timestamp, value: { lat: 50.9 } },
      a: { timestamp, value: null },
      b: { timestamp: 'now', value: 1 },
      c: { timestamp: '2055-05-06T07:08:09Z', value: 1 },
      d: { timestamp, value: Number.NaN },
      e: { timestamp, value: () => 1 },
      f: { timestamp, value: new Date() },
      g: { value: 1 },
      h: { timestamp },
    };
    assert.deepEqual(valuesIn({ state: { ...wrong, good: { timestamp, value: 0 } } }), { good: 0 });
  });

  it('keeps values that no page names, and properties that no page names', () => {
    const state = {
      central_lock: { timestamp, value: 'AJAR' },
      new_one: { timestamp, value: [1, { a: null }] },
    };
    assert.deepEqual(valuesIn({ state }), { central_lock: 'AJAR', new_one: [1, { a: null }] });
  });

  it('leaves out what is longer, deeper or more than it may be', () => {
    const deep = JSON.parse(`${'['.repeat(9)}${']'.repeat(9)}`) as unknown;
    const state = {
      a: { timestamp, value: 'x'.repeat(MAX_VALUE_LENGTH + 1) },
      b: { timestamp, value: { text: 'x'.repeat(MAX_VALUE_LENGTH) } },
      c: { timestamp, value: deep },
      d: { timestamp, value: Array(1000).fill(1) },
      ['n'.repeat(MAX_NAME_LENGTH + 1)]: { timestamp, value: 1 },
      e: { timestamp, value: 'x'.repeat(MAX_VALUE_LENGTH) },
    };
    assert.deepEqual(Object.keys(valuesIn({ state })), ['e']);
    const event = { type: 'x', occurredAt: timestamp, data: {} };
    assert.equal(
      readNews({ ...event, id: 'x'.repeat(MAX_ID_LENGTH + 1) }, { lists, now: NOW }),
      undefined,
    );
    assert.equal(readNews({ ...event, id: '' }, { lists, now: NOW }), undefined);
  });

  it('is not led to prototypes by names', () => {
    const data: unknown = JSON.parse(
      `{"state":{"__proto__":{"timestamp":"${timestamp}","value":{"polluted":1}},
        "constructor":{"timestamp":"${timestamp}","value":"c"},
        "x":{"timestamp":"${timestamp}","value":{"__proto__":{"polluted":1}}}},
        "vehicle":{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":1}}}}`,
    );
    const shown = shownVehicle(read(data, { type: 'VehicleChanged' }));
    assert.deepEqual(Object.entries(shown.values), [['constructor', 'c']]);
    assert.equal(Object.getPrototypeOf(shown.values), Object.prototype);
    assert.equal('polluted' in {}, false);
  });

  it('reads anything that JSON can be, and what it makes of it can be kept and shown', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('VehicleChanged', 'x'), (data, type) => {
        const news = read({ vehicle: data, other: data }, { type });
        const { vehicle, changed } = merge(undefined, news, lists);
        const shown = shownNews(vehicle, changed);
        assert.deepEqual(
          JSON.parse(JSON.stringify(shown.values)),
          JSON.parse(JSON.stringify(shownVehicle(news).values)),
        );
      }),
    );
  });

  it('does not change when the flow changes the event or what it was shown', () => {
    const x = { timestamp, value: { a: { b: 1 }, c: [{ d: 1 }] } };
    const news = read({ state: { x } });
    for (const value of [x.value, shownVehicle(news).values['x'] as typeof x.value]) {
      value.a.b = 9;
      (value.c[0] as { d: number }).d = 9;
    }
    assert.deepEqual(news.values, [{ a: { b: 1 }, c: [{ d: 1 }] }]);
  });
});

describe('the attributes of a VehicleChanged event', () => {
  const vehicle = {
    id: 'AB12C',
    rental_status: { value: 'IN_RENTAL' },
    master_data: { license_plate: 'M-IV 1042', model: null, brand: 'x' },
    custom_fields: { Depot: 'north' },
  };
  const changed = { type: 'VehicleChanged' };

  it('are values by their paths, with the time of their event', () => {
    const news = read({ reasons: ['RENTAL_STATUS_CHANGED'], vehicle }, changed);
    assert.deepEqual(shownVehicle(news).values, {
      rental_status: 'IN_RENTAL',
      master_data: { license_plate: 'M-IV 1042', brand: 'x' },
      custom_fields: { Depot: 'north' },
    });
    assert.deepEqual(shownVehicle(news).state['master_data.license_plate'], {
      timestamp: textAt(9),
      value: 'M-IV 1042',
    });
  });

  it('are taken from no other event', () => {
    assert.deepEqual(valuesIn({ vehicle }), {});
    assert.deepEqual(valuesIn({ vehicle: 'AB12C' }, changed), {});
    assert.deepEqual(valuesIn(null, changed), {});
  });

  it('have the time of their event where a number beside them is none', () => {
    const vehicle = { colour: { timestamp: 7, value: 'red' } };
    const { times } = read({ vehicle }, { type: 'VehicleChanged' });
    assert.deepEqual(times, [at(9)]);
  });

  it('move forward in time like any property, each on its own', () => {
    const old = read({ vehicle }, { ...changed, occurredAt: textAt(1) });
    const plate = { vehicle: { master_data: { license_plate: 'M-IV 7' } } };
    const newer = read(plate, { ...changed, occurredAt: textAt(2) });
    const forward = merge(old, newer, lists);
    assert.deepEqual(Object.keys(forward.changed), ['master_data.license_plate']);
    assert.deepEqual(merge(newer, old, lists).vehicle, forward.vehicle);
    assert.equal(vehicleName(forward.vehicle), 'M-IV 7');
  });

  it('are left out with a type that is not theirs', () => {
    const wrong = { rental_status: { value: 1 }, a: { value: null }, b: { value: 2 } };
    assert.deepEqual(valuesIn({ vehicle: wrong }, changed), { b: 2 });
  });

  it('keep a time of their own where they have one, also as a state deep in the event', () => {
    const own = {
      rental_status: mileageLike('IN_RENTAL'),
      latest: { state: { ignition: mileageLike('ON') } },
    };
    const { state } = shownVehicle(read({ vehicle: own }, changed));
    assert.deepEqual(state, {
      ignition: { timestamp, value: 'ON' },
      rental_status: { timestamp, value: 'IN_RENTAL' },
    });
  });

  function mileageLike(value: string) {
    return { timestamp, value };
  }
});

describe('a vehicle as flows see it', () => {
  it('has plain values, their times, and what changed', () => {
    const { vehicle } = merge(undefined, newsAt(0, { x: 1 }), lists);
    const { vehicle: next, changed } = merge(vehicle, newsAt(60, { x: 2, y: true }), lists);
    assert.deepEqual(shownNews(next, changed), {
      id: 'AB12C',
      values: { x: 2, y: true },
      state: { x: { timestamp: textAt(60), value: 2 }, y: { timestamp: textAt(60), value: true } },
      first_heard_at: textAt(0),
      last_heard_at: textAt(60),
      changed: {
        x: { from: 1, to: 2, timestamp: textAt(60) },
        y: { from: null, to: true, timestamp: textAt(60) },
      },
    });
  });

  it('is called by its licence plate where one is known, else by its id', () => {
    assert.equal(vehicleName(newsAt(0, { x: 1 })), 'AB12C');
    assert.equal(vehicleName(newsAt(0, { 'master_data.license_plate': ' ' })), 'AB12C');
    assert.equal(vehicleName(newsAt(0, { license_plate: 'M-IV 1', x: 1 })), 'M-IV 1');
  });

  it('keeps the name of an attribute whole where its path leads through something else', () => {
    const news = newsAt(0, { a: 1, 'a.b': 2, 'c.d': 3, 'c.d.e': 4, 'f.__proto__': 5 });
    assert.deepEqual(shownVehicle(news).values, {
      a: 1,
      'a.b': 2,
      c: { d: 3 },
      'c.d.e': 4,

      'f.__proto__': 5,
    });
  });
});

describe('times in events', () => {
  it('are read with any zone and fraction, and written in UTC', () => {
    assert.equal(readTime('2025-05-06T07:00:05Z'), at(5));
    assert.equal(readTime('2025-05-06T07:00:05.000Z'), at(5));
    assert.equal(readTime('2025-05-06T09:00:05.250999+02:00'), at(5) + 250);
    assert.equal(readTime('2025-05-06T07:00Z'), at(0));
    assert.equal(timeText(at(5) + 250), '2025-05-06T07:00:05.250Z');
  });

  it('are read as in the metadata where they are written in an unusual way', () => {
    for (const time of [
      '2025-05-06T09:00:05+02',
      '2025-05-06 07:00:05Z',
      '2025-05-06t07:00:05z',
      '2025-05-06T07:00:05',
      '2025-05-06T07:00:05.0000000001Z',
      at(5),
      at(5) / 1000,
      String(at(5)),
    ]) {
      assert.equal(readTime(time), at(5), `${time}`);
      assert.deepEqual(valuesIn({ state: { x: { timestamp: time, value: 1 } } }), { x: 1 });
    }
    assert.equal(readTime('2025-05-06T06:59:60Z'), at(0));
  });

  it('are no times without a date, or where no calendar has them', () => {
    const texts = [
      '',
      'x',
      '5',
      '2025-05-06',
      '2025-13-06T07:00:05Z',
      '2025-05-06T25:00:05Z',
      '2025-05-0xT07:00:05Z',
    ];
    for (const text of [...texts, 5, null, undefined, {}])
      assert.equal(readTime(text), undefined, `${text}`);
  });

  it('are the same in the fast way and in the usual one, also where many are near each other', () => {
    const near = fc.integer({ min: 0, max: 20_000_000 }).map((ms) => new Date(at(0) + ms));
    const any = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(near, any), { minLength: 1 }), (list) => {
        for (const date of [...list, ...list]) {
          const text = date.toISOString().replace('.000Z', 'Z');
          assert.equal(timeText(date.getTime()), text);
          assert.equal(readTime(text), date.getTime());
        }
      }),
    );
  });
});
