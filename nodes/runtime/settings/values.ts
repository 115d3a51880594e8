/** From what the editor stored (mostly strings, `${ENV}` already replaced) to valid values. */

/** A stored value that cannot be used; the message names the field, the value and what to type. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'settings-invalid';
}

/** A text that must be there. `field` is its label in the form. */
export function requiredText(field: string, value: unknown): string {
  const text = optionalText(value);
  if (text === '') throw new ConfigError(`${field} is empty: fill it in.`);
  return text;
}

export function optionalText(value: unknown): string {
  return value === undefined || value === null ? '' : String(value).trim();
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** A whole number; an empty field takes the default. */
export function wholeNumber(
  field: string,
  value: unknown,
  { min, max }: Range,
  fallback: number,
): number {
  const text = optionalText(value);
  if (text === '') return fallback;
  const number = Number(text);
  if (!Number.isInteger(number) || number < min || number > max) {
    throw new ConfigError(
      `${field} is ${JSON.stringify(text)}: type a whole number from ${min} to ${max}.`,
    );
  }
  return number;
}

/** A number that may have a fraction; an empty field takes the default. */
export function positiveNumber(
  field: string,
  value: unknown,
  max: number,
  fallback: number,
): number {
  const text = optionalText(value);
  if (text === '') return fallback;
  const number = Number(text);
  if (!(number > 0) || number > max) {
    throw new ConfigError(
      `${field} is ${JSON.stringify(text)}: type a number above 0 and up to ${max}.`,
    );
  }
  return number;
}

/** A number within a range, which may have a fraction; an empty field takes the default. */
export function numberWithin(
  field: string,
  value: unknown,
  { min, max }: Range,
  fallback: number,
): number {
  const text = optionalText(value);
  if (text === '') return fallback;
  const number = Number(text);
  if (!(number >= min && number <= max)) {
    throw new ConfigError(
      `${field} is ${JSON.stringify(text)}: type a number from ${min} to ${max}.`,
    );
  }
  return number;
}

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
