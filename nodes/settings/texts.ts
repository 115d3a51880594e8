/** How a typed text is read, by the editor while it is typed and by the runtime when the flow starts: the same text is right or wrong in both. */
import type { NumberLimits } from './limits';

/** Plain digits within the limits; undefined where it is anything else. */
export function readNumber(typed: string, limits: NumberLimits): number | undefined {
  const pattern = limits.fractions ? /^\d+(\.\d+)?$/ : /^\d+$/;
  const number = Number(typed);
  const fits =
    number <= limits.max && (limits.aboveMin ? number > limits.min : number >= limits.min);
  return pattern.test(typed) && fits ? number : undefined;
}

/** The name or address of a host alone: no `amqps://`, no port, no path. */
export function isHostName(typed: string): boolean {
  const name = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(typed);
  const ipv6 = /^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*$/.test(typed);
  return name || ipv6;
}

/** `redis://` or `rediss://`, a host, and a number of a database at most. */
export function isRedisUrl(typed: string): boolean {
  return /^rediss?:\/\/[^/\s]+(\/\d*)?$/.test(typed) && URL.canParse(typed);
}

/** An address of a Redis with a password in it, as `redis://user:password@host`: it belongs into the credentials. */
export function isRedisUrlWithPassword(typed: string): boolean {
  return /^rediss?:\/\/[^@]*:[^@]+@/.test(typed);
}

/** Letters, digits and `*`; what looks like a regular expression or carries quotes would never match an event type. */
export function isTypePattern(typed: string): boolean {
  return /^(?!.*\.\*)[\p{L}\p{N}_.:*-]+$/u.test(typed);
}

/** What changed, as `MASTER_DATA_CHANGED`; the names of more reasons than the known ones may be typed. */
export function isReason(typed: string): boolean {
  return /^[\p{L}\p{N}_.:-]+$/u.test(typed);
}

/** Names with dots between them, and numbers in brackets for the items of lists: `vehicles[0].id`. */
export function isPath(typed: string): boolean {
  return /^[^.[\]\s]+(\[\d+\])*(\.[^.[\]\s]+(\[\d+\])*)*$/.test(typed);
}

/** A major version of a schema. */
export function isVersion(typed: string): boolean {
  return /^\d{1,4}$/.test(typed);
}
