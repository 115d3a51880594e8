/** A watch as it is stored in a flow, read; with what is wrong in words, for the form and for who runs it. */
import { type Condition, type ConditionSettings, readCondition } from './condition';
import type { Watch } from './watch';

export interface WatchSettings {
  readonly conditions: readonly ConditionSettings[];
  /** Seconds. */
  readonly holdFor: number;
  /** Minutes. */
  readonly repeat: number;
}

export interface WatchProblem {
  /** One sentence. */
  readonly problem: string;
  readonly field: 'conditions' | 'holdFor' | 'repeat' | keyof ConditionSettings;
  /** Where it is a condition's: which, from 0. */
  readonly condition?: number;
}

/** All that is wrong, not only the first. */
export type WatchResult =
  | { readonly watch: Watch }
  | { readonly problems: readonly WatchProblem[] };

const MAX_CONDITIONS = 20;

export function readWatch({ conditions: settings, holdFor, repeat }: WatchSettings): WatchResult {
  const problems: WatchProblem[] = [];
  const conditions: Condition[] = [];
  for (const [index, one] of settings.entries()) {
    const result = readCondition(one);
    if ('condition' in result) conditions.push(result.condition);
    else problems.push({ ...result, condition: index });
  }
  if (settings.length === 0) {
    problems.push({ field: 'conditions', problem: 'A condition is needed.' });
  }
  if (settings.length > MAX_CONDITIONS) {
    const problem = `No more than ${MAX_CONDITIONS} conditions.`;
    problems.push({ field: 'conditions', problem });
  }
  if (!isDuration(holdFor)) {
    problems.push({ field: 'holdFor', problem: 'The seconds must be a number, 0 or more.' });
  }
  if (!isDuration(repeat)) {
    problems.push({ field: 'repeat', problem: 'The minutes must be a number, 0 or more.' });
  }
  if (problems.length > 0) return { problems };
  const key = keyOf(settings);
  return { watch: { key, conditions, holdFor: holdFor * 1000, repeat: repeat * 60_000 } };
}

/** Short, as each vehicle has it. When something is over does not matter before it has begun. */
function keyOf(conditions: readonly ConditionSettings[]): string {
  const parts = conditions.map(({ property, operator, value }) => [property, operator, value]);
  let hash = 0;
  // the form reads settings too, and has no hash of Node.js
  for (const character of JSON.stringify(parts)) {
    hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0;
  }
  return (hash >>> 0).toString(36);
}

function isDuration(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
