/** An alert in one sentence for people: which vehicle, what is the matter, and where the limit lies. */

import { placeIn } from '../area/place';
import { type Json, type Vehicle, vehicleName } from '../vehicle';
import type { Condition } from './condition';
import type { PropertyPath } from './property-path';
import { ENGLISH, type Parts, type Texts } from './texts';
import type { Watch } from './watch';

export interface Said {
  readonly say: 'raised' | 'cleared';
  readonly isRepeated?: boolean | undefined;
}

const MAX_LENGTH = 400;
const MAX_PART = 60;

/** Of one line, without anything that cannot be seen, and bounded. */
export function alertSentence(
  { conditions, holdFor }: Pick<Watch, 'conditions' | 'holdFor'>,
  vehicle: Vehicle,
  { say, isRepeated = false }: Said,
  texts: Texts = ENGLISH,
): string {
  const concerned = say === 'raised' ? conditions : thoseOver(conditions, vehicle);
  const phrases = say === 'raised' ? texts.begins : texts.isOver;
  const reasons = concerned.map((condition) => {
    const operator = condition.kind === 'value' ? condition.operator : condition.kind;
    return phrases[operator](partsOf(condition, vehicle, texts));
  });
  const sentence = texts.sentence({
    vehicle: printable(vehicleName(vehicle), MAX_PART),
    reasons,
    state: say,
    isRepeated,
    duration: holdFor > 0 ? texts.duration(holdFor) : '',
  });
  return printable(sentence, MAX_LENGTH);
}

/** It is over because of these. That somebody was heard of again nobody else can explain. */
function thoseOver(conditions: readonly Condition[], vehicle: Vehicle): readonly Condition[] {
  const over = conditions.filter(
    (one) => one.kind === 'value' && one.lasts(one.property.valueIn(vehicle)) === false,
  );
  return over.length > 0 ? over : conditions.filter(({ kind }) => kind === 'silent');
}

function partsOf(condition: Condition, vehicle: Vehicle, texts: Texts): Parts {
  if (condition.kind === 'silent') {
    return { label: '', value: '', limit: texts.duration(condition.duration) };
  }
  const { property } = condition;
  const unit = property.field?.unit;
  const withUnit = (text: string) =>
    unit === undefined ? text : `${text} ${texts.units[unit] ?? unit}`;
  const limit = condition.kind === 'every' ? condition.step : limitOf(condition.value);
  const value = property.valueIn(vehicle);
  return {
    label: labelOf(property, texts),
    value: typeof value === 'number' ? withUnit(texts.number(value)) : valueText(value),
    limit: typeof limit === 'number' ? withUnit(texts.number(limit)) : valueText(limit),
  };
}

function limitOf(typed: string): number | string {
  const number = Number(typed);
  return typed !== '' && Number.isFinite(number) ? number : typed;
}

function valueText(value: Json | undefined): string {
  const place = placeIn(value);
  if (place) return `${place.lat.toFixed(5)}, ${place.lon.toFixed(5)}`;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'unknown');
  return printable(text, MAX_PART);
}

/** `mileage_in_kilometers` is the mileage: its unit stands beside the number. */
function labelOf({ text, field }: PropertyPath, texts: Texts): string {
  const label = Object.hasOwn(texts.labels, text) ? texts.labels[text] : undefined;
  if (label !== undefined) return label;
  const name = field?.unit === undefined ? text : text.replace(/_in_[a-z]+$/, '');
  return printable(name.replace(/[_.]+/g, ' ').trim(), MAX_PART);
}

/** Whatever cannot be seen, line breaks too, becomes a space. */
function printable(text: string, maxLength: number): string {
  const plain = text
    .slice(0, maxLength * 4)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  const letters = [...plain];
  return letters.length > maxLength ? `${letters.slice(0, maxLength - 1).join('')}…` : plain;
}
