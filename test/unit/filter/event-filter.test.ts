/** What one filter lets through of an event that comes to it twice, or late. */
import assert from 'node:assert/strict';
import { EventFilter } from '../../../src/filter/event-filter';
import { Dedupe, type DeliveryOfEvent } from '../../../src/memory/dedupe';
import { MemoryStore } from '../../../src/memory/memory/memory-store';
import { MovedClock } from '../../support/moved-clock';

function createFilter() {
  const clock = new MovedClock();
  const dedupe = new Dedupe(new MemoryStore({ maxEntries: 100, now: () => clock.now() }), clock);
  const options = { other: true, window: 60_000, duplicates: true, dedupe };
  const filter = new EventFilter({ ...options, routes: [] });
  const delivery: DeliveryOfEvent = { enlist: () => 'enlisted', deadline: () => undefined };
  /** Its output, or undefined where it waits. */
  const comes = (isAtOutput2: boolean, owner = 'd1') => {
    const event = { type: 'x', majorVersion: 1, key: 'a', owner, delivery, isAtOutput2 };
    const routing = filter.decide(event);
    return 'output' in routing ? routing.output : routing;
  };
  return { comes, filter };
}

const [PASSED, DUPLICATE] = [0, 1];

describe('a filter that both outputs of a topic lead to', () => {
  it('lets the exhausted event through once more, and no more than that', () => {
    const { comes } = createFilter();
    assert.equal(comes(false), PASSED);
    assert.equal(comes(false), DUPLICATE);
    assert.equal(comes(true), PASSED);
    assert.equal(comes(true), DUPLICATE);
  });

  it('lets nobody wait at output 2 either when it closes', async () => {
    const { comes, filter } = createFilter();
    assert.equal(comes(false), PASSED);
    const waiting = comes(true, 'd2') as { later: Promise<{ isLeft?: boolean }> };
    filter.close();
    assert.equal((await waiting.later).isLeft, true);
  });
});

describe('a filter with an output for late events', () => {
  const HOUR = 3_600_000;
  const [ROUTE, OTHER, LATE, DUPLICATES] = [0, 1, 2, 3];

  function createLate(maxAge = HOUR) {
    const clock = new MovedClock(Date.parse('2025-06-01T12:00:00Z'));
    const dedupe = new Dedupe(new MemoryStore({ maxEntries: 100, now: () => clock.now() }), clock);
    const trips = { name: '', types: ['TripEnded'], majorVersions: [], reasons: [] };
    const filter = new EventFilter({
      routes: [{ ...trips, source: undefined }],
      other: true,
      late: { maxAge, clock },
      window: 72 * HOUR,
      duplicates: true,
      dedupe,
    });
    const comes = (key: string, occurredAt: unknown, type = 'TripEnded') => {
      const event = { type, majorVersion: 1, key, occurredAt, owner: key, delivery: undefined };
      const routing = filter.decide(event);
      assert.ok('output' in routing);
      return routing.output;
    };
    return { clock, comes, counts: filter.counts };
  }

  it('sends there what happened longer ago, whichever output it would have taken', async () => {
    const { clock, comes, counts } = createLate();
    assert.equal(comes('a', '2025-06-01T11:00:00Z'), ROUTE);
    assert.equal(comes('b', '2025-06-01T10:59:59.999Z'), LATE);
    assert.equal(comes('c', '2025-06-01T10:59:59Z', 'SmokeDetected'), LATE);
    assert.equal(comes('d', '2025-06-01T14:00:00+02:00', 'SmokeDetected'), OTHER);
    await clock.pass(1);
    assert.equal(comes('e', '2025-06-01T11:00:00Z'), LATE);
    assert.deepEqual([counts.passed, counts.late], [2, 3]);
  });

  it('knows the age of an event whose time is written in an unusual way', () => {
    const { comes } = createLate();
    const noon = Date.parse('2025-06-01T12:00:00Z');
    for (const [n, [time, output]] of [
      [noon, ROUTE],
      [noon - 7_200_000, LATE],
      [String(noon - 7_200_000), LATE],
      ['2025-06-01T10:00:00', LATE],
      ['2025-06-01T11:59:00+02', LATE],
      ['2025-06-01T10:59:60Z', ROUTE],
      ['2025-06-01T09:59:60Z', LATE],
    ].entries()) {
      assert.equal(comes(`odd ${n}`, time), output, `${time}`);
    }
  });

  it('lets a late event through once, as any other', () => {
    const { comes, counts } = createLate();
    assert.equal(comes('a', '2025-06-01T01:00:00Z'), LATE);
    assert.equal(comes('a', '2025-06-01T01:00:00Z'), DUPLICATES);
    assert.deepEqual([counts.late, counts.duplicates], [1, 1]);
  });

  it('takes no event for late whose time cannot be read', () => {
    const { comes } = createLate();
    const odd = [undefined, null, 'yesterday', 0, {}, Symbol('time')];
    for (const [n, time] of odd.entries()) assert.equal(comes(`${n}`, time), ROUTE);
  });

  it('keeps the output in its place, and leaves it empty, where age does not count', () => {
    const { comes } = createLate(0);
    assert.equal(comes('a', '1999-01-01T00:00:00Z'), ROUTE);
    assert.equal(comes('a', '1999-01-01T00:00:00Z'), DUPLICATES);
  });
});
