/** Decides which output an event takes, and whether it came before. */
import type { DedupeStore, SeenBefore } from '../dedupe/store';
import { createRouter, type Route } from './route';

export interface EventFilterOptions {
  readonly routes: readonly Route[];
  /** One more output, for events that fit no route; without it they are dropped. */
  readonly other: boolean;
  /** Undefined = events pass however often they come. */
  readonly store: DedupeStore | undefined;
  /** One more output, for events seen before; without it they are dropped. */
  readonly duplicates: boolean;
}

/** What the filter has to know of an event. */
export interface Arrival {
  readonly type: unknown;
  readonly majorVersion: unknown;
  /** What makes two events the same; an event without one always passes. */
  readonly key: string | undefined;
  /** The delivery that brought it, where there is one. */
  readonly deliveryId: string | undefined;
  /**
   * Has `onEnd` called when the delivery ends, if it is `open`: true when the event is done with,
   * false when the broker gives it out again.
   */
  follow(onEnd: (isDone: boolean) => void): Following;
}

/** How a delivery stands; `unknown` also where there is none, `returned` = the broker's again. */
export type Following = 'open' | 'done' | 'returned' | 'unknown';

export interface Decision {
  /** Index of the output: the routes, then other, then duplicates. Undefined = dropped. */
  readonly output: number | undefined;
  readonly seenBefore?: SeenBefore;
}

/** An event that passed, while its delivery is on its way. */
interface OnItsWay {
  readonly deliveryId: string | undefined;
  readonly waiting: (() => void)[];
}

export interface EventFilterCounts {
  passed: number;
  duplicates: number;
  /** passed without a look whether they came before, because they had no key */
  withoutKey: number;
  /** fitted no route */
  dropped: number;
}

const DROPPED: Decision = { output: undefined };

export class EventFilter {
  readonly counts: EventFilterCounts = { passed: 0, duplicates: 0, withoutKey: 0, dropped: 0 };
  /** How many outputs there are. */
  readonly outputs: number;
  readonly #route;
  readonly #onTheirWay = new Map<string, OnItsWay>();
  readonly #other: number | undefined;
  readonly #duplicates: number | undefined;

  constructor(private readonly options: EventFilterOptions) {
    let outputs = options.routes.length;
    this.#other = options.other ? outputs++ : undefined;
    this.#duplicates = options.duplicates ? outputs++ : undefined;
    this.outputs = outputs;
    this.#route = createRouter(options.routes);
  }

  /**
   * An event that came before is a duplicate, unless its first delivery is still on its way: then
   * the answer waits for the end of that one, because it may fail and come back as this one.
   */
  decide(arrival: Arrival): Decision | Promise<Decision> {
    const route = this.#route(arrival.type, arrival.majorVersion);
    const output = route < 0 ? this.#other : route;
    if (output === undefined) {
      this.counts.dropped += 1;
      return DROPPED;
    }
    const { store } = this.options;
    if (!store) return this.#pass(output);
    if (arrival.key === undefined) {
      this.counts.withoutKey += 1;
      return this.#pass(output);
    }
    return this.#decideOnce(store, arrival, arrival.key, output);
  }

  #decideOnce(
    store: DedupeStore,
    arrival: Arrival,
    key: string,
    output: number,
  ): Decision | Promise<Decision> {
    const first = this.#onTheirWay.get(key);
    // a copy of the same delivery cannot wait for that delivery to end: it is part of it
    if (first && first.deliveryId !== arrival.deliveryId) {
      return new Promise((resolve) => {
        first.waiting.push(() => resolve(this.#decideOnce(store, arrival, key, output)));
      });
    }
    const seenBefore = store.reserve(key);
    if (seenBefore) {
      this.counts.duplicates += 1;
      return { output: this.#duplicates, seenBefore };
    }
    const passing: OnItsWay = { deliveryId: arrival.deliveryId, waiting: [] };
    const following = arrival.follow((isDone) => {
      this.#onTheirWay.delete(key);
      if (isDone) store.record(key);
      else store.release(key);
      for (const decide of passing.waiting) decide();
    });
    if (following === 'returned') {
      // The broker gives this event out again: what is still here of it is left behind.
      store.release(key);
      return DROPPED;
    }
    if (following === 'open') this.#onTheirWay.set(key, passing);
    else store.record(key);
    return this.#pass(output);
  }

  #pass(output: number): Decision {
    this.counts.passed += 1;
    return { output };
  }

  /** Forgets every event that it remembers. */
  reset(): void {
    this.options.store?.clear();
  }
}
