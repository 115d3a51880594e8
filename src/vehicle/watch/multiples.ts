/** Conditions of the kind `every`: which multiple of its step a property has passed, and which counted. */
import type { Vehicle } from '../vehicle';
import type { Condition } from './condition';
import type { Episode } from './episode';

export function multipleOf(value: unknown, step: number): number | undefined {
  return typeof value === 'number' ? Math.floor(value / step) : undefined;
}

/**
 * A multiple counts once: what falls back by less than a step does not count again. What falls back
 * by more is another counter, and begins anew; so does what was never seen.
 */
export function countedSoFar(
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

export function countNow(
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
