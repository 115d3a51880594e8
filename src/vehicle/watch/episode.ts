/** What a watch remembers of one vehicle: plain data that a store can keep as JSON. */
import type { Vehicle } from '../vehicle';

/** Nothing to remember is undefined, so that a store keeps only what is going on. */
export interface Episode {
  /** What stands for the conditions that `began` and `counted` are about: of others they say nothing. */
  readonly of?: string;
  /**
   * Of each condition: since when it holds, by the time stamp of its property, in milliseconds since
   * 1970; null = it does not hold. Empty where `raised`.
   */
  readonly began: readonly (number | null)[];
  /** Of each condition `every`: the last multiple that counted; null = none yet, or no such condition. */
  readonly counted?: readonly (number | null)[];
  /** It was said, and is not over. */
  readonly raised?: {
    /** Since when all conditions held, in milliseconds since 1970. */
    readonly since: number;
    /** When it was said last. */
    readonly saidAt: number;
  };
}

/** A time in which nothing could be heard of any vehicle: no topic was consuming, or one worked off a backlog. */
export interface Deafness {
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Undefined = it goes on. */
  readonly to?: number;
}

/** What a watch says of one vehicle, and when it wants to be asked again without an event. */
export interface WatchStep {
  /** To be kept until the next step; the very same object where nothing changed. */
  readonly episode: Episode | undefined;
  readonly say?: 'raised' | 'cleared';
  /** With `say`: since when the conditions held, in milliseconds since 1970. */
  readonly since?: number;
  /** With `say`: it was said before, and still lasts. */
  readonly isRepeated?: boolean;
  /** Where it is said again because it did not arrive: the vehicle as it was when it was said first. */
  readonly saidOf?: Vehicle;
  /** Milliseconds since 1970; undefined = nothing happens by time alone. */
  readonly wakeAt?: number;
}
