/** Regular expressions of users, which take a time that grows with the text and no faster. */
import { RE2JS } from 're2js';
import type { WorkLimit } from './work-limit';

export interface Pattern {
  test(text: string): boolean;
  /** The pattern: ajv takes two that read alike for the same. */
  toString(): string;
}

/** A pattern that RE2 does not know, such as one with a look-around, or that is too large. */
export class UnusablePattern extends Error {
  constructor(
    readonly pattern: string,
    reason: string,
  ) {
    super(reason);
  }
}

/** For all patterns of one schema together, in RE2's units: more would take seconds to compile. */
const MAX_SIZE = 20_000;

/** Makes the patterns of one schema, which share its work limit. */
export function createPatterns(work: WorkLimit): (pattern: string) => Pattern {
  let total = 0;
  return (pattern) => {
    const compiled = compile(pattern);
    const size = compiled.programSize();
    total += size;
    if (total > MAX_SIZE) throw new UnusablePattern(pattern, 'the patterns are too large');
    return {
      test(text) {
        work.spend(size * text.length);
        return compiled.test(text);
      },
      toString: () => pattern,
    };
  };
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    const reason = (error as Error).message.replace(/^error parsing regexp: /, '');
    throw new UnusablePattern(pattern, `the pattern cannot be used (${reason})`);
  }
}
