/** What one filter lets through of an event that comes to it twice. */
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
