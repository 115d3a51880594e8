/** Each event once, although the store answers later, is shared with other processes, or is away. */
import assert from 'node:assert/strict';
import { type Candidate, Dedupe } from '../../../src/memory/dedupe';
import { type KeyStore, StoreAway } from '../../../src/memory/key-store';
import { MemoryStore } from '../../../src/memory/memory/memory-store';
import { storeKey } from '../../../src/memory/store-key';
import { countOf, DEADLINE, deliveryOf, HOUR, later } from '../../support/dedupe-delivery';
import { MovedClock } from '../../support/moved-clock';

describe('letting each event through once, with a store that other processes share,', () => {
  let clock: MovedClock;
  let store: MemoryStore;
  let isAway: boolean;
  let dedupe: Dedupe;
  let other: Dedupe;
  const filter = {};
  const delivery = (key: string, owner: string, properties: Partial<Candidate> = {}) =>
    deliveryOf(clock, () => dedupe, { key, owner, asker: filter, ...properties });

  beforeEach(() => {
    clock = new MovedClock();
    store = new MemoryStore({ maxEntries: 100, now: () => clock.now() });
    store.retain(HOUR);
    isAway = false;
    const over = async <Answer>(ask: () => Answer) => {
      await Promise.resolve();
      if (isAway) throw new StoreAway('away');
      return ask();
    };
    const shared: KeyStore = {
      reserve: (...of) => over(() => store.reserve(...of)),
      record: (...of) => over(() => store.record(...of)),
      release: (...of) => over(() => store.release(...of)),
      forget: () => over(() => store.forget()),
      retain: () => undefined,
      close: () => undefined,
    };
    dedupe = new Dedupe(shared, clock);
    other = new Dedupe(shared, clock);
  });

  it('waits for a twin in another process', async () => {
    const first = delivery('a', '1');
    assert.equal(await first.admit(other), 'new');
    const answer = later(await delivery('a', '2').admit());
    await clock.pass(3_000);
    first.end(true);
    await clock.pass(2_000);
    assert.equal(countOf(await answer), 2);
    assert.equal(clock.pending, 0);
  });

  it('goes on when the other process died and its lease ran out', async () => {
    await delivery('a', '1').admit(other);
    const twin = delivery('a', '2');
    const answer = later(await twin.admit());
    await clock.pass(DEADLINE + 2_000);
    assert.equal(await answer, 'new');
  });

  it('stops asking when its own delivery has ended, or its filter closed', async () => {
    await delivery('a', '1').admit(other);
    const lost = delivery('a', '2');
    const answer = later(await lost.admit());
    const behind = later(dedupe.admit(delivery('a', '3').candidate));
    lost.end(false);
    await clock.pass(1_000);
    assert.equal(await answer, 'requeued');
    dedupe.cancel(filter);
    assert.equal(await behind, 'cancelled');
    assert.equal(clock.pending, 0);
  });

  it('has the acknowledgement wait until the store has recorded the event', async () => {
    const first = delivery('a', '1');
    await first.admit();
    const [recorded] = first.end(true);
    assert.ok(recorded instanceof Promise, 'nobody waits for the store');
    await recorded;
    assert.equal(typeof store.reserve(storeKey('a'), '2', 0, HOUR), 'object');
  });

  it('lets the same delivery pass a second filter that asks before the store has answered', async () => {
    const first = delivery('a', '1');
    const answers = [
      first.admit(),
      delivery('a', '1', { asker: {} }).admit(),
      delivery('a', '2').admit(),
    ];
    assert.equal(await answers[0], 'new');
    assert.equal(await later(answers[1] ?? 'requeued'), 'new');
    first.end(true);
    assert.equal(countOf(await later(answers[2] ?? 'requeued')), 2);
    assert.equal(clock.pending, 0);
  });

  it('drops an event whose delivery ended while the store was being asked, and not its twin', async () => {
    const first = delivery('a', '1');
    const answer = first.admit();
    const twin = delivery('a', '2').admit();
    first.end(false);
    assert.equal(await answer, 'requeued');
    assert.equal(await later(twin), 'new');
  });

  it('records an event that was acknowledged while the store was being asked', async () => {
    const first = delivery('a', '1');
    const answer = first.admit();
    const twin = delivery('a', '2').admit();
    first.end(true);
    assert.equal(await answer, 'new');
    assert.equal(countOf(await later(twin)), 2);
    assert.equal(clock.pending, 0);
  });

  it('keeps two copies apart that come while the store is being asked', async () => {
    const first = delivery('a', '1');
    const answer = first.admit();
    const twin = later(delivery('a', '2').admit());
    assert.equal(await answer, 'new');
    first.end(true);
    assert.equal(countOf(await twin), 2);
  });

  it('lets pass unchecked what it cannot ask about, but not what it saw acknowledged', async () => {
    const first = delivery('a', '1');
    assert.equal(await first.admit(), 'new');
    isAway = true;
    first.end(true);
    assert.equal(countOf(await delivery('a', '2').admit()), 2);
    assert.equal(await delivery('b', '3').admit(), 'unchecked');
  });

  it('knows what it saw acknowledged for the window, and no longer', async () => {
    const first = delivery('a', '1');
    await first.admit();
    isAway = true;
    first.end(true);
    await clock.pass(HOUR);
    assert.equal(countOf(await delivery('a', '2').admit()), 2);
    await clock.pass(1);
    assert.equal(await delivery('a', '3').admit(), 'unchecked');
  });
});
