/** From the bytes of a message to an event that was held against the schema of its type, and what is odd about it. */
import type { MessageProperties } from '../broker/broker';
import type { InversCheck } from '../index';
import { findEventType } from './catalogue';
import { type InvalidEvent, type InversEvent, parseEvent, readablePacked } from './envelope';
import { versionOf } from './metadata';
import { MAX_PROBLEMS, type Problem, sentence } from './problem';
import type { SchemaSet, Unchecked } from './schema-set';

/** As it is published. */
export interface EventCheck extends Readonly<Omit<InversCheck, 'problems'>> {
  readonly problems: readonly Problem[];
}

export type ReadEvent = (
  | {
      readonly event: InversEvent;
      /** Why it was held against no schema. */
      readonly unchecked?: Unchecked;
    }
  | { readonly invalid: InvalidEvent }
) & { readonly check: EventCheck };

/**
 * Reads one message; without `schemas` the envelope only. Only a schema of the user's own refuses an event that
 * could be used, or anything odd where the reading is `strict`. Never throws, whatever bytes and properties are.
 */
export function readEvent(
  body: Buffer,
  properties: MessageProperties,
  schemas: SchemaSet | undefined,
  isStrict = false,
): ReadEvent {
  const parsed = parseEvent(body, properties);
  if ('invalid' in parsed) {
    const { invalid } = parsed;
    return { invalid, check: checkOf(invalid.metadata['type'], null, parsed.problems) };
  }
  const { event } = parsed;
  const { type, schema_major_version: version } = event.metadata;
  const found = schemas?.check(type, versionOf(version), event.data) ?? NOT_HELD;
  const { schema, problem: refused, odd, unchecked } = found;
  const problems = together(parsed.problems, refused ? [refused] : odd);
  const check = checkOf(type, schema, problems);
  const reason = refused ?? (isStrict ? problems[0] : undefined);
  if (reason === undefined) return { event, check, ...(unchecked && { unchecked }) };

  const isOfData = refused !== undefined || /^data[.[]/.test(reason.path);
  const invalid: InvalidEvent = {
    code: isOfData ? 'schema' : 'no-envelope',
    message: sentence(reason),
    details: { ...reason, ...(isOfData && schema !== null && { schema }) },
    payload: readablePacked(body, properties),
    metadata: event.metadata,
  };
  return { invalid, check };
}

/** Only the envelope was looked at. */
const NOT_HELD = { schema: null, problem: undefined, odd: undefined, unchecked: undefined };

/** What the envelope has said already is not said again. */
function together(first: readonly Problem[], second: readonly Problem[] | undefined) {
  if (!second) return first;
  const paths = new Set(first.map(({ path }) => path));
  return [...first, ...second.filter(({ path }) => !paths.has(path))];
}

function checkOf(type: unknown, schema: string | null, problems: readonly Problem[]): EventCheck {
  const source = typeof type === 'string' ? (findEventType(type)?.source ?? null) : null;
  return {
    schema,
    problems: problems.length > MAX_PROBLEMS ? problems.slice(0, MAX_PROBLEMS) : problems,
    source,
  };
}
