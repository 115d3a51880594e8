/** The conditions of a watch between what is stored and what people type. */
import type { Operator } from '../../../src/vehicle/watch/condition';
import { readWatch } from '../../../src/vehicle/watch/watch-settings';
import { quoted } from '../quoted';
import { isEnvironmentVariable } from '../validators';

/** One condition, as stored. */
export interface StoredCondition {
  property: string;
  operator: string;
  value: string;
  clear: string;
}

export const NEW_CONDITION: StoredCondition = {
  property: '',
  operator: 'lt',
  value: '',
  clear: '',
};

/** What is wrong with the whole list, or with one of its conditions, and in which of its fields. */
export interface ConditionProblem {
  readonly text: string;
  readonly condition?: number | undefined;
  readonly field: string;
}

/** Characters of a sentence that says what is wrong. */
const LONGEST = 500;

/** Whether the condition ends at a value of its own: where it makes sense. */
export function hasClear(operator: string): boolean {
  const those: readonly Operator[] = ['lt', 'lte', 'gt', 'gte', 'inside', 'outside'];
  return (those as readonly string[]).includes(operator);
}

export function hasProperty(operator: string): boolean {
  return operator !== 'silent';
}

export function hasValue(operator: string): boolean {
  return operator !== 'true' && operator !== 'false';
}

/** All that the runtime would say of it. What an environment variable will hold, nobody knows. */
export function conditionProblems(conditions: readonly StoredCondition[]): ConditionProblem[] {
  const known = conditions.map((condition) =>
    Object.values(condition).some(isEnvironmentVariable) ? ANY : complete(condition),
  );
  const result = readWatch({ conditions: known, holdFor: 0, repeat: 0 });
  if (!('problems' in result)) return [];
  return result.problems.map(({ problem, condition, field }) => ({
    text: quoted(problem, LONGEST),
    condition,
    field,
  }));
}

const ANY: StoredCondition = { property: 'any', operator: 'true', value: '', clear: '' };

/** A flow that somebody else made may lack a part, or hold a number in its place. */
function complete(condition: Partial<Record<keyof StoredCondition, unknown>>): StoredCondition {
  const text = (name: keyof StoredCondition) => String(condition[name] ?? '').trim();
  return {
    property: text('property'),
    operator: text('operator') || NEW_CONDITION.operator,
    value: text('value'),
    clear: text('clear'),
  };
}
