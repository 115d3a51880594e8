/** One condition of a watch: read from what a form stored, with what is wrong in words; then asked of values. */
import { readArea } from '../area/area';
import { type Area, placeIn } from '../area/place';
import { comparison, type Holds, isOneOf, type Test } from './comparison';
import { PropertyPath } from './property-path';

export const OPERATORS = [
  ...(['lt', 'lte', 'eq', 'neq', 'gte', 'gt', 'in', 'true', 'false'] as const),
  ...(['inside', 'outside', 'silent', 'every'] as const),
] as const;

export type Operator = (typeof OPERATORS)[number];

/** As it is stored in a flow. */
export interface ConditionSettings {
  readonly property: string;
  readonly operator: string;
  readonly value: string;
  /** Empty = over where it began. */
  readonly clear: string;
}

export type Condition = ValueCondition | SilentCondition | EveryCondition;

/** A property has a value of some kind. */
export interface ValueCondition {
  readonly kind: 'value';
  readonly operator: Exclude<Operator, 'silent' | 'every'>;
  readonly property: PropertyPath;
  /** As it was typed. */
  readonly value: string;
  /** It begins to hold. */
  readonly begins: Test;
  /** It goes on: the same unless a value of its own says when it is over. */
  readonly lasts: Test;
}

/** Nothing was heard of the vehicle. */
export interface SilentCondition {
  readonly kind: 'silent';
  /** Milliseconds. */
  readonly duration: number;
}

/** A property passes a multiple of a step, upwards. */
export interface EveryCondition {
  readonly kind: 'every';
  readonly property: PropertyPath;
  readonly step: number;
}

/** Either a condition, or what is wrong with it in one sentence, and in which field. */
export type ConditionResult =
  | { readonly condition: Condition }
  | { readonly problem: string; readonly field: keyof ConditionSettings };

export function readCondition(settings: ConditionSettings): ConditionResult {
  const operator = OPERATORS.find((one) => one === settings.operator);
  if (operator === undefined) {
    return wrong('operator', `“${settings.operator}” is no operator: ${OPERATORS.join(', ')}.`);
  }
  const value = settings.value.trim();
  const clear = settings.clear.trim();
  if (operator === 'silent') {
    const seconds = positive(value);
    if (seconds === undefined) return wrong('value', 'The seconds must be a number above 0.');
    return { condition: { kind: 'silent', duration: seconds * 1000 } };
  }
  const isPlace = operator === 'inside' || operator === 'outside';
  const path = settings.property.trim() || (isPlace ? 'position' : '');
  if (path === '') return wrong('property', 'A property is needed.');
  const property = new PropertyPath(path);
  if (isPlace) return readPlace(operator, property, value, clear);
  if (operator === 'every') {
    const step = positive(value);
    if (step === undefined) return wrong('value', 'The step must be a number above 0.');
    return { condition: { kind: 'every', property, step } };
  }
  return readComparison(operator, property, value, clear);
}

function readComparison(
  operator: Exclude<Operator, 'silent' | 'every' | 'inside' | 'outside'>,
  property: PropertyPath,
  value: string,
  clear: string,
): ConditionResult {
  const begins = comparison(operator, value, property);
  if (typeof begins === 'string') return wrong('value', begins);
  const condition = { kind: 'value', operator, property, value, begins, lasts: begins } as const;
  if (clear === '') return { condition };
  if (!isOneOf(operator, ['lt', 'lte', 'gt', 'gte'])) {
    return wrong('clear', 'Only lt, lte, gt and gte are over at a value of their own.');
  }
  const lasts = comparison(operator, clear, property);
  if (typeof lasts === 'string') return wrong('clear', lasts);
  const isBelow = operator === 'lt' || operator === 'lte';
  if (isBelow ? Number(clear) < Number(value) : Number(clear) > Number(value)) {
    const than = isBelow ? `less than ${value}` : `more than ${value}`;
    return wrong('clear', `It would be over before it began: ${clear} is ${than}.`);
  }
  return { condition: { ...condition, lasts } };
}

function readPlace(
  operator: 'inside' | 'outside',
  property: PropertyPath,
  value: string,
  clear: string,
): ConditionResult {
  const result = readArea(value);
  if ('problem' in result) return wrong('value', result.problem);
  const { area } = result;
  const begins = placeTest(area, operator === 'inside');
  const condition = { kind: 'value', operator, property, value, begins, lasts: begins } as const;
  if (clear === '') return { condition };
  const metres = positive(clear);
  if (area.withRadius === undefined || area.radius === undefined) {
    return wrong('clear', 'Only a circle is over at a radius of its own.');
  }
  if (metres === undefined) return wrong('clear', 'The metres must be a number above 0.');
  if (operator === 'inside' ? metres < area.radius : metres > area.radius) {
    return wrong('clear', `It would be over before it began: at ${metres} m of ${area.radius} m.`);
  }
  const lasts = placeTest(area.withRadius(metres), operator === 'inside');
  return { condition: { ...condition, lasts } };
}

function placeTest(area: Area, isInside: boolean): Test {
  return (value): Holds => {
    const place = placeIn(value);
    return place && area.has(place) === isInside;
  };
}

function positive(text: string): number | undefined {
  const number = Number(text);
  return text !== '' && Number.isFinite(number) && number > 0 ? number : undefined;
}

function wrong(field: keyof ConditionSettings, problem: string): ConditionResult {
  return { field, problem };
}
