/** One event after the other: who passes, who waits for whom, and who is a duplicate. */
import assert from 'node:assert/strict';
import { type Candidate, Dedupe } from '../../../src/memory/dedupe';
import { StoreAway } from '../../../src/memory/key-store';
import { MemoryStore } from '../../../src/memory/memory/memory-store';
import { storeKey } from '../../../src/memory/store-key';
import { countOf, DEADLINE, deliveryOf, ended, HOUR, later } from '../../support/dedupe-delivery';
import { MovedClock, turn } from '../../support/moved-clock';

describe('letting each event through once', () => {
  let clock: MovedClock;
  let store: MemoryStore;
  let dedupe: Dedupe;
  const filter = {};
  const delivery = (key: string, owner: string, properties: Partial<Candidate> = {}) =>
    deliveryOf(clock, () => dedupe, { key, owner, asker: filter, ...properties });

  beforeEach(() => {
    clock = new MovedClock();
    store = new MemoryStore({ maxEntries: 100, now: () => clock.now() });
    dedupe = new Dedupe(store, clock);
    dedupe.join(HOUR);
  });

  it('answers without a promise where nobody is on the way', () => {
    assert.equal(delivery('a', '1').admit(), 'new');
    assert.equal(delivery('b', '2').admit(), 'new');
  });

  it('keeps a twin waiting until the first is acknowledged; then it is a duplicate', async () => {
    const first = delivery('a', '1');
    const twin = delivery('a', '2');
    first.admit();
    let isAnswered = false;
    const answer = later(twin.admit()).finally(() => {
      isAnswered = true;
    });
    await clock.pass(DEADLINE - 1);
    assert.equal(isAnswered, false);
    first.end(true);
    assert.equal(countOf(await answer), 2);
    assert.equal(clock.pending, 0);
  });

  it('lets nobody wait for a duplicate, which is no twin of its own', () => {
    const first = delivery('a', '1');
    first.admit();
    first.end(true);
    assert.equal(countOf(delivery('a', '2').admit()), 2);
    assert.equal(countOf(delivery('a', '3').admit()), 3);
  });

  it('remembers an event for the whole window, whatever is recorded after it', async () => {
    for (const key of ['a', 'b']) {
      const each = delivery(key, key);
      each.admit();
      await clock.pass(1_000);
      each.end(true);
    }
    assert.equal(countOf(delivery('a', '2').admit()), 2);
  });

  it('lets the twins go one after the other when the first fails', async () => {
    const [first, second, third] = ['1', '2', '3'].map((owner) => delivery('a', owner));
    first?.admit();
    const answers = [later(second?.admit() ?? 'requeued'), later(third?.admit() ?? 'requeued')];
    first?.end(false);
    assert.equal(await answers[0], 'new');
    second?.end(true);
    assert.equal(countOf(await answers[1]), 2);
  });

  it('does not let a twin wait longer than the deadline of the first', async () => {
    const first = delivery('a', '1');
    first.admit();
    await clock.pass(DEADLINE - 1);
    const second = delivery('a', '2');
    const answer = later(second.admit());
    await clock.pass(1);
    assert.equal(await answer, 'new');
    first.end(false);
    // the late end of the first is not that of the second
    const third = later(delivery('a', '3').admit());
    second.end(true);
    assert.equal(countOf(await third), 2);
  });

  it('leaves an event behind that the broker gives out again', async () => {
    assert.equal(delivery('a', '1', ended('requeued')).admit(), 'requeued');
    assert.equal(delivery('a', '2', ended('lost')).admit(), 'requeued');
    assert.equal(delivery('a', '3').admit(), 'new');
  });

  it('records at once what has no delivery, or one that is done with', () => {
    const none = { delivery: undefined };
    assert.equal(delivery('a', '1', none).admit(), 'new');
    assert.equal(countOf(delivery('a', '2', none).admit()), 2);
    assert.equal(delivery('b', '3', ended('acknowledged')).admit(), 'new');
    assert.equal(countOf(delivery('b', '4').admit()), 2);
    assert.equal(delivery('c', '5', ended('discarded')).admit(), 'new');
    assert.equal(countOf(delivery('c', '6').admit()), 2);
  });

  it('lets an event pass of whose delivery nobody knows, and its twin too', () => {
    assert.equal(delivery('a', '1', ended('unknown')).admit(), 'new');
    const twin = delivery('a', '2');
    assert.equal(twin.admit(), 'new');
    twin.end(true);
    assert.equal(countOf(delivery('a', '3', ended('unknown')).admit()), 2);
  });

  it('lets the same delivery pass a second filter, and each filter once', () => {
    const second = {};
    const first = delivery('a', '1');
    assert.equal(first.admit(), 'new');
    assert.equal(delivery('a', '1', { asker: second }).admit(), 'new');
    assert.equal(countOf(delivery('a', '1', { asker: second }).admit()), 2);
    assert.equal(countOf(first.admit()), 3);
    first.end(true);
    assert.equal(delivery('a', '1', { asker: {} }).admit(), 'new');
    assert.equal(countOf(delivery('a', '2', { asker: {} }).admit()), 2);
  });

  it('takes keys of any length and any characters', () => {
    const long = 'x'.repeat(5_000);
    for (const key of [long, `${long}y`, 'with space', 'Köln', '{"a":1}', '']) {
      const first = delivery(key, '1', ended('acknowledged'));
      assert.equal(first.admit(), 'new', key.slice(0, 20));
      assert.equal(countOf(delivery(key, '2').admit()), 2);
    }
  });

  it('lets nobody wait on behalf of a filter that has closed', async () => {
    const other = {};
    const first = delivery('a', '1');
    first.admit();
    const cancelled = later(delivery('a', '2').admit());
    const goesOn = later(delivery('a', '3', { asker: other }).admit());
    dedupe.cancel(filter);
    assert.equal(await cancelled, 'cancelled');
    first.end(false);
    assert.equal(await goesOn, 'new');
  });

  it('is idle when nothing that passed is on its way', async () => {
    const first = delivery('a', '1');
    const other = delivery('b', '2');
    for (const each of [first, other]) each.admit();
    let isIdle = false;
    const idle = dedupe.idle().then(() => {
      isIdle = true;
    });
    for (const each of [first, other]) {
      await turn();
      assert.equal(isIdle, false);
      each.end(true);
    }
    await idle;
    await dedupe.idle();
  });

  it('closes with its store, and nothing waits any more', async () => {
    for (const key of ['a', 'b']) delivery(key, '1').admit();
    const twin = later(delivery('a', '2').admit());
    await dedupe.close();
    assert.equal(await twin, 'cancelled');
    assert.equal(clock.pending, 0);
    assert.equal(store.reserve(storeKey('b'), 'another', HOUR, HOUR), 'reserved');
  });

  it('waits for a twin of another filter that shares a store in this process', async () => {
    const other = new Dedupe(store, clock);
    const first = delivery('a', '1');
    first.admit(other);
    const answer = later(delivery('a', '2').admit());
    await clock.pass(2_000);
    first.end(true);
    await clock.pass(1_000);
    assert.equal(countOf(await answer), 2);
  });

  it('goes on without a store that fails, with what it saw acknowledged itself', () => {
    const away = () => {
      throw new StoreAway('away');
    };
    const failing = { reserve: away, record: away, release: away };
    const others = { forget: away, retain: () => undefined, close: () => undefined };
    dedupe = new Dedupe({ ...failing, ...others }, clock);
    const [first, second] = [delivery('a', '1'), delivery('b', '2')];
    assert.deepEqual([first.admit(), second.admit()], ['unchecked', 'unchecked']);
    first.end(true);
    second.end(false);
    assert.equal(countOf(delivery('a', '3').admit()), 2);
    assert.equal(delivery('b', '4').admit(), 'unchecked');
  });

  it('forgets what was done with; what is on its way is recorded when it is', async () => {
    const first = delivery('a', '1');
    const second = delivery('b', '2');
    first.admit();
    first.end(true);
    second.admit();
    await dedupe.forget();
    second.end(true);
    assert.equal(delivery('a', '3').admit(), 'new');
    assert.equal(countOf(delivery('b', '4').admit()), 2);
  });
});
