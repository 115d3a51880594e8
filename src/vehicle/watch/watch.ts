/**
 * A watch on one vehicle, step by step: says once when its conditions begin to hold, and once when
 * that is over.
 *
 * It has no clock and no memory of its own. Asked again with the same, it answers the same, so a
 * step that did not count can be repeated.
 */
import type { Holds } from './comparison';
import type { Condition } from './condition';
import type { Episode, WatchStep } from './episode';
import { allOf, type Facts, type Finding, find, sinceWhen } from './finding';
import { countedSoFar, countNow } from './multiples';
import { isListening } from './silence';

export interface Watch {
  /** Stands for its conditions, and is another one when a deploy has changed them. */
  readonly key: string;
  /** All of them must hold. */
  readonly conditions: readonly Condition[];
  /** Milliseconds that they must hold without a break. */
  readonly holdFor: number;
  /** Milliseconds after which it is said again; 0 = once. */
  readonly repeat: number;
}

/** To be asked at each event of the vehicle, and at the time that the last step named. */
export function stepWatch(watch: Watch, episode: Episode | undefined, facts: Facts): WatchStep {
  const { conditions } = watch;
  const isInstant = conditions.some(({ kind }) => kind === 'every');
  const raised = isInstant ? undefined : episode?.raised;
  // what was going on under other conditions says nothing of these
  const before = episode?.of === watch.key ? episode : undefined;
  const counted = countedSoFar(conditions, before, facts.vehicle);
  const findings = conditions.map((condition, at) =>
    find(condition, raised !== undefined, counted?.[at] ?? null, facts),
  );
  const holds = allOf(findings);
  if (raised) return goOn(watch, episode, raised, holds, facts);

  const began = sinceWhen(findings, before);
  const since = Math.max(...began.map((time) => time ?? Number.NEGATIVE_INFINITY));
  const isDue = holds === true && heardUntil(facts) >= since + watch.holdFor;
  if (isDue || (holds === true && watch.holdFor === 0)) {
    const next: Episode = isInstant
      ? {
          of: watch.key,
          began: began.map(() => null),
          counted: countNow(conditions, counted, facts.vehicle),
        }
      : { began: [], raised: { since, saidAt: facts.now } };
    const wakeAt = isInstant ? undefined : nextRepeat(watch, facts.now, facts);
    return step(next, { say: 'raised', since }, wakeAt);
  }
  const isWorthKeeping = watch.holdFor > 0 && began.some((time) => time !== null);
  const next = kept(
    watch.key,
    before,
    isWorthKeeping ? began : conditions.map(() => null),
    counted,
  );
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
    return step(isWorthKeeping ? { of: watch.key, began } : undefined, { say: 'cleared', since });
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

/** The episode as it was where it says the same: nothing is to be stored then. */
function kept(
  of: string,
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
  return counted === undefined ? { of, began } : { of, began, counted };
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
