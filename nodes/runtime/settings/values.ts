/** From what the editor stored (mostly strings, `${ENV}` already replaced) to valid values. */
import { printable } from '../../../src/errors/printable';
import type { NumberLimits } from '../../settings/limits';
import { readNumber, readSwitch, variableName } from '../../settings/texts';

/** A stored value that cannot be used; the message names the field, the value and what to type. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(
    message: string,
    readonly code: 'settings-invalid' | 'consumer-disabled' = 'settings-invalid',
  ) {
    super(printable(message));
  }
}

/** A text that must be there. `field` is its label in the form, `advice` what to do about an empty one. */
export function requiredText(field: string, value: unknown, advice = 'fill it in'): string {
  const text = optionalText(field, value);
  if (text === '') throw new ConfigError(`${field} is empty: ${advice}.`);
  return text;
}

export function optionalText(field: string, value: unknown): string {
  const text = value === undefined || value === null ? '' : String(value).trim();
  refuseVariable(field, text);
  return text;
}

/**
 * Node-RED leaves `${NAME}` as it is where no variable of that name is set, and `${NAME}` is no host, no password and
 * no queue: nothing is tried with it.
 */
export function refuseVariable(field: string, value: unknown): void {
  const name = typeof value === 'string' ? variableName(value) : undefined;
  if (name === undefined) return;
  throw new ConfigError(
    `${field}: the environment variable ${name} is not set. Set it where Node-RED is started or in its flow, or type a value.`,
  );
}

/** A number within its limits; an empty field takes the default. */
export function numberOf(field: string, value: unknown, limits: NumberLimits): number {
  const text = optionalText(field, value);
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
  const text = optionalText(field, value);
  if (text === '') return fallback;
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) {
    throw new ConfigError(`${field} is ${JSON.stringify(text)}: choose ${choices.join(' or ')}.`);
  }
  return choice;
}

/** A checkbox. `${ENV}` values arrive as texts, in any usual spelling; a text that says neither is no silent no. */
export function flag(field: string, value: unknown, fallback: boolean): boolean {
  const text = optionalText(field, value);
  if (text === '') return fallback;
  const choice = readSwitch(text);
  if (choice !== undefined) return choice;
  throw new ConfigError(`${field} is ${JSON.stringify(text)}: set it to true or false.`);
}
