/**
 * Whether what one topic brings arrives as it happens: the broker sends to it, and nothing older still waits.
 *
 * The broker does not say how much waits. After a pause, and when old events come, a topic is behind until an
 * event comes that has just happened, or until nothing comes for a while although there is room for more.
 */
import type { Clock } from '../time/clock';
import { instantOf } from '../time/instant';

/** Milliseconds: what is older when it comes was waiting somewhere. */
const FRESH = 60_000;
/** Milliseconds without any event after which nothing is left that could be sent. */
const QUIET = 15_000;
/** Milliseconds between two looks at the age of events while all is well. */
const LOOK = 100;
/** Milliseconds by which an event may come before it is told that the topic consumes. */
const EARLY = 1_000;
/** Milliseconds for which a broken connection may go unnoticed. */
const UNNOTICED = 60_000;

export interface TopicHearingOptions {
  readonly clock: Clock;
  /** The flow has all that the topic may have at once: more may wait. */
  isFull(): boolean;
  /** The flow fails at everything, and events wait on purpose. */
  isHolding(): boolean;
  /** It hears less, or more, than before; where less: since when at the latest, in milliseconds since 1970. */
  changed(since?: number): void;
  left(): void;
}

export class TopicHearing {
  #isConsuming = false;
  #isBehind = true;
  /** When the last event came, by the clock here, and when the newest occurred. */
  #lastEventAt: number;
  #newest: number;
  #lookedAt = 0;
  /** When the last one came that had just happened. */
  #freshAt = Number.NEGATIVE_INFINITY;
  /** So old is what comes, though nothing waits: the clocks differ. */
  #lag = 0;
  /** What is written like this and comes before it was old at the last look, without a calculation. */
  #freshFrom = '';
  /** Whether the events that come become younger, looked at for `QUIET`: since when, and how old they were. */
  #window = { since: 0, age: Number.POSITIVE_INFINITY, wasFull: false };

  constructor(private readonly options: TopicHearingOptions) {
    this.#lastEventAt = options.clock.now();
    this.#newest = this.#lastEventAt;
  }

  /** Nothing is sent to it. */
  get isAway(): boolean {
    return !this.#isConsuming && !this.options.isHolding();
  }

  /** Something older than what happens now waits for it, or may wait. */
  get isBehind(): boolean {
    return this.options.isHolding() || (this.#isConsuming && this.#isBehind);
  }

  /** The broker begins to send what comes, or ends that. */
  consumes(isConsuming: boolean): void {
    if (isConsuming === this.#isConsuming) return;
    const now = this.options.clock.now();
    this.#isConsuming = isConsuming;
    const since = isConsuming ? now : Math.max(this.#lastEventAt, now - UNNOTICED);
    this.#isBehind = !(isConsuming && now - this.#freshAt <= EARLY);
    this.#lastEventAt = now;
    this.#lag = 0;
    this.#beginWindow(now, Number.POSITIVE_INFINITY);
    this.options.changed(since);
  }

  /** An event came. `isRepeated`: it was here before, so its age says nothing. */
  heard(occurredAt: unknown, isRepeated: boolean): void {
    const now = this.options.clock.now();
    this.#lastEventAt = now;
    const isDue = now - this.#lookedAt >= LOOK || now < this.#lookedAt;
    const mayEndDeafness = (this.#isBehind || !this.#isConsuming) && !this.#isOld(occurredAt);
    if (!isDue && !mayEndDeafness) return;
    this.#lookedAt = now;
    this.#freshFrom = isoText(now - FRESH - this.#lag);
    const time = instantOf(occurredAt);
    if (time === undefined) return;
    const age = now - time - this.#lag;
    if (age <= FRESH) {
      this.#freshAt = now;
      this.#setBehind(false);
    } else if (!isRepeated) {
      this.#setBehind(true, this.#newest);
      this.#judge(now, now - time);
    }
    if (time > this.#newest && time <= now) this.#newest = time;
  }

  /** To be called from time to time: what does not come says something too. */
  look(): void {
    if (!this.#isConsuming || this.options.isHolding()) return;
    if (this.options.clock.now() < this.#lastEventAt + QUIET) return;
    if (this.options.isFull()) this.#setBehind(true, this.#lastEventAt);
    else this.#setBehind(false);
  }

  /** Nothing of this process ran for a while, since then. */
  slept(since: number): void {
    if (!this.#isConsuming) return;
    this.#lastEventAt = this.options.clock.now();
    this.#setBehind(true, since);
  }

  leave(): void {
    this.consumes(false);
    this.options.left();
  }

  /** Of a backlog, which comes fast, most is told apart by its text. */
  #isOld(occurredAt: unknown): boolean {
    const isText = typeof occurredAt === 'string';
    return isText && occurredAt < this.#freshFrom && occurredAt.endsWith('Z');
  }

  #setBehind(isBehind: boolean, since?: number): void {
    if (isBehind === this.#isBehind) return;
    this.#isBehind = isBehind;
    this.#beginWindow(this.options.clock.now(), Number.POSITIVE_INFINITY);
    this.options.changed(since);
  }

  /** Events of a backlog become younger. Where they do not, and there is room, one of the clocks is wrong. */
  #judge(now: number, age: number): void {
    const { since, wasFull } = this.#window;
    this.#window.wasFull = wasFull || this.options.isFull();
    if (this.#window.age === Number.POSITIVE_INFINITY) this.#beginWindow(now, age);
    if (now - since < QUIET) return;
    const isCatchingUp = age < this.#window.age - (now - since) / 10;
    if (isCatchingUp || this.#window.wasFull) {
      this.#beginWindow(now, age);
      return;
    }
    this.#lag = age;
    this.#setBehind(false);
  }

  #beginWindow(since: number, age: number): void {
    this.#window = { since, age, wasFull: this.options.isFull() };
  }
}

/** Empty where no date can be made of it: then nothing comes before it. */
function isoText(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
