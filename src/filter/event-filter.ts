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

export interface Decision {
  /** Index of the output: the routes, then other, then duplicates. Undefined = dropped. */
  readonly output: number | undefined;
  readonly seenBefore?: SeenBefore;
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
  readonly #other: number | undefined;
  readonly #duplicates: number | undefined;

  constructor(private readonly options: EventFilterOptions) {
    let outputs = options.routes.length;
    this.#other = options.other ? outputs++ : undefined;
    this.#duplicates = options.duplicates ? outputs++ : undefined;
    this.outputs = outputs;
    this.#route = createRouter(options.routes);
  }

  /** `key` is what makes two events the same; an event without one always passes. */
  decide(type: unknown, majorVersion: unknown, key: string | undefined): Decision {
    const route = this.#route(type, majorVersion);
    const output = route < 0 ? this.#other : route;
    if (output === undefined) {
      this.counts.dropped += 1;
      return DROPPED;
    }
    const seenBefore = this.#seenBefore(key);
    if (seenBefore) {
      this.counts.duplicates += 1;
      return { output: this.#duplicates, seenBefore };
    }
    this.counts.passed += 1;
    return { output };
  }

  /** Forgets every event that it remembers. */
  reset(): void {
    this.options.store?.clear();
  }

  #seenBefore(key: string | undefined): SeenBefore | undefined {
    const { store } = this.options;
    if (!store) return undefined;
    if (key === undefined) {
      this.counts.withoutKey += 1;
      return undefined;
    }
    const seenBefore = store.reserve(key);
    if (!seenBefore) store.record(key);
    return seenBefore;
  }
}
