/** Whether a vehicle is in an area, and what is said of an area that is written wrong. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readArea } from '../../../src/vehicle/area/area';

function areaOf(text: string) {
  const result = readArea(text);
  assert.ok('area' in result, 'problem' in result ? result.problem : '');
  return (lat: number, lon: number) => result.area.has({ lat, lon });
}

function polygon(...rings: number[][][]): string {
  return JSON.stringify({ type: 'Polygon', coordinates: rings });
}

const SQUARE = [
  [6, 50],
  [8, 50],
  [8, 52],
  [6, 52],
  [6, 50],
];
const HOLE = [
  [6.5, 50.5],
  [7.5, 50.5],
  [7.5, 51.5],
  [6.5, 51.5],
  [6.5, 50.5],
];

describe('a circle', () => {
  it('reaches as far as its metres', () => {
    const isIn = areaOf('50.9375, 6.9603, 1000');
    assert.equal(isIn(50.9375, 6.9603), true);
    // a degree of latitude is 111,195 m on this globe
    assert.equal(isIn(50.9375 + 999 / 111_195, 6.9603), true);
    assert.equal(isIn(50.9375 + 1001 / 111_195, 6.9603), false);
    assert.equal(isIn(50.9375, 6.9603 + 1000 / (111_195 * Math.cos(0.889))), true);
    assert.equal(isIn(50.9375, 6.9603 + 1010 / (111_195 * Math.cos(0.889))), false);
  });

  it('lies across the date line and around a pole like anywhere else', () => {
    assert.equal(areaOf('0 179.99 5000')(0, -179.99), true);
    assert.equal(areaOf('89.99; 0; 5000')(89.99, 180), true);
    assert.equal(areaOf('0 179.9 5000')(0, -179.9), false);
  });
});

describe('a GeoJSON polygon', () => {
  it('has its longitudes first, and holes', () => {
    const isIn = areaOf(polygon(SQUARE, HOLE));
    assert.equal(isIn(50.2, 6.2), true);
    assert.equal(isIn(51, 7), false);
    assert.equal(isIn(6.2, 50.2), false);
    assert.equal(isIn(50, 7), true, 'its border counts as in it');
  });

  it('may be one of several, in a feature or a collection, as map tools export them', () => {
    const far = [
      [20, 20],
      [21, 20],
      [21, 21],
      [20, 20],
    ];
    const geometry = { type: 'MultiPolygon', coordinates: [[far], [SQUARE]] };
    const feature = { type: 'Feature', properties: {}, geometry };
    const collection = { type: 'FeatureCollection', features: [feature] };
    const geometries = { type: 'GeometryCollection', geometries: [geometry] };
    for (const one of [geometry, feature, collection, geometries]) {
      const isIn = areaOf(JSON.stringify(one));
      assert.deepEqual([isIn(51, 7), isIn(20.1, 20.5), isIn(0, 0)], [true, true, false]);
    }
  });

  it('may cross the date line, in either way of writing it, with a hole', () => {
    const across = [
      [179, -1],
      [-179, -1],
      [-179, 1],
      [179, 1],
      [179, -1],
    ];
    const beyond = [
      [179, -1],
      [181, -1],
      [181, 1],
      [179, 1],
      [179, -1],
    ];
    const hole = [
      [-179.6, -0.5],
      [-179.4, -0.5],
      [-179.4, 0.5],
      [-179.6, 0.5],
      [-179.6, -0.5],
    ];
    for (const ring of [across, beyond]) {
      const isIn = areaOf(polygon(ring, hole));
      assert.deepEqual(
        [179.5, -179.3, 180, -180].map((lon) => isIn(0, lon)),
        [true, true, true, true],
      );
      assert.deepEqual(
        [-179.5, 178.9, -178.9, 0].map((lon) => isIn(0, lon)),
        [false, false, false, false],
      );
    }
  });

  it('may reach around the earth', () => {
    const world = [
      [-180, -80],
      [180, -80],
      [180, 80],
      [-180, 80],
      [-180, -80],
    ];
    const isIn = areaOf(polygon(world));
    assert.deepEqual([isIn(0, 0), isIn(0, 180), isIn(85, 0)], [true, true, false]);
  });

  it('need not be closed by who writes it', () => {
    assert.equal(areaOf(polygon(SQUARE.slice(0, 4)))(51, 7), true);
  });

  it('has in it what is on the same side of all edges of a convex one', () => {
    const number = fc.integer({ min: 0, max: 1000 });
    const corner = fc.tuple(number, number).map(([lon, lat]) => [lon / 100, lat / 100] as const);
    fc.assert(
      fc.property(corner, corner, corner, corner, (a, b, c, [lon, lat]) => {
        const side = (p: readonly number[], q: readonly number[]) =>
          ((q[0] ?? 0) - (p[0] ?? 0)) * (lat - (p[1] ?? 0)) -
          ((q[1] ?? 0) - (p[1] ?? 0)) * (lon - (p[0] ?? 0));
        const sides = [side(a, b), side(b, c), side(c, a)];
        // too near to an edge for plain arithmetic to tell
        fc.pre(sides.every((one) => Math.abs(one) > 1e-9));
        const expected = sides.every((one) => one > 0) || sides.every((one) => one < 0);
        assert.equal(areaOf(polygon([a, b, c, a].map((one) => [...one])))(lat, lon), expected);
      }),
    );
  });
});

describe('an area that is written wrong', () => {
  it('is told in words what is wrong', () => {
    const expected: [string, RegExp][] = [
      ['', /^An area is needed: latitude/],
      ['50.9, 6.9', /^“50.9, 6.9” is no area/],
      ['50,9; 6,9; 100', /is no area.*points/],
      ['a b c', /is no area/],
      ['95, 6.9, 100', /^95 is no latitude/],
      ['50, 190, 100', /^190 is no longitude/],
      ['50, 6.9, 0', /more than 0/],
      ['{"type":', /^This is no JSON/],
      ['{}', /GeoJSON of the type nothing is no area/],
      ['{"type":"Point","coordinates":[7,50]}', /"Point" is no area/],
      ['{"type":"FeatureCollection","features":[]}', /no polygon/],
      ['{"type":"FeatureCollection"}', /needs a list/],
      [polygon(), /needs a ring/],
      [
        polygon([
          [6, 50],
          [8, 50],
          [6, 50],
        ]),
        /at least three corners/,
      ],
      [
        polygon([
          [50, 'x'],
          [8, 50],
          [6, 50],
        ] as number[][]),
        /two numbers/,
      ],
      [
        polygon([
          [6, 95],
          [8, 50],
          [6, 50],
          [6, 95],
        ]),
        /95 is no latitude.*longitude comes first/,
      ],
      [`{"type":"Polygon","x":"${'x'.repeat(500_000)}"}`, /too many/],
    ];
    for (const [text, sentence] of expected) {
      const result = readArea(text);
      assert.match('problem' in result ? result.problem : 'an area', sentence, text.slice(0, 60));
    }
  });

  it('never breaks anything, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('Polygon', 'MultiPolygon', 'Feature', 'FeatureCollection'),
        (any, type) => {
          const result = readArea(
            JSON.stringify({ type, coordinates: any, geometry: any, features: any }),
          );
          assert.equal(typeof ('problem' in result ? result.problem : 'x'), 'string');
        },
      ),
    );
  });
});
