/** Of each property the newest is known, whatever the order in which news come, and however often. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { merge } from '../../../src/vehicle/merge';
import { NameLists } from '../../../src/vehicle/name-lists';
import { readNews } from '../../../src/vehicle/news';
import { reviveVehicle } from '../../../src/vehicle/revive';
import { shownVehicle } from '../../../src/vehicle/shown';
import { MAX_PROPERTIES, type Vehicle } from '../../../src/vehicle/vehicle';
import { at, newsAt, textAt } from '../../support/vehicle';

const lists = new NameLists();

const names = fc.constantFrom(
  'ignition',
  'mileage_in_kilometers',
  'position',
  'x',
  'é',
  'constructor',
);
const values = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom('ON', 'OFF', '\u{1f600}', '\uffee'),
  fc.record({ lat: fc.integer({ min: 0, max: 2 }), lon: fc.constant(7) }),
);
/** Few names, times and values, so that they meet. */
const news = fc
  .record({
    occurred: fc.integer({ min: 0, max: 9 }),
    state: fc.dictionary(
      names,
      fc.record({ timestamp: fc.integer({ min: 0, max: 4 }).map(textAt), value: values }),
      { noNullPrototype: true },
    ),
  })
  .map(({ occurred, state }) => {
    const event = { id: 'A', type: 'x', occurredAt: textAt(occurred), data: { state } };
    return readNews(event, { lists, now: at(100) }) as Vehicle;
  });

function all(events: readonly Vehicle[]): Vehicle | undefined {
  return events.reduce<Vehicle | undefined>(
    (known, one) => merge(known, one, lists).vehicle,
    undefined,
  );
}

