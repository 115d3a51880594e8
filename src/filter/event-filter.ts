/** Decides which output an event takes, and whether it was seen before. */
import type { Candidate, Dedupe, DedupeResult, LaterResult } from '../memory/dedupe';
import type { SeenBefore } from '../memory/key-store';
import type { Clock } from '../time/clock';
import { instantOf } from '../time/instant';
import { createRouter, type EventSource, type Route, type RoutedEvent } from './route';

export interface EventFilterOptions {
  readonly routes: readonly Route[];
  /** Who makes events of a type, where that is known. */
  readonly sourceOf?: (type: string) => EventSource | undefined;
  /** One more output, for events that fit no route; without it they are dropped. */
  readonly other: boolean;
  /** One more output, for what would leave by a route or by other, but happened longer ago; without it, age is nothing. */
  readonly late?: { readonly maxAge: number; readonly clock: Pick<Clock, 'now'> } | undefined;
  /** Undefined = events pass however often they come. */
  readonly dedupe: Dedupe | undefined;
  /** Milliseconds that an event is remembered. */
  readonly window: number;
  /** One more output, for events seen before; without it they are dropped. */
  readonly duplicates: boolean;
}

/** What the filter has to know of an event. */
export interface FilterEvent extends Pick<Candidate, 'owner' | 'delivery'>, RoutedEvent {
  /** When it happened, in ISO 8601; what is no time is never late. */
  readonly occurredAt?: unknown;
  /** What makes two events the same; an event without one always passes. */
  readonly key: string | undefined;
  /** The flow has given it up: it passes once more, whatever was decided about it before. */
  readonly isAtOutput2?: boolean | undefined;
}

export interface Routing {
  /** Index of the output: the routes, then other, then late, then duplicates. Undefined = dropped. */
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
  /** left by a route or by other */
  passed: number;
  /** passed too, but by their own output */
  late: number;
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
    late: 0,
    duplicates: 0,
    withoutKey: 0,
    unchecked: 0,
    dropped: 0,
  };
  /** How many outputs there are. */
  readonly outputs: number;
  readonly #route;
  readonly #other: number | undefined;
  readonly #late: number | undefined;
  readonly #duplicates: number | undefined;
  /** Stands for this filter where an event comes from output 2: each asker lets a delivery through once. */
  readonly #atOutput2 = {};

  constructor(private readonly options: EventFilterOptions) {
    let outputs = options.routes.length;
    this.#other = options.other ? outputs++ : undefined;
    this.#late = options.late ? outputs++ : undefined;
    this.#duplicates = options.duplicates ? outputs++ : undefined;
    this.outputs = outputs;
    this.#route = createRouter(options.routes, options.sourceOf);
    options.dedupe?.join(options.window);
  }

  decide(event: FilterEvent): Routing | LaterRouting | Promise<Routing | LaterRouting> {
    const route = this.#route(event);
    const wanted = route < 0 ? this.#other : route;
    if (wanted === undefined) {
      this.counts.dropped += 1;
      return DROPPED;
    }
    const output = this.#isLate(event) ? this.#late : wanted;
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

  #apply(result: DedupeResult | LaterResult, output: number | undefined): Routing | LaterRouting {
    if (typeof result === 'object' && 'later' in result) {
      return { later: result.later.then((known) => this.#conclude(known, output)) };
    }
    return this.#conclude(result, output);
  }

  #conclude(result: DedupeResult, output: number | undefined): Routing {
    if (typeof result === 'object') {
      this.counts.duplicates += 1;
      return { output: this.#duplicates, seenBefore: result };
    }
    if (result === 'requeued' || result === 'cancelled') return LEFT;
    if (result === 'unchecked') this.counts.unchecked += 1;
    return this.#pass(output);
  }

  #pass(output: number | undefined): Routing {
    if (output === this.#late) this.counts.late += 1;
    else this.counts.passed += 1;
    return { output };
  }

  #isLate({ occurredAt }: FilterEvent): boolean {
    const { late } = this.options;
    // above 0 the output is there; at 0 it stays without events
    if (!late || late.maxAge === 0) return false;
    const instant = instantOf(occurredAt);
    return instant !== undefined && late.clock.now() - instant > late.maxAge;
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
