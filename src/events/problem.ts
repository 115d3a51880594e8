/** What is wrong with an event: where, what was found there, and what was expected. */
import type { InversProblem } from '../index';

/** As it is published; `found` is always there, undefined where there is nothing. */
export type Problem = Readonly<Required<InversProblem>>;

/** So many are named of one event: a list that is read, not a copy of the event. */
export const MAX_PROBLEMS = 20;

/** The longest text or JSON that an error repeats: enough to recognise it, too little to be a copy of the event. */
const SHOWN = 60;

export function expected(path: string, expectation: string, found: unknown): Problem {
  return { path, found: shown(found), expected: expectation };
}

/** One sentence for a user. */
export function sentence({ path, found, expected }: Problem): string {
  return found === undefined
    ? `${path} is missing; expected ${expected}.`
    : `${path} is ${found}; expected ${expected}.`;
}

/** A value in short, `undefined` as undefined. */
export function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  // Only as much is written as is shown: the value may be as large as an event.
  if (typeof value === 'string') return shortened(JSON.stringify(value.slice(0, SHOWN + 1)));
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    return Object.keys(value).length === 0 ? '{}' : 'an object';
  }
  return shortened(String(value));
}

function shortened(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** A path with one more step: `.name`, `["odd name"]` or `[0]`. */
export function step(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)
    ? `${path}.${shortened(key)}`
    : `${path}[${shortened(JSON.stringify(key.slice(0, SHOWN + 1)))}]`;
}
