/** From the bytes of a message to an event that was held against the schema of its type. */
import type { DeliveryProperties } from '../broker/broker';
import { type InvalidEvent, type InversEvent, parseEvent, type Remark, readable } from './envelope';
import { sentence } from './problem';
import type { SchemaSet, Unchecked } from './schema-set';

export type ReadEvent =
  | {
      readonly event: InversEvent;
      readonly remark?: Remark | undefined;
      /** Name of the schema that the event fits; null = it was held against none. */
      readonly schema: string | null;
      /** Why it was held against none. */
      readonly unchecked?: Unchecked;
    }
  | { readonly invalid: InvalidEvent };

/** Reads one message; without `schemas` the envelope only. Never throws, whatever the bytes are. */
export function readEvent(
  body: Buffer,
  properties: DeliveryProperties,
  schemas: SchemaSet | undefined,
): ReadEvent {
  const parsed = parseEvent(body, properties);
  if ('invalid' in parsed) return parsed;
  const { event, remark } = parsed;
  if (schemas === undefined) return { event, remark, schema: null };

  const { metadata, data } = event;
  const { schema, problem, unchecked } = schemas.check(
    metadata.type,
    metadata.schema_major_version,
    data,
  );
  if (problem) {
    const details = { ...problem, schema };
    const message = sentence(problem);
    return { invalid: { code: 'schema', message, details, payload: readable(body), metadata } };
  }
  return { event, remark, schema, ...(unchecked && { unchecked }) };
}
