/** One event after the other: who passes, who waits for whom, and who is a duplicate. */
import assert from 'node:assert/strict';
import {
  type Candidate,
  Dedupe,
  type DedupeResult,
  type DeliveryOfEvent,
  type LaterResult,
} from '../../../src/memory/dedupe';
import { type KeyStore, StoreAway } from '../../../src/memory/key-store';
import { MemoryStore } from '../../../src/memory/memory/memory-store';
import { storeKey } from '../../../src/memory/store-key';
import { MovedClock, turn } from '../../support/moved-clock';

const HOUR = 3_600_000;
const DEADLINE = 10_000;

describe('letting each event through once', () => {
  let clock: MovedClock;
  let store: MemoryStore;
  let dedupe: Dedupe;
  const filter = {};

  beforeEach(() => {
    clock = new MovedClock();
    store = new MemoryStore({ maxEntries: 100, now: () => clock.now() });
    dedupe = new Dedupe(store, clock);
    dedupe.join(HOUR);
  });

  /** A delivery of an event; `end` ends it. */
  function delivery(key: string, owner: string, properties: Partial<Candidate> = {}) {
    const participants: Parameters<DeliveryOfEvent['enlist']>[0][] = [];
    const deadline = clock.now() + DEADLINE;
    const candidate: Candidate = {
      key,
      owner,
      asker: filter,
      window: HOUR,
      delivery: {
        deadline: () => deadline,
        enlist: (participant) => {
          participants.push(participant);
          return 'enlisted';
        },
      },
      ...properties,
    };
    return {
      candidate,
      admit: (at = dedupe) => at.admit(candidate),
      /** The promises are those of whoever needs time for it. */
      end: (isDone: boolean) => participants.map((each) => (isDone ? each.commit() : each.undo())),
    };
  }

  /** A delivery that has ended already, or of which nobody knows. */
  function ended(ending: ReturnType<DeliveryOfEvent['enlist']>): Partial<Candidate> {
    return { delivery: { enlist: () => ending, deadline: () => undefined } };
  }

  /** Of an answer that has to wait for a twin. */
  function later(
    answer: DedupeResult | LaterResult | Promise<DedupeResult | LaterResult>,
  ): Promise<DedupeResult> {
    assert.ok(typeof answer === 'object' && 'later' in answer, 'it does not wait');
    return answer.later;
  }

  const countOf = (answer: unknown) => (answer as { count?: number }).count;

  it('answers without a promise where nobody is on the way', () => {
    assert.equal(delivery('a', '1').admit(), 'new');
    assert.equal(delivery('b', '2').admit(), 'new');
  });

  it('keeps a twin waiting until the first is acknowledged; then it is a duplicate', async () => {
    const first = delivery('a', '1');
    const twin = delivery('a', '2');
    first.admit();
    const answer = later(twin.admit());
    first.end(true);
    assert.equal(countOf(await answer), 2);
    assert.equal(clock.pending, 0);
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
    const answer = later(delivery('a', '2').admit());
    await clock.pass(1);
    assert.equal(await answer, 'new');
    first.end(false);
    assert.equal(typeof delivery('a', '3').admit(), 'object');
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
    first.admit();
    let isIdle = false;
    const idle = dedupe.idle().then(() => {
      isIdle = true;
    });
    await turn();
    assert.equal(isIdle, false);
    first.end(true);
    await idle;
    await dedupe.idle();
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

  describe('with a store that other processes share', () => {
    let isAway: boolean;
    let other: Dedupe;

    beforeEach(() => {
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
  });
});
