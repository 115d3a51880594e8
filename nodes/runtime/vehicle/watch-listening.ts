/** When nothing could be heard of a vehicle, for one watch: by the consumer that its events come from. */
import type { ConsumerHearing } from '../../../src/hearing/consumer-hearing';
import { type Deafness, union } from '../../../src/hearing/deafness';

/** The port to what consumers hear. */
export interface HearingsOfConsumers {
  /** Undefined where no topic of it was ever here. */
  find(consumer: string): ConsumerHearing | undefined;
  consumers(): string[];
}

const NONE: readonly Deafness[] = [];

export class WatchListening {
  readonly #heard = new Map<string, ConsumerHearing>();
  readonly #stops: (() => void)[] = [];
  /** Which consumer a vehicle is of, where there are several. */
  readonly #consumers = new Map<string, string>();
  /** Nobody knows yet which consumers the watch hears of: all are meant. */
  #isGuess = false;
  /** What was missed while the process was away, where no consumer can tell. */
  #missed = NONE;
  #lists: readonly (readonly Deafness[])[] = [];
  #union = NONE;

  /** `onChange` is called when something can be heard again, and when not. */
  constructor(
    private readonly hearings: HearingsOfConsumers,
    private readonly onChange: () => void,
  ) {}

  /** The flows stand. `consumers`: those that the watch is wired to. */
  start(consumers: readonly string[]): void {
    this.#isGuess = this.#heard.size === 0 && consumers.length === 0;
    for (const consumer of this.#isGuess ? this.hearings.consumers() : consumers) {
      this.#add(consumer);
    }
  }

  /** `newest`: when any vehicle was heard of last, before the process was there. */
  heardBefore(newest: number, now: number): void {
    for (const hearing of this.#heard.values()) hearing.heardBefore(newest);
    if (this.#heard.size === 0 && newest < now) this.#missed = [{ from: newest, to: now }];
  }

  /** An event of the vehicle came by this consumer. */
  heard(vehicle: string, consumer: unknown): void {
    if (typeof consumer !== 'string') return;
    if (this.#isGuess || !this.#heard.has(consumer)) {
      if (!this.hearings.find(consumer)) return;
      if (this.#isGuess) this.#clear();
      this.#add(consumer);
    }
    if (this.#heard.size > 1) this.#consumers.set(vehicle, consumer);
  }

  /** To be given to each step of the watch. */
  deafFor(vehicle: string): readonly Deafness[] {
    const own = this.#heard.get(this.#consumers.get(vehicle) ?? '');
    if (own) return own.deaf;
    if (this.#heard.size === 0) return this.#missed;
    const lists = [...this.#heard.values()].map(({ deaf }) => deaf);
    const [only] = lists;
    if (only && lists.length === 1) return only;
    // it may be of any of them
    if (lists.length !== this.#lists.length || lists.some((list, at) => list !== this.#lists[at])) {
      this.#lists = lists;
      this.#union = union(lists);
    }
    return this.#union;
  }

  isDeafFor(vehicle: string): boolean {
    const last = this.deafFor(vehicle).at(-1);
    return last !== undefined && last.to === undefined;
  }

  close(): void {
    this.#clear();
  }

  #add(consumer: string): void {
    const hearing = this.hearings.find(consumer);
    if (!hearing || this.#heard.has(consumer)) return;
    this.#heard.set(consumer, hearing);
    this.#stops.push(hearing.watch(this.onChange));
  }

  #clear(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#heard.clear();
    this.#isGuess = false;
  }
}
