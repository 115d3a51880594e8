/** Decides which output an event takes, and whether it was seen before. */
import type { Candidate, Dedupe, DedupeResult, LaterResult } from '../memory/dedupe';
import type { SeenBefore } from '../memory/key-store';
import { createRouter, type Route } from './route';

export interface EventFilterOptions {
  readonly routes: readonly Route[];
  /** One more output, for events that fit no route; without it they are dropped. */
  readonly other: boolean;
  /** Undefined = events pass however often they come. */
  readonly dedupe: Dedupe | undefined;
  /** Milliseconds that an event is remembered. */
  readonly window: number;
  /** One more output, for events seen before; without it they are dropped. */
  readonly duplicates: boolean;
}

/** What the filter has to know of an event. */
export interface FilterEvent extends Pick<Candidate, 'owner' | 'delivery'> {
  readonly type: unknown;
  readonly majorVersion: unknown;
  /** What makes two events the same; an event without one always passes. */
  readonly key: string | undefined;
  /** The flow has given it up: it passes once more, whatever was decided about it before. */
  readonly isAtOutput2?: boolean | undefined;
}

export interface Routing {
  /** Index of the output: the routes, then other, then duplicates. Undefined = dropped. */
  readonly output: number | undefined;
  readonly seenBefore?: SeenBefore;
  /** It was left behind, to be given out again: the broker does so, or the filter closed while it waited. */
  readonly isLeft?: boolean;
}

/** Decided later: the event's twin is still on its way. Later events do not wait for it. */
export interface LaterRouting {
  readonly later: Promise<Routing>;
}

export interface EventFilterCounts {
  passed: number;
  duplicates: number;
  /** passed unchecked, because they had no key */
  withoutKey: number;
  /** passed unchecked, because the store could not be reached */
  unchecked: number;
  /** fitted no route, and there is no output for those */
  dropped: number;
}

const DROPPED: Routing = { output: undefined };
const LEFT: Routing = { output: undefined, isLeft: true };

export class EventFilter {
  readonly counts: EventFilterCounts = {
    passed: 0,
    duplicates: 0,
    withoutKey: 0,
    unchecked: 0,
    dropped: 0,
  };
  /** How many outputs there are. */
  readonly outputs: number;
  readonly #route;
  readonly #other: number | undefined;
  readonly #duplicates: number | undefined;
  /** Stands for this filter where an event comes from output 2: each asker lets a delivery through once. */
  readonly #atOutput2 = {};

  constructor(private readonly options: EventFilterOptions) {
    let outputs = options.routes.length;
    this.#other = options.other ? outputs++ : undefined;
    this.#duplicates = options.duplicates ? outputs++ : undefined;
    this.outputs = outputs;
    this.#route = createRouter(options.routes);
    options.dedupe?.join(options.window);
  }

  decide(event: FilterEvent): Routing | LaterRouting | Promise<Routing | LaterRouting> {
    const route = this.#route(event.type, event.majorVersion);
    const output = route < 0 ? this.#other : route;
    if (output === undefined) {
      this.counts.dropped += 1;
      return DROPPED;
    }
    const { dedupe, window } = this.options;
    if (!dedupe) return this.#pass(output);
    const { key, owner, delivery, isAtOutput2 } = event;
    if (key === undefined) {
      this.counts.withoutKey += 1;
      return this.#pass(output);
    }
    const asker = isAtOutput2 ? this.#atOutput2 : this;
    const result = dedupe.admit({ key, owner, delivery, window, asker });
    if (result instanceof Promise) return result.then((known) => this.#apply(known, output));
    return this.#apply(result, output);
  }

  #apply(result: DedupeResult | LaterResult, output: number): Routing | LaterRouting {
    if (typeof result === 'object' && 'later' in result) {
      return { later: result.later.then((known) => this.#conclude(known, output)) };
    }
    return this.#conclude(result, output);
  }

  #conclude(result: DedupeResult, output: number): Routing {
    if (typeof result === 'object') {
      this.counts.duplicates += 1;
      return { output: this.#duplicates, seenBefore: result };
    }
    if (result === 'requeued' || result === 'cancelled') return LEFT;
    if (result === 'unchecked') this.counts.unchecked += 1;
    return this.#pass(output);
  }

  #pass(output: number): Routing {
    this.counts.passed += 1;
    return { output };
  }

  /** Forgets every event that its store remembers. */
  async reset(): Promise<void> {
    await this.options.dedupe?.forget();
  }

  /** Events that wait for their twin are decided: cancelled. */
  close(): void {
    const { dedupe } = this.options;
    dedupe?.cancel(this);
    dedupe?.cancel(this.#atOutput2);
  }
}
