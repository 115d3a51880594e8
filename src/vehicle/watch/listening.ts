/**
 * Whether what vehicles tell arrives as they tell it, found out from how old the events are that come:
 * while old ones come, a backlog is being worked off.
 */
import type { Deafness } from './episode';

/** Milliseconds: what is older when it comes was waiting somewhere. */
const FRESH = 60_000;
/** Milliseconds without any event after which there is nothing left to work off. */
const QUIET = 15_000;
/** Times in which nothing could be heard that are remembered; the oldest go first. */
const REMEMBERED = 200;

export class Listening {
  readonly #past: Deafness[] = [];
  /** Since when nothing can be heard; undefined = it can. */
  #since: number | undefined;
  /** The newest `occurred_at` of all events. */
  #newest: number;
  #lastEventAt: number;
  #deaf: readonly Deafness[] = [];

  constructor(now: number) {
    this.#lastEventAt = now;
    this.#newest = now;
  }

  /** The process has started, and what came since then waits: `newest` = when the last event occurred that was heard before. */
  resume(newest: number, now: number): void {
    if (this.#since !== undefined) return;
    this.#newest = Math.min(newest, now);
    this.#lastEventAt = now;
    this.#begin();
  }

  /** To be given to each step of a watch. */
  get deaf(): readonly Deafness[] {
    return this.#deaf;
  }

  get isDeaf(): boolean {
    return this.#since !== undefined;
  }

  /** When to look again, in milliseconds since 1970; undefined = no need to. */
  get lookAt(): number | undefined {
    return this.#since === undefined ? undefined : this.#lastEventAt + QUIET;
  }

  /** An event came. */
  heard(occurredAt: number, now: number): void {
    this.#lastEventAt = now;
    if (now - occurredAt > FRESH) this.#begin();
    else this.#end(now);
    if (occurredAt > this.#newest && occurredAt <= now) this.#newest = occurredAt;
  }

  /** Nothing came for some time: what could be worked off is. */
  look(now: number): void {
    if (now >= this.#lastEventAt + QUIET) this.#end(now);
  }

  #begin(): void {
    if (this.#since !== undefined) return;
    this.#since = this.#newest;
    this.#deaf = [...this.#past, { from: this.#since }];
  }

  #end(now: number): void {
    if (this.#since === undefined) return;
    this.#past.push({ from: this.#since, to: now });
    if (this.#past.length > REMEMBERED) this.#past.shift();
    this.#since = undefined;
    this.#deaf = [...this.#past];
  }
}
