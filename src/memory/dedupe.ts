/** Lets each event through once: reserved on arrival, recorded when done with, released when given back. */
import type { Clock } from '../time/clock';
import { RecentMap } from '../time/recent-map';
import type { KeyStore, Reservation, SeenBefore } from './key-store';
import { type Asker, Run } from './run';
import { storeKey } from './store-key';

/** The delivery that brought an event; what dedupe needs of one. */
export interface DeliveryOfEvent {
  /**
   * `enlisted`: `commit` or `undo` is called once, when the delivery ends. Otherwise it has ended
   * already, in the way that is returned; `unknown` = nobody knows of it.
   */
  enlist(participant: {
    commit(): Promise<void> | undefined;
    undo(): void;
  }): 'enlisted' | 'acknowledged' | 'discarded' | 'requeued' | 'lost' | 'unknown';
  /** Milliseconds since 1970 at which it counts as failed; undefined where it is not in the flow. */
  deadline(): number | undefined;
}

/** An event that wants to pass. */
export interface Candidate {
  /** What makes two events the same. */
  readonly key: string;
  /** Tells it from its twins: the delivery's id, or the message's where it has no delivery. */
  readonly owner: string;
  /** Who asks: each lets the same delivery through once. */
  readonly asker: Asker;
  /** Milliseconds that the key is remembered. */
  readonly window: number;
  /** Undefined where a message comes without one: it is recorded at once. */
  readonly delivery: DeliveryOfEvent | undefined;
}

/**
 * `new` and `unchecked` pass, the latter because the store could not be asked. `requeued`: its
 * delivery has ended, and the broker gives the event out again. `cancelled`: its asker closed while
 * it waited for its twin. What is `requeued` or `cancelled` goes no further, and is no duplicate.
 */
export type DedupeResult = 'new' | 'unchecked' | 'requeued' | 'cancelled' | SeenBefore;

/** The twin of this event is still on its way: the result comes when that one has ended. */
export interface LaterResult {
  readonly later: Promise<DedupeResult>;
}

type Answer = Reservation | 'unchecked';

/** The lease, in milliseconds, of an event without a deadline: it is recorded right after it was reserved. */
const SHORT_LEASE = 60_000;
/** Milliseconds between two looks whether a twin in another process has ended. */
const POLL = { first: 50, factor: 1.5, longest: 1_000 };
/** Enough to know a message again that comes to a second filter after its delivery has ended. */
const REMEMBERED_RUNS = 5_000;

export class Dedupe {
  readonly #runs = new Map<string, Run>();
  readonly #ended = new RecentMap<string, Run>(REMEMBERED_RUNS);
  readonly #waiting = new Set<{ asker: Asker; cancel: () => void }>();
  readonly #idleWatchers: (() => void)[] = [];

  constructor(
    private readonly store: KeyStore,
    private readonly clock: Clock,
  ) {}

  /** Somebody will ask with this window; to be said before the first event comes. */
  join(window: number): void {
    this.store.retain(window);
  }

  /** Never rejects. Answers without a promise where the store does and no twin is on its way. */
  admit(candidate: Candidate): DedupeResult | LaterResult | Promise<DedupeResult | LaterResult> {
    const key = storeKey(candidate.key);
    const run = this.#runs.get(key);
    const own = run?.owner === candidate.owner ? run : this.#ended.get(key);
    if (own?.owner === candidate.owner && own.isPassed) return own.admitCopy(candidate.asker);
    return run ? this.#waitFor(run, candidate) : this.#begin(key, candidate);
  }

