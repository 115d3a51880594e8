/** Lets each event through once: reserved on arrival, recorded when done with, released when given back. */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../time/clock';
import type { KeyStore, Reservation, SeenBefore } from './key-store';
import { storeKey } from './store-key';

/** How a delivery stands; `unknown` also where there is none, `returned` = the broker's again. */
export type Following = 'open' | 'done' | 'returned' | 'unknown';

/** An event that wants to pass. */
export interface Arrival {
  /** What makes two events the same. */
  readonly key: string;
  /** The delivery that brought it, or whatever else tells it from its twins. */
  readonly owner: string;
  /** Who asks: each lets the same delivery through once. */
  readonly asker: object;
  /** Milliseconds that the key is remembered. */
  readonly window: number;
  /** Milliseconds since 1970 at which its delivery counts as failed; undefined where none is open. */
  readonly deadline: number | undefined;
  /**
   * Has `onEnd` called when the delivery ends, if it is `open`: true when the event is done with,
   * false when the broker gives it out again.
   */
  follow(onEnd: (isDone: boolean) => void): Following;
}

/**
 * `new` passes; `unchecked` passes because the store could not tell; `left` is over already, the
 * broker gives it out again; `cancelled` waited for its twin until its asker closed.
 */
export type Admission = 'new' | 'unchecked' | 'left' | 'cancelled' | SeenBefore;

/** The twin of this event is still on its way: the answer comes when that one has ended. */
export interface Waiting {
  readonly later: Promise<Admission>;
}

/** An event, from its arrival to the end of its delivery. */
interface Run {
  readonly key: string;
  readonly owner: string;
  readonly since: number;
  /** milliseconds since 1970 */
  readonly until: number;
  /** Who has let it through: the first, and whoever else the same delivery came to. */
  readonly asker: object;
  others: object[] | undefined;
  /** Events with this key that came meanwhile, this one included. */
  count: number;
  /** How its delivery ended, if it has. */
  isDone: boolean | undefined;
  isFollowed: boolean;
  isPassed: boolean;
  /** Called when the key is free, or known to be recorded. */
  wake: (() => void)[] | undefined;
  cancelTimer: (() => void) | undefined;
}

type Answer = Reservation | 'unchecked';

/** Milliseconds for what has no deadline: it is recorded as soon as it is reserved. */
const SHORT_LEASE = 60_000;
/** Milliseconds between two looks whether a twin in another process has ended. */
const POLL = { first: 50, factor: 1.5, longest: 1_000 };
/** Enough to know a message again that comes to a second filter after its delivery has ended. */
const REMEMBERED_RUNS = 10_000;

export class Dedupe {
  readonly #runs = new Map<string, Run>();
  readonly #ended = new LRUCache<string, Run>({ max: REMEMBERED_RUNS });
  readonly #waiting = new Set<{ asker: object; cancel: () => void }>();
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
  admit(arrival: Arrival): Admission | Waiting | Promise<Admission | Waiting> {
    const key = storeKey(arrival.key);
    const run = this.#runs.get(key);
    const own = run?.owner === arrival.owner ? run : this.#ended.get(key);
    if (own?.owner === arrival.owner && own.isPassed) return this.#admitCopy(own, arrival.asker);
    return run ? this.#waitFor(run, arrival) : this.#begin(key, arrival);
  }

