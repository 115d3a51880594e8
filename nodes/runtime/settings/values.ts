/** From what the editor stored (mostly strings, `${ENV}` already replaced) to valid values. */
import { printable } from '../../../src/errors/printable';
import type { NumberLimits } from '../../settings/limits';
import { readNumber } from '../../settings/texts';

/** A stored value that cannot be used; the message names the field, the value and what to type. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'settings-invalid';

  constructor(message: string) {
    super(printable(message));
  }
}

/** A text that must be there. `field` is its label in the form, `advice` what to do about an empty one. */
export function requiredText(field: string, value: unknown, advice = 'fill it in'): string {
  const text = optionalText(value);
  if (text === '') throw new ConfigError(`${field} is empty: ${advice}.`);
  return text;
}

export function optionalText(value: unknown): string {
  return value === undefined || value === null ? '' : String(value).trim();
}

/** A number within its limits; an empty field takes the default. */
export function numberOf(field: string, value: unknown, limits: NumberLimits): number {
  const text = optionalText(value);
  if (text === '') return limits.default;
  const number = readNumber(text, limits);
  if (number !== undefined) return number;
  throw new ConfigError(`${field} is ${JSON.stringify(text)}: type ${described(limits)}.`);
}

function described({ min, max, fractions, aboveMin }: NumberLimits): string {
  const kind = fractions ? 'a number' : 'a whole number';
  return aboveMin ? `${kind} above ${min} and up to ${max}` : `${kind} from ${min} to ${max}`;
}

/** One of the choices; nothing stored takes `fallback`. */
export function oneOf<Choice extends string>(
  field: string,
  value: unknown,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  const text = optionalText(value);
  if (text === '') return fallback;
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) {
    throw new ConfigError(`${field} is ${JSON.stringify(text)}: choose ${choices.join(' or ')}.`);
  }
  return choice;
}

/** A checkbox; `${ENV}` values arrive as texts. */
export function flag(value: unknown, fallback: boolean): boolean {
  if (value === undefined || value === '') return fallback;
  return value === true || value === 'true';
}
