/** Reads the schemas that a user pasted or saved, as far as that needs no compiler: the editor does it too. */

/** What a schema must be called. */
const NAME = /^[\p{L}\p{N}_.:-]+(@(0|[1-9]\d{0,3}))?$/u;

/** Bounds how long the compiler may take for one schema, and how deep its recursion is. */
export const MAX_LENGTH = 64 * 1024;
const MAX_DEPTH = 64;

/** A user's schema that was read, but not tried. */
export interface SchemaSource {
  /** `<type>@<major>`, or `<type>` for all versions. */
  readonly key: string;
  readonly schema: unknown;
  /** What the user knows it by: its file, or the name under which it was pasted. */
  readonly origin: string;
}

/** Why one schema cannot be used, the others can; or why none can. */
export interface SchemaTrouble {
  readonly origin: string;
  readonly reason: TroubleReason;
  /** What the reason is about: a place in the text, or a name. */
  readonly detail: string;
}

export type TroubleReason = 'not-json' | 'not-object' | 'bad-name' | 'too-long' | 'too-deep';

export interface ReadSchemas {
  readonly sources: readonly SchemaSource[];
  readonly troubles: readonly SchemaTrouble[];
}

/** Reads an object `{ "<type>@<major>": schema, … }`. Empty text = no schemas. Never throws. */
export function readPasted(text: string, origin: string): ReadSchemas {
  if (text.trim() === '') return { sources: [], troubles: [] };
  const parsed = parseJson(text);
  if ('place' in parsed) return failed({ origin, reason: 'not-json', detail: parsed.place });
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return failed({ origin, reason: 'not-object', detail: '' });
  }
  const read = Object.entries(value).map(([key, schema]) =>
    bounded({ key, schema, origin: `${origin}, ${key}` }, JSON.stringify(schema).length),
  );
  return merge(read);
}

/** Reads one schema, called `key`. Never throws. */
export function readOne(key: string, text: string, origin: string): ReadSchemas {
  // the length first: what is far too long is not even parsed
  if (text.length > MAX_LENGTH) return bounded({ key, schema: undefined, origin }, text.length);
  const parsed = parseJson(text);
  if ('place' in parsed) return failed({ origin, reason: 'not-json', detail: parsed.place });
  return bounded({ key, schema: parsed.value, origin }, text.length);
}

export function merge(all: readonly ReadSchemas[]): ReadSchemas {
  return {
    sources: all.flatMap(({ sources }) => sources),
    troubles: all.flatMap(({ troubles }) => troubles),
  };
}

function bounded(source: SchemaSource, length: number): ReadSchemas {
  const { key, schema, origin } = source;
  if (!NAME.test(key)) return failed({ origin, reason: 'bad-name', detail: key });
  if (length > MAX_LENGTH) {
    return failed({ origin, reason: 'too-long', detail: String(MAX_LENGTH) });
  }
  if (isDeeper(schema, MAX_DEPTH)) {
    return failed({ origin, reason: 'too-deep', detail: String(MAX_DEPTH) });
  }
  return { sources: [source], troubles: [] };
}

function failed(trouble: SchemaTrouble): ReadSchemas {
  return { sources: [], troubles: [trouble] };
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function parseJson(text: string): { value: unknown } | { place: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { place: placeOf(text, (error as Error).message) };
  }
}

/** `line 3, column 7`: each JavaScript engine says the place in its own way, or not at all where the text just ends. */
function placeOf(text: string, message: string): string {
  const position = /position (\d+)/.exec(message)?.[1];
  const before = text.slice(0, position === undefined ? text.length : Number(position));
  const line = before.split('\n').length;
  return `line ${line}, column ${before.length - before.lastIndexOf('\n')}`;
}
