/** What every store of event ids has to do, wherever it keeps them: the same sentences for all of them. */
import assert from 'node:assert/strict';
import type { KeyStore, Reservation } from '../../src/memory/key-store';

export interface StoreUnderTest {
  readonly store: KeyStore;
  /** Lets so much time pass, or waits until what that changes has changed. */
  pass(milliseconds: number, hasChanged: () => Promise<boolean>): Promise<void>;
  dispose(): Promise<void>;
}

const HOUR = 3_600_000;
/** Milliseconds; a real Redis has to be waited for. */
const SHORT = 300;

export function describeStore(create: () => Promise<StoreUnderTest>): void {
  let tested: StoreUnderTest;
  let store: KeyStore;

  beforeEach(async () => {
    tested = await create();
    store = tested.store;
    store.retain(HOUR);
  });
  afterEach(() => tested.dispose());

  const reserve = async (key: string, owner: string, lease = HOUR, window = HOUR) =>
    store.reserve(key, owner, lease, window);
  const countOf = (answer: Reservation) => (typeof answer === 'object' ? answer.count : answer);

  it('reserves a key for one owner, and again for the same one', async () => {
    assert.equal(await reserve('a', 'one'), 'reserved');
    assert.equal(await reserve('a', 'two'), 'taken');
    assert.equal(await reserve('a', 'one'), 'reserved');
    assert.equal(await reserve('b', 'two'), 'reserved');
  });

  it('knows a recorded key again, with the time of the first and how often it came', async () => {
    await reserve('a', 'one');
    await store.record('a', 'one', HOUR);
    const second = await reserve('a', 'two');
    assert.ok(typeof second === 'object');
    assert.equal(second.count, 2);
    assert.ok(second.firstSeenAt > 1_700_000_000_000);
    assert.deepEqual(await reserve('a', 'one'), { ...second, count: 3 });
  });

  it('lets a key through again that was given back: a further attempt is no duplicate', async () => {
    await reserve('a', 'one');
    await store.release('a', 'one');
    assert.equal(await reserve('a', 'two'), 'reserved');
  });

  it('lets only the owner give a reservation back', async () => {
    await reserve('a', 'one');
    await store.release('a', 'two');
    assert.equal(await reserve('a', 'two'), 'taken');
  });

  it('never takes a record back', async () => {
    await reserve('a', 'one');
    await store.record('a', 'one', HOUR);
    await store.release('a', 'one');
    assert.equal(countOf(await reserve('a', 'two')), 2);
  });

  it('records what was not reserved, and what another one has reserved meanwhile', async () => {
    await store.record('a', 'one', HOUR);
    assert.equal(countOf(await reserve('a', 'two')), 2);
    await reserve('b', 'two');
    await store.record('b', 'one', HOUR);
    assert.equal(countOf(await reserve('b', 'three')), 2);
    await store.release('b', 'two');
    assert.equal(countOf(await reserve('b', 'three')), 3);
  });

  it('gives a key to another one when the lease has run out', async () => {
    await reserve('a', 'one', SHORT);
    assert.equal(await reserve('a', 'two', SHORT), 'taken');
    let answer: Reservation = 'taken';
    await tested.pass(SHORT + 1, async () => {
      answer = await reserve('a', 'two');
      return answer === 'reserved';
    });
    assert.equal(answer, 'reserved');
    await store.release('a', 'one');
    assert.equal(await reserve('a', 'three'), 'taken');
  });

  it('forgets a recorded key when its window is over', async () => {
    await reserve('a', 'one', HOUR, SHORT);
    await store.record('a', 'one', SHORT);
    assert.equal(countOf(await reserve('a', 'two', HOUR, SHORT)), 2);
    let answer: Reservation = 'taken';
    await tested.pass(SHORT + 1, async () => {
      answer = await reserve('a', 'two', HOUR, SHORT);
      return answer === 'reserved';
    });
    assert.equal(answer, 'reserved');
  });

  it('forgets every key when told so', async () => {
    for (const key of ['a', 'b*', 'c?[x]']) await store.record(key, 'one', HOUR);
    await store.forget();
    for (const key of ['a', 'b*', 'c?[x]']) assert.equal(await reserve(key, 'two'), 'reserved');
    await store.record('a', 'two', HOUR);
    assert.equal(countOf(await reserve('a', 'three')), 2);
  });
}
