/** The deliveries that are on their way through the flows, and how each of them ended. */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../time/clock';
import { LostDeliveries } from './lost-deliveries';

/** What the flow, or the time, decided about a delivery. */
export type Outcome =
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'discard' }
  | { readonly kind: 'fail'; readonly reason: string }
  /** The flow was taken away under the event: nobody failed, and it is to be given out again. */
  | { readonly kind: 'return' };

/**
 * How a delivery ended for good, as far as this process can tell. `finished` = its channel was gone,
 * so that the broker gives the event out again, but the flow has finished with it all the same.
 */
export type Ending = 'acknowledged' | 'discarded' | 'returned' | 'lost' | 'finished';

/** What came of an attempt to decide about a delivery. */
export type Decision = 'done' | 'unknown' | 'decided' | 'lost';

export interface OpenDelivery {
  /** unique per delivery */
  readonly id: string;
  /** milliseconds since 1970, both; without a decision it has failed at `deadline` */
  readonly since: number;
  readonly deadline: number;
  /** Never rejects; stays pending for ever when the delivery is lost. */
  readonly outcome: Promise<Outcome>;
}

interface Entry extends OpenDelivery {
  readonly group: object;
  settle: (outcome: Outcome) => void;
  /** Stops whatever timer runs for it: the deadline first, later the time it is held. */
  cancelTimer: () => void;
  /** Ends the time it is held at once. */
  giveBack: (() => void) | undefined;
  decided: Outcome['kind'] | undefined;
  watchers: ((ending: Ending) => void)[];
}

/** Enough to tell a late decision why it comes too late. */
const REMEMBERED_ENDINGS = 10_000;

export class OpenDeliveries {
  readonly #entries = new Map<string, Entry>();
  readonly #lost: LostDeliveries;
  readonly #ended = new LRUCache<string, Ending>({ max: REMEMBERED_ENDINGS });
  readonly #idleWatchers = new Map<object, (() => void)[]>();

  constructor(private readonly clock: Clock) {
    this.#lost = new LostDeliveries(clock);
  }

  /**
   * A delivery begins. `group` is whoever consumes it, so that all of its deliveries can be given up
   * at once. After `deadline` milliseconds without a decision it counts as failed, with the reason
   * that `explain` gives at that moment.
   */
  open(id: string, group: object, deadline: number, explain: () => string): OpenDelivery {
    let settle: Entry['settle'] = () => undefined;
    const outcome = new Promise<Outcome>((resolve) => {
      settle = resolve;
    });
    const since = this.clock.now();
    const entry: Entry = {
      id,
      group,
      since,
      deadline: since + deadline,
      outcome,
      settle,
      giveBack: undefined,
      decided: undefined,
      watchers: [],
      cancelTimer: this.clock.after(deadline, () => {
        this.decide(id, { kind: 'fail', reason: explain() });
      }),
    };
    this.#entries.set(id, entry);
    return entry;
  }

  /** The first decision counts; any later one is told why it does not. */
  decide(id: string, outcome: Outcome): Decision {
    const entry = this.#entries.get(id);
    if (!entry) {
      this.#lost.decide(id, outcome.kind);
      const ending = this.#ended.get(id);
      if (ending === undefined) return 'unknown';
      return ending === 'lost' ? 'lost' : 'decided';
    }
    if (entry.decided) return 'decided';
    entry.decided = outcome.kind;
    entry.cancelTimer();
    entry.settle(outcome);
    return 'done';
  }

  /** Resolves after `delay` milliseconds; pending for ever when the delivery ends before. */
  wait(id: string, delay: number): Promise<void> {
    return new Promise((resolve) => {
      const entry = this.#entries.get(id);
      if (!entry) return;
      entry.cancelTimer();
      entry.cancelTimer = this.clock.after(delay, resolve);
    });
  }

