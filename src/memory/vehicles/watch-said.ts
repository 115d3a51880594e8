/** What one watch remembers of one vehicle: its episode, and what it is saying because of a delivery. */

import type { Vehicle } from '../../vehicle/vehicle';
import type { Episode, WatchStep } from '../../vehicle/watch/episode';

/** What a watch makes of a vehicle and of what it remembers of it; it has no effect of its own. */
export type DecideStep = (vehicle: Vehicle, episode: Episode | undefined) => WatchStep;

/** What is said, until it has arrived. */
export interface Saying {
  readonly say: 'raised' | 'cleared';
  readonly since: number;
  /** It reminds of what was said before. */
  readonly isRepeated: boolean;
  /** As it was known when it was said first. */
  readonly of: Vehicle;
}

export interface PendingWatch {
  /** Of who says it; OWED = nobody at the moment. */
  readonly token: string;
  /** The episode, if the delivery is acknowledged. */
  readonly episode: Episode | undefined;
  /** Milliseconds since 1970 at which it counts as undone, if nobody gave a sign of life. */
  readonly until: number;
  /** id of the event that it is said because of; undefined = the clock */
  readonly event?: string | undefined;
  readonly saying: Saying;
}

/** It was said, and did not arrive: whoever steps next says it again. */
export const OWED = '';
const FOR_EVER = Number.MAX_SAFE_INTEGER;

/** What nobody says any more, or a process did that has died. */
export function owed(pending: Omit<PendingWatch, 'token' | 'until'>): PendingWatch {
  return { ...pending, token: OWED, until: FOR_EVER };
}

/**
 * One thing is said at a time. What was said and did not arrive is owed: it is said again, also where it is
 * over by then, and what has happened since comes after it. So nobody hears an end without a beginning, and
 * a short alarm is not lost because the first attempt failed. A reminder is not owed.
 *
 * While something is said there are two episodes, one for either way in which that may end, and both move on
 * with the vehicle as long as there is nothing to say.
 */
export class WatchSaid {
  constructor(
    readonly owner: string,
    /** If what is pending is undone. */
    public episode: Episode | undefined,
    public pending: PendingWatch | undefined = undefined,
  ) {}

  /** Returns what is to be said and done now. */
  step(
    vehicle: Vehicle,
    decide: DecideStep,
    telling: Pick<PendingWatch, 'token' | 'until' | 'event'>,
  ): WatchStep {
    const undone = decide(vehicle, this.episode);
    const { say, since, isRepeated = false } = undone;
    if (say === undefined) this.episode = undone.episode;
    if (!this.pending) {
      if (say !== undefined && since !== undefined) {
        const saying = { say, since, isRepeated, of: vehicle };
        this.pending = { ...telling, episode: undone.episode, saying };
      }
      return undone;
    }
    const done = decide(vehicle, this.pending.episode);
    if (done.say === undefined && done.episode !== this.pending.episode) {
      this.pending = { ...this.pending, episode: done.episode };
    }
    const { episode, saying, token, until } = this.pending;
    if (token === OWED) {
      this.pending = { ...telling, episode, saying };
      return { episode, say: saying.say, since: saying.since, saidOf: saying.of };
    }
    // the process that says it may die
    const wakeAt = Number.isFinite(until) ? { wakeAt: until } : {};
    return { episode, ...wakeAt };
  }

  /** Whether it was still pending. */
  settle(token: string, isDone: boolean): boolean {
    const { pending } = this;
    if (!pending || pending.token !== token || token === OWED) return false;
    if (isDone) {
      this.pending = undefined;
      this.episode = pending.episode;
    } else this.undo();
    return true;
  }

  /** What is being said did not arrive. */
  undo(): void {
    const { pending } = this;
    if (pending) this.pending = pending.saying.isRepeated ? undefined : owed(pending);
  }
}
