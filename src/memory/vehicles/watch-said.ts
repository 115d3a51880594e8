/** What one watch remembers of one vehicle: its episode, and what it is saying because of a delivery. */

import type { Vehicle } from '../../vehicle/vehicle';
import type { Episode, WatchStep } from '../../vehicle/watch/episode';

/** What a watch makes of a vehicle and of what it remembers of it; it has no effect of its own. */
export type DecideStep = (vehicle: Vehicle, episode: Episode | undefined) => WatchStep;

export interface PendingWatch {
  readonly token: string;
  /** The episode, if the delivery is acknowledged. */
  readonly episode: Episode | undefined;
  /** Milliseconds since 1970 at which it counts as undone, if nobody gave a sign of life. */
  readonly until: number;
  /** id of the event that it is said because of; undefined = the clock */
  readonly event?: string | undefined;
}

/**
 * One thing is said at a time. While it is pending there are two episodes, one for either way in
 * which the delivery may end, and both move on with the vehicle as long as there is nothing to say.
 */
export class WatchSaid {
  constructor(
    readonly owner: string,
    /** If what is pending is undone. */
    public episode: Episode | undefined,
    public pending: PendingWatch | undefined = undefined,
  ) {}

  /** Returns what is to be said and done now. */
  step(vehicle: Vehicle, decide: DecideStep, telling: Omit<PendingWatch, 'episode'>): WatchStep {
    const undone = decide(vehicle, this.episode);
    if (undone.say === undefined) this.episode = undone.episode;
    const { pending } = this;
    if (!pending) {
      if (undone.say !== undefined) this.pending = { ...telling, episode: undone.episode };
      return undone;
    }
    const { say, episode } = decide(vehicle, pending.episode);
    if (say === undefined && episode !== pending.episode) this.pending = { ...pending, episode };
    // the process that says it may die
    const { until } = pending;
    const wakeAt = Number.isFinite(until) ? { wakeAt: until } : {};
    return { episode: this.pending?.episode, ...wakeAt };
  }

  /** Whether it was still pending. */
  settle(token: string, isDone: boolean): boolean {
    const { pending } = this;
    if (pending?.token !== token) return false;
    this.pending = undefined;
    if (isDone) this.episode = pending.episode;
    return true;
  }
}
