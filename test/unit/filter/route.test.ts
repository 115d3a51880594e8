/** Routes choose an output by event type and major version. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createRouter, type Route } from '../../../src/filter/route';

function route(types: string[], majorVersions: number[] = []): Route {
  return { name: '', types, majorVersions };
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
});
