/** Points in time as back-ends write them: the usual way, and the ways that can be read all the same. */

/** As INVERS writes them: days that every month has need no calendar. */
const USUAL =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?Z$/;

/** Without seconds or with a leap second, in any zone, or without one, which then is UTC. */
const READABLE =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)? ?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?$/;

/** RFC 3339 without its leap seconds, which JavaScript does not know. */
const STRICT = /T\d\d:\d\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** A number of seconds below, of milliseconds from here on: 1973 in milliseconds, the year 5138 in seconds. */
const FIRST_MILLISECONDS = 1e11;
/** What a Date can hold. */
const LAST_MILLISECONDS = 8.64e15;

/** Whether it is written as INVERS documents it: ISO 8601 with date, seconds and zone. */
export function isUsualInstant(text: string): boolean {
  return USUAL.test(text) || (STRICT.test(text) && readText(text) !== undefined);
}

/**
 * Milliseconds since 1970; undefined where it cannot be told. Numbers are milliseconds, or seconds where they are
 * too small for it.
 */
export function instantOf(value: unknown): number | undefined {
  if (typeof value === 'number') return readNumber(value);
  if (typeof value !== 'string') return undefined;
  if (USUAL.test(value)) return Date.parse(value);
  return /^\d{9,16}$/.test(value) ? readNumber(Number(value)) : readText(value);
}

function readNumber(value: number): number | undefined {
  if (!(value > 0 && value <= LAST_MILLISECONDS)) return undefined;
  return value < FIRST_MILLISECONDS ? value * 1000 : value;
}

function readText(text: string): number | undefined {
  const found = READABLE.exec(text);
  if (!found) return undefined;
  const part = (index: number): number => Number(found[index] ?? 0);
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(part) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [zoneHour, zoneMinute] = [part(9), part(10)];
  if (hour > 23 || minute > 59 || second > 60 || zoneHour > 23 || zoneMinute > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // a day that the month does not have would be one of the next
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const milliseconds = Math.floor(Number(`0.${found[7] ?? 0}`) * 1000);
  const zone = (zoneHour * 60 + zoneMinute) * (found[8] === '-' ? -1 : 1);
  // a leap second is the first one of the next minute
  return date.getTime() + ((hour * 60 + minute - zone) * 60 + second) * 1000 + milliseconds;
}