  /** Like `wait`, but `giveBack` makes it short: keeps a failed delivery from the broker. */
  hold(id: string, delay: number): Promise<void> {
    return new Promise((resolve) => {
      const entry = this.#entries.get(id);
      if (entry) entry.giveBack = resolve;
      void this.wait(id, delay).then(resolve);
    });
  }

  /** Nothing of the group is held any longer: it goes back to the queue now. */
  giveBack(group: object): void {
    for (const entry of this.#entries.values()) if (entry.group === group) entry.giveBack?.();
  }

  /** Resolves when nothing of the group is on its way. */
  idle(group: object): Promise<void> {
    return new Promise((resolve) => {
      if (this.count(group) === 0) return resolve();
      const watchers = this.#idleWatchers.get(group) ?? [];
      this.#idleWatchers.set(group, [...watchers, resolve]);
    });
  }

  /** The delivery is over: the broker is told, or will never be. False when it was over before. */
  end(id: string, ending: Ending): boolean {
    const entry = this.#entries.get(id);
    if (entry) this.#end([entry], ending);
    return entry !== undefined;
  }

  /**
   * The channel of these deliveries is gone: nothing that is decided about them counts any more. Who
   * watches them is told when their flows have finished all the same, or a few seconds later; then
   * `onOver` is called too.
   */
  lose(group: object, onOver: (id: string) => void): void {
    const lost = [...this.#entries.values()].filter((entry) => entry.group === group);
    const waiting = lost.map(({ id, decided, watchers }) => {
      return { delivery: { id, group, watchers: [...watchers, () => onOver(id)] }, decided };
    });
    for (const entry of lost) entry.watchers = [];
    this.#end(lost, 'lost');
    for (const { delivery, decided } of waiting) this.#lost.add(delivery, decided);
  }

  /** Nobody can tell any more whether the flows finish with what the group has lost. */
  abandon(group: object): void {
    this.#lost.abandon(group);
  }

  /** All of them are over before anybody is told, so that nobody takes one of them for open. */
  #end(entries: readonly Entry[], ending: Ending): void {
    for (const { id, cancelTimer } of entries) {
      cancelTimer();
      this.#entries.delete(id);
      this.#ended.set(id, ending);
    }
    for (const entry of entries) {
      const { watchers } = entry;
      letGo(entry);
      for (const watch of watchers) watch(ending);
    }
    for (const group of new Set(entries.map((entry) => entry.group))) this.#tellIdle(group);
  }

  /** Has `onEnd` called when the delivery ends, if it is `open`; else says how it ended. */
  watch(id: string, onEnd: (ending: Ending) => void): 'open' | Ending | 'unknown' {
    const entry = this.#entries.get(id);
    if (!entry) return this.#ended.get(id) ?? 'unknown';
    entry.watchers.push(onEnd);
    return 'open';
  }

  /** Milliseconds since 1970; undefined for a delivery that is not on its way. */
  deadline(id: string): number | undefined {
    return this.#entries.get(id)?.deadline;
  }

  count(group: object): number {
    let count = 0;
    for (const entry of this.#entries.values()) if (entry.group === group) count += 1;
    return count;
  }

  /** The delivery of the group that is on its way for longest. */
  oldest(group: object): OpenDelivery | undefined {
    for (const entry of this.#entries.values()) if (entry.group === group) return entry;
    return undefined;
  }

  #tellIdle(group: object): void {
    const watchers = this.#idleWatchers.get(group);
    if (!watchers || this.count(group) > 0) return;
    this.#idleWatchers.delete(group);
    for (const tell of watchers) tell();
  }
}

/**
 * Drops what an entry refers to that is over. A Map that many entries pass through leaves outgrown
 * tables behind, and what those refer to (else whole messages) would live until the next full garbage
 * collection, which then becomes half of the work.
 */
function letGo(entry: Entry): void {
  entry.settle = nothing;
  entry.cancelTimer = nothing;
  entry.giveBack = undefined;
  entry.watchers = [];
}

function nothing(): void {
  // over
}
