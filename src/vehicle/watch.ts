/**
 * A watch on one vehicle, step by step: says once when its conditions begin to hold, and once when
 * that is over.
 *
 * It has no clock and no memory of its own. Asked again with the same, it answers the same, so a
 * step that did not count can be repeated.
 */

import type { Holds } from './comparison';
import type { Condition } from './condition';
import type { Deafness, Episode, WatchStep } from './episode';
import { isListening, silence } from './silence';
import type { Vehicle } from './vehicle';

export interface Watch {
  /** All of them must hold. */
  readonly conditions: readonly Condition[];
  /** Milliseconds that they must hold without a break. */
  readonly holdFor: number;
  /** Milliseconds after which it is said again; 0 = once. */
  readonly repeat: number;
}

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
interface Finding {
  readonly holds: Holds;
  /** Since when at the latest, as far as this step can tell. */
  readonly since: number;
  /** Milliseconds until it holds if nothing happens. */
  readonly dueIn?: number;
}

/** To be asked at each event of the vehicle, and at the time that the last step named. */
export function stepWatch(watch: Watch, episode: Episode | undefined, facts: Facts): WatchStep {
  const { conditions } = watch;
  const isInstant = conditions.some(({ kind }) => kind === 'every');
  const raised = isInstant ? undefined : episode?.raised;
  const counted = countedSoFar(conditions, episode, facts.vehicle);
  const findings = conditions.map((condition, at) =>
    find(condition, raised !== undefined, counted?.[at] ?? null, facts),
  );
  const holds = allOf(findings);
  if (raised) return goOn(watch, episode, raised, holds, facts);

  const began = sinceWhen(findings, episode);
  const since = Math.max(...began.map((time) => time ?? Number.NEGATIVE_INFINITY));
  const isDue = holds === true && heardUntil(facts) >= since + watch.holdFor;
  if (isDue || (holds === true && watch.holdFor === 0)) {
    const next: Episode = isInstant
      ? { began: began.map(() => null), counted: countNow(conditions, counted, facts.vehicle) }
      : { began: [], raised: { since, saidAt: facts.now } };
    const wakeAt = isInstant ? undefined : nextRepeat(watch, facts.now, facts);
    return step(next, { say: 'raised', since }, wakeAt);
  }
  const isWorthKeeping = watch.holdFor > 0 && began.some((time) => time !== null);
  const next = kept(episode, isWorthKeeping ? began : conditions.map(() => null), counted);
  return step(next, {}, nextChange(watch, findings, holds, since, facts));
}

/** It was raised and may be over, or is to be said again. */
function goOn(
  watch: Watch,
  episode: Episode | undefined,
  raised: NonNullable<Episode['raised']>,
  holds: Holds,
  facts: Facts,
): WatchStep {
  const { since, saidAt } = raised;
  if (holds === false) {
    const findings = watch.conditions.map((condition) => find(condition, false, null, facts));
    const began = sinceWhen(findings, undefined);
    const isWorthKeeping = watch.holdFor > 0 && began.some((time) => time !== null);
    return step(isWorthKeeping ? { began } : undefined, { say: 'cleared', since });
  }
  const again = nextRepeat(watch, saidAt, facts);
  if (holds === undefined || again === undefined || facts.now < again) {
    return step(episode, {}, holds === true ? again : undefined);
  }
  const next: Episode = { began: [], raised: { since, saidAt: facts.now } };
  const wakeAt = nextRepeat(watch, facts.now, facts);
  return step(next, { say: 'raised', since, isRepeated: true }, wakeAt);
}

function nextRepeat({ repeat }: Watch, saidAt: number, { deaf }: Facts): number | undefined {
  return repeat > 0 && isListening(deaf) ? saidAt + repeat : undefined;
}

/** When time alone may bring it about. */
function nextChange(
  { holdFor }: Watch,
  findings: readonly Finding[],
  holds: Holds,
  since: number,
  { now, deaf }: Facts,
): number | undefined {
  if (!isListening(deaf)) return undefined;
  if (holds === true) return since + holdFor;
  let dueIn = 0;
  for (const finding of findings) {
    if (finding.holds === true) continue;
    if (finding.dueIn === undefined) return undefined;
    dueIn = Math.max(dueIn, finding.dueIn);
  }
  return now + dueIn;
}

/**
 * Up to when it is known how the vehicle was: up to now, or, where something else of it may still
 * wait in a queue, up to its newest event.
 */
function heardUntil({ vehicle, now, deaf }: Facts): number {
  return isListening(deaf) ? now : Math.min(now, vehicle.lastHeard);
}

function find(
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

function allOf(findings: readonly Finding[]): Holds {
  let all: Holds = true;
  for (const { holds } of findings) {
    if (holds === false) return false;
    if (holds === undefined) all = undefined;
  }
  return all;
}

/** What held before holds since then; what cannot be told is as it was. */
function sinceWhen(
  findings: readonly Finding[],
  episode: Episode | undefined,
): readonly (number | null)[] {
  const before = episode?.began.length === findings.length ? episode.began : undefined;
  return findings.map(({ holds, since }, at) => {
    if (holds === false) return null;
    return before?.[at] ?? (holds === true ? since : null);
  });
}

function multipleOf(value: unknown, step: number): number | undefined {
  return typeof value === 'number' ? Math.floor(value / step) : undefined;
}

/**
 * A multiple counts once: what falls back by less than a step does not count again. What falls back
 * by more is another counter, and begins anew; so does what was never seen.
 */
function countedSoFar(
  conditions: readonly Condition[],
  episode: Episode | undefined,
  vehicle: Vehicle,
): readonly (number | null)[] | undefined {
  if (!conditions.some(({ kind }) => kind === 'every')) return undefined;
  const before = episode?.counted?.length === conditions.length ? episode.counted : undefined;
  return conditions.map((condition, at) => {
    if (condition.kind !== 'every') return null;
    const counted = before?.[at] ?? null;
    const multiple = multipleOf(condition.property.valueIn(vehicle), condition.step);
    if (multiple === undefined) return counted;
    return counted === null || multiple < counted - 1 ? multiple : counted;
  });
}

function countNow(
  conditions: readonly Condition[],
  counted: readonly (number | null)[] | undefined,
  vehicle: Vehicle,
): readonly (number | null)[] {
  return conditions.map((condition, at) => {
    if (condition.kind !== 'every') return null;
    const multiple = multipleOf(condition.property.valueIn(vehicle), condition.step);
    return multiple ?? counted?.[at] ?? null;
  });
}

/** The episode as it was where it says the same: nothing is to be stored then. */
function kept(
  before: Episode | undefined,
  began: readonly (number | null)[],
  counted: readonly (number | null)[] | undefined,
): Episode | undefined {
  const isNothing = [...began, ...(counted ?? [])].every((entry) => entry === null);
  if (isNothing) return undefined;
  const isAsBefore =
    before !== undefined &&
    before.raised === undefined &&
    isSameList(before.began, began) &&
    isSameList(before.counted, counted);
  if (isAsBefore) return before;
  return counted === undefined ? { began } : { began, counted };
}

function isSameList(a: readonly unknown[] | undefined, b: readonly unknown[] | undefined): boolean {
  return a?.length === b?.length && (a ?? []).every((entry, at) => entry === b?.[at]);
}

function step(
  episode: Episode | undefined,
  said: Pick<WatchStep, 'say' | 'since' | 'isRepeated'>,
  wakeAt?: number,
): WatchStep {
  return wakeAt === undefined ? { episode, ...said } : { episode, ...said, wakeAt };
}
