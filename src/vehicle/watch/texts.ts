/** The texts of alerts in one language; another language is another table of this form. */
import type { Operator } from './condition';

export interface Texts {
  number(value: number): string;
  duration(milliseconds: number): string;
  /** What people call a property, by its name. Others are called by their name in words. */
  readonly labels: Readonly<Record<string, string>>;
  /** Instead of the name of a unit. */
  readonly units: Readonly<Record<string, string>>;
  readonly begins: Readonly<Record<Operator, (parts: Parts) => string>>;
  readonly isOver: Readonly<Record<Operator, (parts: Parts) => string>>;
  /** The whole sentence. `reasons`: what begins or is over, each in words; none where nobody can tell. */
  sentence(parts: SentenceParts): string;
}

/** What a sentence says of one condition. */
export interface Parts {
  /** What people call the property. */
  readonly label: string;
  /** As it is now, with its unit. */
  readonly value: string;
  /** What it is held against, with its unit. */
  readonly limit: string;
}

export interface SentenceParts {
  readonly vehicle: string;
  readonly reasons: readonly string[];
  readonly state: 'raised' | 'cleared';
  readonly isRepeated: boolean;
  /** How long it had to hold; empty = not at all. */
  readonly duration: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const ENGLISH: Texts = {
  number: (value) => {
    const [whole = '', fraction] = String(Math.round(value * 100) / 100).split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
    return fraction === undefined ? grouped : `${grouped}.${fraction}`;
  },
  duration: (time) => {
    const count = (unit: number) => String(Math.round((time / unit) * 10) / 10);
    if (time < MINUTE) return `${count(1000)} s`;
    if (time < HOUR) return `${count(MINUTE)} min`;
    return time < 2 * DAY ? `${count(HOUR)} h` : `${count(DAY)} days`;
  },
  labels: {
    state_of_charge_or_fuel_level_in_percent: 'state of charge',
    abs_status: 'ABS',
    adblue_level_in_percent: 'AdBlue level',
    adblue_level_low_indicator: 'AdBlue indicator',
    'master_data.license_plate': 'licence plate',
  },
  units: { degrees: '°' },
  begins: {
    lt: ({ label, value, limit }) => `${label} ${value}, below ${limit}`,
    lte: ({ label, value, limit }) => `${label} ${value}, at most ${limit}`,
    gte: ({ label, value, limit }) => `${label} ${value}, at least ${limit}`,
    gt: ({ label, value, limit }) => `${label} ${value}, above ${limit}`,
    eq: ({ label, value }) => `${label} is ${value}`,
    neq: ({ label, value, limit }) => `${label} is ${value}, not ${limit}`,
    in: ({ label, value }) => `${label} is ${value}`,
    true: ({ label }) => `${label}: yes`,
    false: ({ label }) => `${label}: no`,
    inside: ({ value }) => `inside the area, at ${value}`,
    outside: ({ value }) => `outside the area, at ${value}`,
    silent: ({ limit }) => `not heard of for ${limit}`,
    every: ({ label, value, limit }) => `${label} ${value}, another ${limit}`,
  },
  isOver: {
    lt: ({ label, value, limit }) => `${label} ${value}, no longer below ${limit}`,
    lte: ({ label, value, limit }) => `${label} ${value}, above ${limit} again`,
    gte: ({ label, value, limit }) => `${label} ${value}, below ${limit} again`,
    gt: ({ label, value, limit }) => `${label} ${value}, no longer above ${limit}`,
    eq: ({ label, value, limit }) => `${label} is ${value}, no longer ${limit}`,
    neq: ({ label, value }) => `${label} is ${value} again`,
    in: ({ label, value }) => `${label} is ${value} now`,
    true: ({ label }) => `${label}: no longer`,
    false: ({ label }) => `${label}: yes again`,
    inside: ({ value }) => `no longer inside the area, at ${value}`,
    outside: ({ value }) => `back inside the area, at ${value}`,
    silent: () => 'heard of again',
    every: ({ label, value }) => `${label} ${value}`,
  },
  sentence: ({ vehicle, reasons, state, isRepeated, duration }) => {
    const what = reasons.join('; ') || (state === 'raised' ? 'it began' : 'it is over');
    const held = duration === '' ? '' : ` (for ${duration})`;
    return `${vehicle}: ${isRepeated ? 'still ' : ''}${what}${state === 'raised' ? held : ''}`;
  },
};
