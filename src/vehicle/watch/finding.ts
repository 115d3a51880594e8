/** What the conditions of a watch are like at one moment, each and all. */
import type { Vehicle } from '../vehicle';
import type { Holds } from './comparison';
import type { Condition } from './condition';
import type { Deafness, Episode } from './episode';
import { multipleOf } from './multiples';
import { silence } from './silence';

export interface Facts {
  /** As it is known now, the event that causes the step included. */
  readonly vehicle: Vehicle;
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * When nothing could be heard, as far back as the vehicle was heard of. While one of them goes on
   * nothing begins by the clock alone, and no wake-up is asked for: ask again when it ends.
   */
  readonly deaf: readonly Deafness[];
}

/** What one condition is like at this moment. */
export interface Finding {
  readonly holds: Holds;
  /** Since when at the latest, as far as this step can tell. */
  readonly since: number;
  /** Milliseconds until it holds if nothing happens. */
  readonly dueIn?: number;
}

export function find(
  condition: Condition,
  isRaised: boolean,
  counted: number | null,
  { vehicle, now, deaf }: Facts,
): Finding {
  if (condition.kind === 'silent') {
    // once it was said, only the vehicle itself can end it
    const left = condition.duration - silence(vehicle.lastHeard, now, isRaised ? [] : deaf);
    return left <= 0
      ? { holds: true, since: now + left }
      : { holds: false, since: now, dueIn: left };
  }
  const { property } = condition;
  const since = vehicle.times[property.placeIn(vehicle)] ?? now;
  const value = property.valueIn(vehicle);
  if (condition.kind === 'value') {
    return { holds: isRaised ? condition.lasts(value) : condition.begins(value), since };
  }
  const multiple = multipleOf(value, condition.step);
  return { holds: multiple === undefined ? undefined : multiple > (counted ?? multiple), since };
}

export function allOf(findings: readonly Finding[]): Holds {
  let all: Holds = true;
  for (const { holds } of findings) {
    if (holds === false) return false;
    if (holds === undefined) all = undefined;
  }
  return all;
}

/** What held before holds since then; what cannot be told is as it was. */
export function sinceWhen(
  findings: readonly Finding[],
  episode: Episode | undefined,
): readonly (number | null)[] {
  const before = episode?.began.length === findings.length ? episode.began : undefined;
  return findings.map(({ holds, since }, at) => {
    if (holds === false) return null;
    return before?.[at] ?? (holds === true ? since : null);
  });
}