describe('merging news into a vehicle', () => {
  it('comes to the same whatever the order and the number of copies', () => {
    const shuffled = fc
      .array(news, { minLength: 1, maxLength: 8 })
      .chain((events) =>
        fc.tuple(
          fc.constant(events),
          fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([events, others]) => assert.deepEqual(all(others), all(events))),
    );
  });

  it('comes to the same whether news are merged one by one or among themselves first', () => {
    fc.assert(
      fc.property(news, news, news, (a, b, c) => {
        const left = merge(merge(a, b, lists).vehicle, c, lists).vehicle;
        assert.deepEqual(merge(a, merge(b, c, lists).vehicle, lists).vehicle, left);
      }),
    );
  });

  it('changes nothing by what is known, and says so by the same object', () => {
    fc.assert(
      fc.property(fc.array(news, { minLength: 1 }), fc.nat(), (events, index) => {
        const known = all(events);
        const again = merge(known, events[index % events.length] as Vehicle, lists);
        assert.equal(again.vehicle, known);
        assert.deepEqual(again.changed, {});
      }),
    );
  });

  it('keeps of each property the newest, as a search through all news finds it', () => {
    fc.assert(
      fc.property(fc.array(news, { minLength: 1 }), (events) => {
        const newest = new Map<string, number>();
        for (const { names: told, times } of events) {
          told.forEach((name, index) => {
            newest.set(name, Math.max(newest.get(name) ?? 0, times[index] ?? 0));
          });
        }
        const vehicle = all(events) as Vehicle;
        assert.deepEqual(
          new Map(vehicle.names.map((name, i) => [name, vehicle.times[i]])),
          new Map([...newest].sort()),
        );
        assert.equal(vehicle.lastHeard, Math.max(...events.map(({ lastHeard }) => lastHeard)));
        assert.equal(vehicle.firstHeard, Math.min(...events.map(({ firstHeard }) => firstHeard)));
      }),
    );
  });

  it('tells exactly the values that differ before and after', () => {
    fc.assert(
      fc.property(fc.array(news, { minLength: 1 }), news, (events, last) => {
        const known = all(events) as Vehicle;
        const { vehicle, changed } = merge(known, last, lists);
        const before = shownVehicle(known).state;
        const after = shownVehicle(vehicle).state;
        for (const [name, { timestamp, value }] of Object.entries(after)) {
          const from = Object.hasOwn(before, name) ? before[name]?.value : null;
          const isChanged = JSON.stringify(from) !== JSON.stringify(value);
          assert.equal(Object.hasOwn(changed, name), isChanged);
          if (isChanged) assert.deepEqual(changed[name], { from, to: value, timestamp });
        }
      }),
    );
  });

  it('never changes what it was given', () => {
    const known = newsAt(0, { x: 1, position: { lat: 1, lon: 2 } });
    const copy = structuredClone(known);
    const { vehicle, changed } = merge(known, newsAt(9, { x: 2, y: 3 }), lists);
    Object.assign(changed['x'] ?? {}, { from: 9 });
    assert.deepEqual(known, copy);
    assert.deepEqual(vehicle.values, [{ lat: 1, lon: 2 }, 2, 3]);
  });

  it('takes an object with its properties in another order for the same', () => {
    const known = newsAt(0, { position: { lat: 1, lon: 2 } });
    assert.deepEqual(merge(known, newsAt(5, { position: { lon: 2, lat: 1 } }), lists).changed, {});
  });

  it('decides between values of one time whatever the order of their properties', () => {
    const known = newsAt(0, { position: { lat: 3, lon: 0 } });
    for (const position of [
      { lat: 2, lon: 1 },
      { lon: 1, lat: 2 },
    ]) {
      assert.equal(merge(known, newsAt(0, { position }), lists).vehicle, known);
    }
  });

  it('keeps no more properties than its bound, the same in whatever order they come, and those that INVERS names', () => {
    const many = (from: number) =>
      Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`a${from + n}`, n]));
    const [a, b] = [newsAt(0, many(0), lists), newsAt(1, many(100), lists)];
    const c = newsAt(2, { mileage_in_kilometers: 7 }, lists);
    const vehicle = all([a, b, c]) as Vehicle;
    assert.equal(vehicle.names.length, MAX_PROPERTIES);
    assert.ok(vehicle.names.includes('mileage_in_kilometers'));
    for (const order of [
      [b, a, c],
      [c, b, a, b],
      [c, a, b],
    ])
      assert.deepEqual(all(order), vehicle);
  });

  it('lets vehicles that report the same properties share the list of their names', () => {
    const a = newsAt(0, { x: 1, y: 2, z: 3 }, lists);
    const b = newsAt(0, { z: 1, x: 2 }, lists);
    assert.equal(merge(b, newsAt(1, { y: 1 }, lists), lists).vehicle.names, a.names);
    assert.equal(reviveVehicle(JSON.parse(JSON.stringify(a)), lists)?.names, a.names);
  });

  it('goes on when there are more lists than it shares', () => {
    const few = new NameLists(10);
    let known: Vehicle | undefined;
    for (let n = 0; n < 50; n++)
      known = merge(known, newsAt(n, { [`p${n}`]: n, x: n }, few), few).vehicle;
    assert.equal(known?.names.length, 51);
    const first = few.shared(['x']);
    for (let n = 0; n < 20; n++) few.shared([`q${n}`]);
    assert.notEqual(few.shared(['x']), first, 'what it shares is forgotten at last');
    assert.equal(known?.values[50], 49);
  });
});

describe('a vehicle that was kept as JSON', () => {
  it('is the same afterwards', () => {
    fc.assert(
      fc.property(fc.array(news, { minLength: 1 }), (events) => {
        const vehicle = all(events);
        assert.deepEqual(reviveVehicle(JSON.parse(JSON.stringify(vehicle)), lists), vehicle);
      }),
    );
  });

  it('is none where anything in it is damaged', () => {
    const good = newsAt(0, { position: { lat: 1, lon: 2 }, x: 1 });
    const damages: object[] = [
      { id: '' },
      { id: 7 },
      { names: ['x', 'position'] },
      { names: ['__proto__', 'x'] },
      { names: ['x'] },
      { times: [1, 'x'] },
      { times: [1, null] },
      { values: [1, null] },
      { values: ['nowhere', 1] },
      { firstHeard: null },
      { lastHeard: '2025' },
      { names: undefined },
    ];
    for (const damage of damages) {
      const data: unknown = JSON.parse(JSON.stringify({ ...good, ...damage }));
      assert.equal(reviveVehicle(data, lists), undefined, JSON.stringify(damage));
    }
    assert.equal(reviveVehicle(null, lists), undefined);
    assert.deepEqual(reviveVehicle(JSON.parse(JSON.stringify(good)), lists), good);
  });
});
