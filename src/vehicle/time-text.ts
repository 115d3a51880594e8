/** Times as events write them (ISO 8601), to milliseconds since 1970 and back. */
import { instantOf } from '../time/instant';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/;

/** A number below may be anything; from here on it is a time: in seconds after 1973, or in milliseconds. */
const FIRST_SECONDS = 1e8;

/** Whether a number may be a time. */
export function isTimeNumber(value: unknown): value is number {
  return typeof value === 'number' && value >= FIRST_SECONDS;
}

/**
 * Undefined for what is no time. What is written in an unusual way is read as it is in the metadata: what a vehicle
 * tells must not be passed over because of it. What is finer than a millisecond is cut off.
 */
export function readTime(time: unknown): number | undefined {
  if (isTimeNumber(time)) return instantOf(time);
  if (typeof time !== 'string') return undefined;
  const plain = readPlainTime(time);
  if (plain >= 0) return plain;
  const usual = TIME.test(time) ? Date.parse(time) : Number.NaN;
  return Number.isNaN(usual) ? instantOf(time) : usual;
}

/** `2025-05-06T07:08:09Z` after 1970, as INVERS writes it, in a tenth of the time; -1 for anything else. */
function readPlainTime(text: string): number {
  if (text.length !== 20 || text[4] !== '-' || text[7] !== '-' || text[10] !== 'T') return -1;
  if (text[13] !== ':' || text[16] !== ':' || text[19] !== 'Z') return -1;
  const year = digits(text, 0) * 100 + digits(text, 2);
  const month = digits(text, 5);
  const day = digits(text, 8);
  const hour = digits(text, 11);
  const minute = digits(text, 14);
  const second = digits(text, 17);
  const isPlain =
    year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour >= 0 && hour <= 23;
  if (!isPlain || !(minute >= 0 && minute <= 59 && second >= 0 && second <= 59)) return -1;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Two digits as a number; not a number where they are none. */
function digits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

const DAY = 86_400_000;
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/** Texts by their second: what vehicles tell is mostly of the last hour, and each time is shown often. */
const REMEMBERED = 4096;
const times = new Float64Array(REMEMBERED).fill(Number.NaN);
const texts = new Array<string>(REMEMBERED).fill('');
let day = Number.NaN;
let date = '';

/** UTC, with a fraction only where there is one: `2025-05-06T07:08:09Z`. */
export function timeText(time: number): string {
  const place = Math.floor(time / 1000) & (REMEMBERED - 1);
  if (times[place] === time) return texts[place] as string;
  const text = written(time);
  times[place] = time;
  texts[place] = text;
  return text;
}

/** As `toISOString` writes it, in a tenth of the time for times of one day. */
function written(time: number): string {
  const ofDay = Math.floor(time / DAY);
  if (ofDay !== day) {
    date = new Date(time).toISOString().slice(0, -13);
    day = ofDay;
  }
  const milliseconds = time - day * DAY;
  const seconds = Math.floor(milliseconds / 1000);
  const fraction = milliseconds - seconds * 1000;
  const minutes = Math.floor(seconds / 60);
  const hour = TWO_DIGITS[Math.floor(minutes / 60)];
  const text = `${date}${hour}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}`;
  return fraction === 0 ? `${text}Z` : `${text}.${String(Math.floor(fraction)).padStart(3, '0')}Z`;
}
