/** Routes choose an output by event type, major version, reason and source. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findEventType } from '../../../src/events/catalogue';
import { createRouter as create, type Route } from '../../../src/filter/route';

type Wanted = Partial<Pick<Route, 'reasons' | 'source'>>;

function route(types: string[], majorVersions: number[] = [], wanted: Wanted = {}): Route {
  return { name: '', types, majorVersions, reasons: [], source: undefined, ...wanted };
}

function createRouter(routes: readonly Route[]) {
  const choose = create(routes, (type) => findEventType(type)?.source);
  return (type: unknown, majorVersion: unknown, reasons?: unknown) =>
    choose({ type, majorVersion, reasons });
}

describe('routing by event type', () => {
  it('takes the first route that fits', () => {
    const choose = createRouter([route(['TripEnded']), route(['Trip*']), route(['*'])]);
    assert.equal(choose('TripEnded', 1), 0);
    assert.equal(choose('TripStarted', 1), 1);
    assert.equal(choose('SmokeDetected', 1), 2);
  });

  it('fits none where no route names the type, and keeps upper and lower case apart', () => {
    const choose = createRouter([route(['TripEnded', ' SmokeDetected '])]);
    assert.equal(choose('tripended', 1), -1);
    assert.equal(choose('SmokeDetected', 1), 0);
    assert.equal(choose(undefined, 1), -1);
  });

  it('goes on to the next route when the major version does not fit', () => {
    const choose = createRouter([route(['TripEnded'], [2, 3]), route(['TripEnded'])]);
    assert.equal(choose('TripEnded', 3), 0);
    assert.equal(choose('TripEnded', 1), 1);
    assert.equal(choose('TripEnded', undefined), 1);
  });

  it('reads a pattern as any text between its pieces, and every other character as itself', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '(', '+') });
    fc.assert(
      fc.property(piece, piece, (pattern, type) => {
        const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('\\*', '.*');
        const expected = new RegExp(`^${escaped}$`, 's').test(type) ? 0 : -1;
        assert.equal(createRouter([route([pattern])])(type, 1), expected);
      }),
    );
  });

  it('gives the same answer the thousandth time and after many other types', () => {
    const choose = createRouter([route(['Trip*'])]);
    for (let n = 0; n < 3000; n++) assert.equal(choose(`Trip${n}`, 1), 0);
    assert.equal(choose('Trip0', 1), 0);
    assert.equal(choose('Car', 1), -1);
  });

  it('takes an event that names one of the reasons, in a list or alone, and leaves the others to the next route', () => {
    const rented = route(['VehicleChanged'], [], { reasons: ['RENTAL_STATUS_CHANGED', 'NEW'] });
    const choose = createRouter([rented, route(['*'])]);
    assert.equal(choose('VehicleChanged', 1, ['LIFE_STATUS_CHANGED', 'RENTAL_STATUS_CHANGED']), 0);
    assert.equal(choose('VehicleChanged', 1, 'NEW'), 0);
    for (const other of [['LIFE_STATUS_CHANGED'], [], undefined, null, 'rental_status_changed']) {
      assert.equal(choose('VehicleChanged', 1, other), 1);
    }
  });

  it('takes only what the vehicle tells, or only what INVERS tells, and neither where that is not known', () => {
    const choose = createRouter([
      route(['*'], [], { source: 'vehicle' }),
      route(['*'], [], { source: 'oneapi' }),
      route(['*']),
    ]);
    assert.equal(choose('VehicleStateRecorded', 2), 0);
    assert.equal(choose('TripEnded', 1), 1);
    assert.equal(choose('TypeOfTomorrow', 1), 2);
  });
});
