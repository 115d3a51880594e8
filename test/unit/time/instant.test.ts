/** Times are read in every way that back-ends write them, and none is made up. */
import assert from 'node:assert/strict';
import { instantOf, isUsualInstant } from '../../../src/time/instant';

const NOON = Date.UTC(2025, 4, 6, 12);

describe('a point in time', () => {
  const readable: [value: unknown, instant: number, isUsual: boolean][] = [
    ['2025-05-06T12:00:00Z', NOON, true],
    ['2025-05-06T12:00:00.250Z', NOON + 250, true],
    ['2025-05-31T12:00:00Z', Date.UTC(2025, 4, 31, 12), true],
    ['2024-02-29T12:00:00Z', Date.UTC(2024, 1, 29, 12), true],
    ['2025-05-06T14:00:00+02:00', NOON, true],
    ['2025-05-06T08:30:00-03:30', NOON, true],
    ['2025-05-06T12:00Z', NOON, false],
    ['2025-05-06T12:00', NOON, false],
    ['2025-05-06 12:00:00Z', NOON, false],
    ['2025-05-06t12:00:00z', NOON, false],
    ['2025-05-06T14:00:00+02', NOON, false],
    ['2025-05-06T14:00:00+0200', NOON, false],
    ['2025-05-06T12:00:00,123456789Z', NOON + 123, false],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1), false],
    [NOON, NOON, false],
    [NOON / 1000, NOON, false],
    [String(NOON), NOON, false],
  ];
  for (const [value, instant, isUsual] of readable) {
    it(`is read, and told from the usual way of writing: ${value}`, () => {
      assert.equal(instantOf(value), instant);
      assert.equal(typeof value === 'string' && isUsualInstant(value), isUsual);
    });
  }

  it('is not made up of what is none', () => {
    const texts = ['', 'yesterday', '2025-05-06', '2025-02-29T12:00:00Z', '2025-13-01T12:00:00Z'];
    const more = ['2025-05-06T24:00:00Z', '2025-05-06T12:60:00Z', '2025-05-06T12:00:61Z', '12:00'];
    const others = [undefined, null, true, {}, [NOON], 0, -1, Number.NaN, 1e17, '2025'];
    for (const value of [...texts, ...more, ...others]) {
      assert.equal(instantOf(value), undefined, String(value));
      assert.equal(isUsualInstant(String(value)), false, String(value));
    }
  });
});
