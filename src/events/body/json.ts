/** JSON to values that Node-RED can pass on: none too deep, none with `__proto__`, no number changed silently. */

import { MAX_PROBLEMS, type Problem, step } from '../problem';
import { exactly } from './exact-numbers';

export type ParsedJson =
  | { readonly value: unknown; readonly problems: Problem[] }
  | { readonly failure: 'not-json'; readonly position: string | undefined }
  | { readonly failure: 'too-deep' };

const PROTO: Problem = {
  path: '__proto__',
  found: 'a property',
  expected:
    'no property of this name: it was left out, because the copies that Node-RED makes of a message would take it for something else',
};

/** What was found on the way through a value. */
const TOO_DEEP = 1;
const HAD_PROTO = 2;
/** A number that may stand for another one. */
const LARGE = 4;
const ZERO = 8;

const BEFORE_NUMBER = /[:,[\s]/;

/** A number that is not 0 and became it, such as 1e-400: not inside a text, as far as that can be told quickly. */
function hasTiny(text: string): boolean {
  return hasTinyWith('e-', text) || hasTinyWith('E-', text);
}

/** Most ids have one somewhere, so no more is looked at than what stands around it. */
function hasTinyWith(exponent: 'e-' | 'E-', text: string): boolean {
  for (let at = text.indexOf(exponent); at >= 0; at = text.indexOf(exponent, at + 2)) {
    if (isDigit(text, at - 1) && [2, 3, 4].every((behind) => isDigit(text, at + behind))) {
      let start = at - 1;
      while (isDigit(text, start) || text[start] === '.') start -= 1;
      if (text[start] === '-') start -= 1;
      if (BEFORE_NUMBER.test(text[start] ?? '')) return true;
    }
  }
  return false;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** Never throws. `levels` of objects and arrays are allowed. */
export function parseJson(text: string, levels: number): ParsedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // V8's own words quote the message, which has no place in a log
    const position = /position \d+/.exec((error as Error).message)?.[0];
    return { failure: 'not-json', position };
  }
  const found = clean(value, levels);
  if (found & TOO_DEEP) return { failure: 'too-deep' };
  const problems: Problem[] = found & HAD_PROTO ? [PROTO] : [];
  if (!(found & LARGE || (found & ZERO && hasTiny(text)))) return { value, problems };

  const exact: unknown = JSON.parse(exactly(text));
  clean(exact, levels);
  nameChanges(value, exact, '', problems);
  return { value: exact, problems };
}

/**
 * Looks at every level, and takes `__proto__` out: harmless in what `JSON.parse` makes, it becomes
 * the prototype of the copy when Node-RED clones the message. Stops at the limit, so that its own
 * depth is bounded too.
 */
function clean(value: unknown, levels: number): number {
  if (typeof value === 'number') return numberKind(value);
  return typeof value === 'object' && value !== null
    ? cleanInside(value as Record<string, unknown>, levels)
    : 0;
}

function cleanInside(properties: Record<string, unknown>, levels: number): number {
  if (levels === 0) return TOO_DEEP;
  let found = 0;
  for (const key in properties) {
    if (key === '__proto__') {
      delete properties[key];
      found |= HAD_PROTO;
      continue;
    }
    const inner = properties[key];
    if (typeof inner === 'number') found |= numberKind(inner);
    else if (typeof inner === 'object' && inner !== null) {
      found |= cleanInside(inner as Record<string, unknown>, levels - 1);
      if (found & TOO_DEEP) return found;
    }
  }
  return found;
}

function numberKind(value: number): number {
  if (value === 0) return ZERO;
  return value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER ? LARGE : 0;
}

/** Names each number that has become a text. */
function nameChanges(before: unknown, after: unknown, path: string, problems: Problem[]): void {
  if (typeof before === 'number' && typeof after === 'string') {
    if (problems.length >= MAX_PROBLEMS) return;
    const found = after.length > 60 ? `${after.slice(0, 60)}…` : after;
    const expected = 'a number that can be held exactly (it is kept as text)';
    problems.push({ path: path || 'the message', found, expected });
  } else if (typeof after === 'object' && after !== null) {
    for (const [key, inner] of Object.entries(after)) {
      const inside = path === '' ? key : step(path, Array.isArray(after) ? Number(key) : key);
      nameChanges((before as Record<string, unknown>)[key], inner, inside, problems);
    }
  }
}