  /** Another filter that the same delivery comes to lets it pass; this one lets it pass once. */
  #admitCopy(run: Run, asker: object): Admission {
    if (run.asker !== asker && !run.others?.includes(asker)) {
      run.others ??= [];
      run.others.push(asker);
      return 'new';
    }
    run.count += 1;
    return { firstSeenAt: run.since, count: run.count };
  }

  #begin(key: string, arrival: Arrival): Admission | Waiting | Promise<Admission | Waiting> {
    const now = this.clock.now();
    const run: Run = {
      key,
      owner: arrival.owner,
      since: now,
      until: arrival.deadline ?? now + SHORT_LEASE,
      asker: arrival.asker,
      others: undefined,
      count: 1,
      isDone: undefined,
      isFollowed: false,
      isPassed: false,
      wake: undefined,
      cancelTimer: undefined,
    };
    const following = arrival.follow((isDone) => {
      run.isDone = isDone;
      if (run.isPassed) this.#settle(run, arrival.window);
    });
    // The broker gives this event out again: what is still here of it is left behind.
    if (following === 'returned') return 'left';
    run.isFollowed = following === 'open';
    const answer = this.#reserve(run, arrival.window);
    if (!(answer instanceof Promise) && answer !== 'taken') {
      return this.#conclude(run, answer, arrival.window);
    }
    this.#runs.set(key, run);
    if (answer === 'taken') return { later: this.#poll(run, arrival) };
    return answer.then((known) =>
      known === 'taken'
        ? { later: this.#poll(run, arrival) }
        : this.#conclude(run, known, arrival.window),
    );
  }

  #conclude(run: Run, answer: Exclude<Answer, 'taken'>, window: number): Admission {
    if (typeof answer === 'object') {
      this.#end(run);
      return answer;
    }
    run.isPassed = true;
    if (run.isFollowed && run.isDone === undefined) {
      this.#runs.set(run.key, run);
      return answer === 'reserved' ? 'new' : answer;
    }
    run.isDone ??= true;
    this.#settle(run, window);
    if (!run.isDone) return 'left';
    return answer === 'reserved' ? 'new' : answer;
  }

  #settle(run: Run, window: number): void {
    if (run.isDone) {
      this.#ended.set(run.key, run);
      this.#tell(() => this.store.record(run.key, run.owner, window));
    } else {
      this.#tell(() => this.store.release(run.key, run.owner));
    }
    this.#end(run);
  }

  /** Its twins may be decided about; the first of them goes first. */
  #end(run: Run): void {
    run.cancelTimer?.();
    if (this.#runs.get(run.key) === run) this.#runs.delete(run.key);
    const { wake } = run;
    run.wake = undefined;
    if (wake) for (const each of wake) each();
    if (this.#runs.size === 0) for (const tell of this.#idleWatchers.splice(0)) tell();
  }

  #waitFor(run: Run, arrival: Arrival): Waiting {
    // Past its deadline a delivery has failed, whenever that is noticed: its twin need not wait.
    run.cancelTimer ??= this.clock.after(Math.max(0, run.until - this.clock.now()), () => {
      this.#end(run);
    });
    const cancelled = this.#pause(arrival.asker, (wake) => {
      run.wake ??= [];
      run.wake.push(wake);
      return () => undefined;
    });
    return { later: cancelled.then((is) => (is ? 'cancelled' : this.#admitLater(arrival))) };
  }

  async #admitLater(arrival: Arrival): Promise<Admission> {
    let answer = await this.admit(arrival);
    while (typeof answer === 'object' && 'later' in answer) answer = await answer.later;
    return answer;
  }

  /** Asks again until the other process has ended its run, or died and its lease ran out. */
  async #poll(run: Run, { asker, window }: Arrival): Promise<Admission> {
    for (let delay = POLL.first; ; delay = Math.min(delay * POLL.factor, POLL.longest)) {
      const cancelled = await this.#pause(asker, (wake) => this.clock.after(delay, wake));
      if (cancelled || run.isDone !== undefined) {
        this.#end(run);
        return cancelled ? 'cancelled' : 'left';
      }
      const answer = await this.#reserve(run, window);
      if (answer !== 'taken') return this.#conclude(run, answer, window);
    }
  }

  /** True when it was cancelled. `arm` arranges the call of `wake`, and returns how to undo that. */
  #pause(asker: object, arm: (wake: () => void) => () => void): Promise<boolean> {
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

  #reserve(run: Run, window: number): Answer | Promise<Answer> {
    const { key, owner, until } = run;
    const lease = run.isFollowed ? Math.max(1, until - this.clock.now()) : 0;
    try {
      const answer = this.store.reserve(key, owner, lease, window);
      return answer instanceof Promise
        ? answer.catch(() => this.#withoutStore(run, window))
        : answer;
    } catch {
      return this.#withoutStore(run, window);
    }
  }

  /** The store says itself that it is away. What this process saw acknowledged is known all the same. */
  #withoutStore({ key }: Run, window: number): Answer {
    const ended = this.#ended.get(key);
    if (!ended || ended.since < this.clock.now() - window) return 'unchecked';
    ended.count += 1;
    return { firstSeenAt: ended.since, count: ended.count };
  }

  /** A store that cannot be told has said so; the worst that follows is a twin that passes. */
  #tell(work: () => void | Promise<void>): void {
    try {
      work()?.catch(() => undefined);
    } catch {
      // the same, from a store that answers at once
    }
  }

  /** Forgets every event that was done with, also those of others who share the store. */
  async forget(): Promise<void> {
    this.#ended.clear();
    await this.store.forget();
  }

  /** The asker closes: what waits for a twin on its behalf waits no longer. */
  cancel(asker: object): void {
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