  #begin(
    key: string,
    candidate: Candidate,
  ): DedupeResult | LaterResult | Promise<DedupeResult | LaterResult> {
    const { owner, asker, delivery, window } = candidate;
    const now = this.clock.now();
    const until = delivery?.deadline() ?? now + SHORT_LEASE;
    const run = new Run({ key, owner, asker, since: now, until, window }, this.#settle);
    const found = delivery ? delivery.enlist(run) : 'acknowledged';
    // This delivery is over, and the event comes again by another one: this message is dropped.
    if (found === 'requeued' || found === 'lost') return 'requeued';
    run.isFollowed = found === 'enlisted';
    // nobody can tell how it ends: it passes, and its twin must not be a duplicate because of it
    run.isRecorded = found !== 'unknown';
    const answer = this.#reserve(run);
    if (!(answer instanceof Promise) && answer !== 'taken') return this.#conclude(run, answer);
    this.#runs.set(key, run);
    if (answer === 'taken') return { later: this.#poll(run, asker) };
    return answer.then((known) =>
      known === 'taken' ? { later: this.#poll(run, asker) } : this.#conclude(run, known),
    );
  }

  #conclude(run: Run, answer: Exclude<Answer, 'taken'>): DedupeResult {
    if (typeof answer === 'object') {
      this.#free(run);
      return answer;
    }
    run.isPassed = true;
    const result = answer === 'reserved' ? 'new' : answer;
    if (!run.isFollowed) {
      run.isDone = run.isRecorded;
    } else if (run.isDone === undefined) {
      this.#runs.set(run.key, run);
      // the same delivery may have come to another filter while the store was asked
      wake(run);
      return result;
    }
    void this.#settle(run);
    return run.isFollowed && !run.isDone ? 'requeued' : result;
  }

  readonly #settle = (run: Run): Promise<void> | undefined => {
    const told = this.#tellStore(run);
    if (run.isDone) this.#ended.set(run.key, run);
    this.#free(run);
    return told;
  };

  /** A store that fails reports that itself; the worst that follows here is that a twin passes. */
  #tellStore({ key, owner, window, isDone }: Run): Promise<void> | undefined {
    try {
      const told = isDone ? this.store.record(key, owner, window) : this.store.release(key, owner);
      return told?.catch(() => undefined);
    } catch {
      // the same, from a store that answers at once
      return undefined;
    }
  }

  #free(run: Run): void {
    run.cancelTimer?.();
    if (this.#runs.get(run.key) === run) this.#runs.delete(run.key);
    wake(run);
    if (this.#runs.size === 0) for (const tell of this.#idleWatchers.splice(0)) tell();
  }

  #waitFor(run: Run, candidate: Candidate): LaterResult {
    // Past its deadline a delivery has failed, whenever that is noticed: its twin need not wait.
    run.cancelTimer ??= this.clock.after(Math.max(0, run.until - this.clock.now()), () => {
      this.#free(run);
    });
    const cancelled = this.#pause(candidate.asker, (wake) => {
      run.wake ??= [];
      run.wake.push(wake);
      return () => undefined;
    });
    return { later: cancelled.then((is) => (is ? 'cancelled' : this.#admitLater(candidate))) };
  }

  async #admitLater(candidate: Candidate): Promise<DedupeResult> {
    let result = await this.admit(candidate);
    while (typeof result === 'object' && 'later' in result) result = await result.later;
    return result;
  }

  /** Asks again until the other process has ended its run, or died and its lease ran out. */
  async #poll(run: Run, asker: Asker): Promise<DedupeResult> {
    for (let delay = POLL.first; ; delay = Math.min(delay * POLL.factor, POLL.longest)) {
      const cancelled = await this.#pause(asker, (wake) => this.clock.after(delay, wake));
      if (cancelled || run.isDone !== undefined) {
        this.#free(run);
        return cancelled ? 'cancelled' : 'requeued';
      }
      const answer = await this.#reserve(run);
      if (answer !== 'taken') return this.#conclude(run, answer);
    }
  }

  /** True when it was cancelled. `arm` arranges the call of `wake`, and returns how to undo that. */
  #pause(asker: Asker, arm: (wake: () => void) => () => void): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (cancelled: boolean) => {
        this.#waiting.delete(waiter);
        disarm();
        resolve(cancelled);
      };
      const waiter = { asker, cancel: () => finish(true) };
      const disarm = arm(() => finish(false));
      this.#waiting.add(waiter);
    });
  }

  #reserve(run: Run): Answer | Promise<Answer> {
    const { key, owner, until, window } = run;
    const lease = run.isFollowed ? Math.max(1, until - this.clock.now()) : 0;
    try {
      const answer = this.store.reserve(key, owner, lease, window);
      return answer instanceof Promise ? answer.catch(() => this.#withoutStore(run)) : answer;
    } catch {
      return this.#withoutStore(run);
    }
  }

  /** The store says itself that it is away. What this process saw acknowledged is known all the same. */
  #withoutStore({ key, window }: Run): Answer {
    const ended = this.#ended.get(key);
    if (!ended || ended.since < this.clock.now() - window) return 'unchecked';
    return ended.seenAgain();
  }

  /** Forgets every event that was done with, also those of others who share the store. */
  async forget(): Promise<void> {
    this.#ended.clear();
    await this.store.forget();
  }

  /** The asker closes: what waits for a twin on its behalf waits no longer. */
  cancel(asker: Asker): void {
    for (const waiter of this.#waiting) if (waiter.asker === asker) waiter.cancel();
  }

  /** Resolves when no event that passed is on its way. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#runs.size === 0) resolve();
      else this.#idleWatchers.push(resolve);
    });
  }

  async close(): Promise<void> {
    for (const waiter of this.#waiting) waiter.cancel();
    for (const run of this.#runs.values()) run.cancelTimer?.();
    await this.store.close();
  }
}

/** Those that wait ask again, in the order in which they came: the first of them is the next to try. */
function wake(run: Run): void {
  const { wake: waiting } = run;
  run.wake = undefined;
  if (waiting) for (const each of waiting) each();
}
