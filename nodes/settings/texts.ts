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

/** The name in a text that is nothing but `${NAME}` or `$(NAME)`, for which Node-RED puts in an environment variable. */
export function variableName(text: string): string | undefined {
  const [, braced, bracketed] = /^\$(?:\{([^{}]+)\}|\(([^()]+)\))$/.exec(text.trim()) ?? [];
  return braced ?? bracketed;
}

/** Yes or no, as people and systems write them; undefined where it is neither. */
export function readSwitch(text: string): boolean | undefined {
  if (/^(true|yes|on|1)$/i.test(text)) return true;
  return /^(false|no|off|0)$/i.test(text) ? false : undefined;
}

/** `TripStarted, TripEnded` → its names; commas, semicolons, spaces and line breaks separate. */
export function parseList(text: string): string[] {
  return text.split(/[\s,;]+/).filter((item) => item !== '');
}

/** AMQP bears names of queues and virtual hosts of at most so many octets, and a letter may take four of them. */
const LONGEST_NAME = 255;

export function isShortName(typed: string): boolean {
  let octets = 0;
  for (const letter of typed) {
    const code = letter.codePointAt(0) ?? 0;
    octets += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return octets <= LONGEST_NAME;
}

/** One name for each machine, as far as names tell. */
export function machineOf(host: string): string {
  return isThisMachine(host) ? 'localhost' : host.trim().toLowerCase();
}

/** What is sent there does not leave this machine. */
export function isThisMachine(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|0:0:0:0:0:0:0:1)$/i.test(host.trim());
}
