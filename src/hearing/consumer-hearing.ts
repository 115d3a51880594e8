/**
 * When nothing could be heard of the vehicles of one consumer: none of its topics was consuming, or one was
 * still working off a backlog. It is remembered also while the process is away.
 */
import type { Clock } from '../time/clock';
import type { Deafness } from './deafness';
import { TopicHearing, type TopicHearingOptions } from './topic-hearing';

/** What outlives the process. */
export interface HearingMemory {
  /** Up to when everything was heard that happened. */
  readonly heardUntil: number;
  readonly deaf: readonly (readonly [from: number, to: number])[];
}

export interface HearingStorage {
  load(): HearingMemory | undefined;
  save(memory: HearingMemory): void;
}

/** Milliseconds between two looks. */
const TICK = 5_000;
/** Milliseconds without a look after which the machine was asleep, or somebody has set its clock. */
const ASLEEP = 60_000;
/** Milliseconds between two notes that everything is heard; after a crash so much is taken for not heard. */
const NOTE = 60_000;
/** Milliseconds between two notes of what has changed. */
const SHORTEST_NOTE = 1_000;
/** Times that are remembered; where there are more, two become one with what is between them. */
const REMEMBERED = 200;

export class ConsumerHearing {
  readonly #topics = new Set<TopicHearing>();
  readonly #watchers = new Set<() => void>();
  #past: (readonly [from: number, to: number])[];
  #since: number | undefined;
  #deaf: readonly Deafness[] = [];
  /** Nobody knows what was before this process. */
  readonly #isUnknown: boolean;
  #notedAt = Number.NEGATIVE_INFINITY;
  #lookedAt: number;
  #cancelTick: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly storage: HearingStorage,
  ) {
    const memory = storage.load();
    this.#lookedAt = clock.now();
    this.#past = [...(memory?.deaf ?? [])];
    this.#isUnknown = memory === undefined;
    this.#begin(Math.min(memory?.heardUntil ?? Number.POSITIVE_INFINITY, clock.now()));
  }

  /** In the order of time, none touches another. The very same list where nothing has changed. */
  get deaf(): readonly Deafness[] {
    this.#look();
    return this.#deaf;
  }

  get isDeaf(): boolean {
    return this.#since !== undefined;
  }

  /** A topic of the consumer, until it leaves. */
  join(options: Pick<TopicHearingOptions, 'isFull' | 'isHolding'>): TopicHearing {
    const topic: TopicHearing = new TopicHearing({
      ...options,
      clock: this.clock,
      changed: (since) => this.#changed(since),
      left: () => this.#leave(topic),
    });
    this.#topics.add(topic);
    if (this.#topics.size === 1) this.#lookedAt = this.clock.now();
    this.#cancelTick ??= this.clock.after(TICK, this.#tick);
    return topic;
  }

  /** `onChange` is called when something can be heard again, and when not; only who is watched for is remembered. */
  watch(onChange: () => void): () => void {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }

  /** A vehicle was heard of then, before this process: that helps where nothing was remembered. */
  heardBefore(time: number): void {
    if (!this.#isUnknown) return;
    const [first] = this.#past;
    if (first) this.#past[0] = [Math.min(first[0], time), first[1]];
    else if (this.#since !== undefined) this.#since = Math.min(this.#since, time);
    this.#show();
  }

  #leave(topic: TopicHearing): void {
    this.#topics.delete(topic);
    if (this.#topics.size > 0) {
      this.#changed();
      return;
    }
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    this.#note();
  }

  readonly #tick = (): void => {
    this.#cancelTick = this.clock.after(TICK, this.#tick);
    this.#look();
    for (const topic of this.#topics) topic.look();
    // a topic that holds says nothing of it
    this.#changed();
    const now = this.clock.now();
    if (this.#since === undefined && now - this.#notedAt >= NOTE) this.#note();
  };

  /** Timers of others may fire before that of this one. */
  #look(): void {
    const now = this.clock.now();
    const since = this.#lookedAt;
    this.#lookedAt = now;
    if (this.#topics.size === 0 || now - since <= ASLEEP) return;
    for (const topic of this.#topics) topic.slept(since);
  }

  #changed(since: number = this.clock.now()): void {
    const topics = [...this.#topics];
    const isDeaf = topics.every(({ isAway }) => isAway) || topics.some(({ isBehind }) => isBehind);
    if (isDeaf === this.isDeaf) return;
    if (isDeaf) this.#begin(Math.min(since, this.clock.now()));
    else this.#end();
    if (this.clock.now() - this.#notedAt >= SHORTEST_NOTE) this.#note();
    for (const tell of [...this.#watchers]) tell();
  }

  #begin(since: number): void {
    let from = since;
    for (let last = this.#past.at(-1); last && last[1] >= from; last = this.#past.at(-1)) {
      from = Math.min(from, last[0]);
      this.#past.pop();
    }
    this.#since = from;
    this.#show();
  }

  #end(): void {
    const from = this.#since;
    if (from === undefined) return;
    this.#since = undefined;
    this.#past.push([from, Math.max(from, this.clock.now())]);
    if (this.#past.length > REMEMBERED) this.#joinTwo();
    this.#show();
  }

  /** Those with the least between them: that counts as not heard from now on. */
  #joinTwo(): void {
    const gaps = this.#past.slice(1).map(([from], at) => from - (this.#past[at]?.[1] ?? from));
    const at = gaps.indexOf(Math.min(...gaps));
    const [first, second] = [this.#past[at], this.#past[at + 1]];
    if (first && second) this.#past.splice(at, 2, [first[0], second[1]]);
  }

  #show(): void {
    const past = this.#past.map(([from, to]) => ({ from, to }));
    this.#deaf = this.#since === undefined ? past : [...past, { from: this.#since }];
  }

  #note(): void {
    if (this.#watchers.size === 0) return;
    this.#notedAt = this.clock.now();
    this.storage.save({ heardUntil: this.#since ?? this.#notedAt, deaf: this.#past });
  }
}
