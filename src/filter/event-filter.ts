/** Decides which output an event takes, and whether it was seen before. */
import type { Admission, Dedupe, Arrival as DedupeArrival, Waiting } from '../memory/dedupe';
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
export interface Arrival extends Pick<DedupeArrival, 'owner' | 'deadline' | 'follow'> {
  readonly type: unknown;
  readonly majorVersion: unknown;
  /** What makes two events the same; an event without one always passes. */
  readonly key: string | undefined;
}

export interface Decision {
  /** Index of the output: the routes, then other, then duplicates. Undefined = dropped. */
  readonly output: number | undefined;
  readonly seenBefore?: SeenBefore;
  /** The filter closed while the event waited for its twin: nobody has decided about it. */
  readonly cancelled?: boolean;
}

/** Decided later: the event's twin is still on its way. Later events do not wait for it. */
export interface LaterDecision {
  readonly later: Promise<Decision>;
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

const DROPPED: Decision = { output: undefined };
const CANCELLED: Decision = { output: undefined, cancelled: true };

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

  constructor(private readonly options: EventFilterOptions) {
    let outputs = options.routes.length;
    this.#other = options.other ? outputs++ : undefined;
    this.#duplicates = options.duplicates ? outputs++ : undefined;
    this.outputs = outputs;
    this.#route = createRouter(options.routes);
    options.dedupe?.join(options.window);
  }

  decide(arrival: Arrival): Decision | LaterDecision | Promise<Decision | LaterDecision> {
    const route = this.#route(arrival.type, arrival.majorVersion);
    const output = route < 0 ? this.#other : route;
    if (output === undefined) {
      this.counts.dropped += 1;
      return DROPPED;
    }
    const { dedupe, window } = this.options;
    if (!dedupe) return this.#pass(output);
    const { key, owner, deadline } = arrival;
    if (key === undefined) {
      this.counts.withoutKey += 1;
      return this.#pass(output);
    }
    const follow: Arrival['follow'] = (onEnd) => arrival.follow(onEnd);
    const answer = dedupe.admit({ key, owner, deadline, follow, window, asker: this });
    if (answer instanceof Promise) return answer.then((known) => this.#apply(known, output));
    return this.#apply(answer, output);
  }

  #apply(answer: Admission | Waiting, output: number): Decision | LaterDecision {
    if (typeof answer === 'object' && 'later' in answer) {
      return { later: answer.later.then((known) => this.#conclude(known, output)) };
    }
    return this.#conclude(answer, output);
  }

  #conclude(answer: Admission, output: number): Decision {
    if (typeof answer === 'object') {
      this.counts.duplicates += 1;
      return { output: this.#duplicates, seenBefore: answer };
    }
    if (answer === 'left') return DROPPED;
    if (answer === 'cancelled') return CANCELLED;
    if (answer === 'unchecked') this.counts.unchecked += 1;
    return this.#pass(output);
  }

  #pass(output: number): Decision {
    this.counts.passed += 1;
    return { output };
  }

  /** Forgets every event that its store remembers. */
  async reset(): Promise<void> {
    await this.options.dedupe?.forget();
  }

  /** Events that wait for their twin are decided: cancelled. */
  close(): void {
    this.options.dedupe?.cancel(this);
  }
}
