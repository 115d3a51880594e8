/** Comparisons of a value with what somebody typed, by the type that the property is known to have. */
import type { FieldType } from '../../events/catalogue/entries';
import type { Json } from '../vehicle';
import type { PropertyPath } from './property-path';

/** Undefined = it cannot be told: neither does it hold, nor is it over. */
export type Holds = boolean | undefined;

/** `value` undefined = the vehicle has no such property. */
export type Test = (value: Json | undefined) => Holds;

type Comparing = 'lt' | 'lte' | 'eq' | 'neq' | 'gte' | 'gt' | 'in' | 'true' | 'false';

const ORDER = {
  lt: (a: number, b: number) => a < b,
  lte: (a: number, b: number) => a <= b,
  gte: (a: number, b: number) => a >= b,
  gt: (a: number, b: number) => a > b,
};

/** Returns a sentence where the operator, the property and what was typed do not go together. */
export function comparison(
  operator: Comparing,
  typed: string,
  { text: name, field }: PropertyPath,
): Test | string {
  const types = field?.types;
  switch (operator) {
    case 'true':
    case 'false': {
      if (types && !types.includes('boolean'))
        return `${name} is not true or false, but ${kind()}.`;
      const wanted = operator === 'true';
      return (value) => (typeof value === 'boolean' ? value === wanted : undefined);
    }
    case 'eq':
    case 'neq': {
      const constant = readConstant(typed, types);
      if (constant === undefined) return `${name} is ${kind()}: ${shown(typed)} is none.`;
      const wanted = operator === 'eq';
      return (value) => (isScalar(value) ? constant.has(value) === wanted : undefined);
    }
    case 'in': {
      const texts = typed.split(',').flatMap((text) => text.trim() || []);
      if (texts.length === 0) return 'A list is needed, with commas between its values.';
      const constants = texts.map((text) => readConstant(text, types));
      const at = constants.indexOf(undefined);
      if (at >= 0) return `${name} is ${kind()}: ${shown(texts[at] ?? '')} is none.`;
      return (value) =>
        isScalar(value) ? constants.some((constant) => constant?.has(value)) : undefined;
    }
    default: {
      if (types && !types.some((type) => isOneOf(type, ['number', 'integer']))) {
        return `${name} is no number, but ${kind()}: compare it with eq, neq or in.`;
      }
      const limit = readNumber(typed);
      if (typed.trim() === '') return 'A number is missing here: type one, as in 14.5.';
      if (limit === undefined) return `${shown(typed)} is no number: write it as in 14.5.`;
      const compare = ORDER[operator];
      return (value) => (typeof value === 'number' ? compare(value, limit) : undefined);
    }
  }

  function kind(): string {
    if (field?.values) return `one of ${field.values.join(', ')}`;
    return types?.map((type) => KINDS[type]).join(' or ') ?? 'something';
  }
}

const KINDS: Readonly<Record<FieldType, string>> = {
  text: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  list: 'a list',
};

interface Constant {
  has(value: string | number | boolean): boolean;
}

/** Undefined where it is nothing that the property can be. Without known types any of them may be meant. */
function readConstant(
  typed: string,
  types: readonly FieldType[] | undefined,
): Constant | undefined {
  const number = readNumber(typed);
  const boolean = typed === 'true' ? true : typed === 'false' ? false : undefined;
  const may = (type: FieldType) => types === undefined || types.includes(type);
  const values: (string | number | boolean)[] = [];
  if (number !== undefined && (may('number') || may('integer'))) values.push(number);
  if (boolean !== undefined && may('boolean')) values.push(boolean);
  if (typed !== '' && may('text')) values.push(typed);
  return values.length > 0 ? { has: (value) => values.includes(value) } : undefined;
}

function readNumber(typed: string): number | undefined {
  const number = Number(typed);
  return typed.trim() !== '' && Number.isFinite(number) ? number : undefined;
}

function isScalar(value: Json | undefined): value is string | number | boolean {
  return value !== undefined && typeof value !== 'object';
}

function shown(typed: string): string {
  return typed === '' ? 'nothing' : `“${typed.slice(0, 40)}”`;
}

export function isOneOf<T>(value: unknown, list: readonly T[]): value is T {
  return (list as readonly unknown[]).includes(value);
}
