/** Holds data against JSON Schemas (2020-12): the only file that knows ajv. */
import fs from 'node:fs';
import path from 'node:path';
import Ajv2020, { type AnySchema, MissingRefError, type Options } from 'ajv/dist/2020';
import addFormats, { type FormatName } from 'ajv-formats';
import { errorText } from '../errors/error-text';
import { isUsualInstant } from '../time/instant';
import { areDifferent } from './different';
import { explain, explainAll, findPlace } from './explain';
import { createPatterns, UnusablePattern } from './linear-pattern';
import { meterKeywords } from './metered-keywords';
import type { Problem } from './problem';
import { WorkLimit } from './work-limit';

/** What is wrong with the data of an event; undefined = nothing. */
export type Check = (data: unknown) => Problem | undefined;

/** A schema that cannot be used; the message says why. */
export class BrokenSchema extends Error {
  override readonly name = 'BrokenSchema';

  constructor(
    message: string,
    /** Where in the schema, as `schema.properties.a`; undefined = the whole of it. */
    readonly place?: string,
  ) {
    super(message);
  }
}

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
/** Its properties are what a vehicle state consists of; a user's schema may refer to it. */
const VEHICLE_STATE = 'vehicle-state';

/** Annotations of ours: none of them rejects anything. */
const ANNOTATIONS = [
  'x-extensible-enum',
  'x-values-certainty',
  'x-certainty',
  'x-capability',
  'x-capability-certainty',
  'x-unit',
];

/** Verbose for `explain`, which wants to see the value and the schema around it. Quiet: a log is not ajv's business. */
const OPTIONS = { verbose: true, logger: false, validateSchema: false } satisfies Options;

/** The formats of JSON Schema, without `regex`, which would compile what is in an event. */
const FORMATS: readonly FormatName[] = [
  'date',
  'time',
  'date-time',
  'duration',
  'uri',
  'uri-reference',
  'uri-template',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
  'json-pointer',
  'relative-json-pointer',
];

/**
 * Compiled when first needed and for the whole process: pure functions, no more of them than there
 * are files in schemas/.
 */
const builtIn = new Map<string, ListingCheck>();
let builtInAjv: Ajv2020 | undefined;

type ListingCheck = (data: unknown) => readonly Problem[] | undefined;

/** By the name of a file in schemas/, without its ending. Undefined = nothing is wrong. */
export function checkBuiltIn(name: string, data: unknown): readonly Problem[] | undefined {
  let check = builtIn.get(name);
  if (check === undefined) {
    builtInAjv ??= createBuiltInAjv();
    check = createListingCheck(builtInAjv, readBuiltIn(name));
    builtIn.set(name, check);
  }
  return check(data);
}

function readBuiltIn(name: string): AnySchema {
  const file = path.join(__dirname, 'schemas', `${name}.schema.json`);
  return JSON.parse(fs.readFileSync(file, 'utf8')) as AnySchema;
}

function createBuiltInAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    ...OPTIONS,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allErrors: true,
  });
  ajv.addFormat('date-time', isUsualInstant);
  ajv.addVocabulary(ANNOTATIONS);
  return ajv.addSchema(readBuiltIn(VEHICLE_STATE));
}

/**
 * Compiles a schema that a user wrote. Throws a BrokenSchema. The check throws where an event takes
 * too much work; nothing is decided about the event then.
 */
export function compileOwn(schema: unknown): Check {
  requireSchema(schema);
  const work = new WorkLimit();
  const check = compile(createOwnAjv(work), schema);
  const limited: Check = (data) => {
    work.reset();
    return check(data);
  };
  try {
    // a schema that refers to itself without an end does so with any event
    limited({});
  } catch (error) {
    throw new BrokenSchema(
      error instanceof RangeError ? 'it refers to itself without an end' : errorText(error),
    );
  }
  return limited;
}

/** Against the schema of schemas, which ajv compiles once. */
function requireSchema(schema: unknown): asserts schema is AnySchema {
  if (typeof schema === 'boolean') return;
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw new BrokenSchema('a schema is an object');
  }
  const { $schema = DRAFT, $async } = schema as Record<string, unknown>;
  if (typeof $schema !== 'string' || $schema.replace(/#$/, '') !== DRAFT) {
    throw new BrokenSchema(`only ${DRAFT} is understood`, 'schema.$schema');
  }
  if ($async !== undefined) throw new BrokenSchema('$async is not possible here', 'schema.$async');
  builtInAjv ??= createBuiltInAjv();
  if (builtInAjv.validateSchema({ ...schema, $schema: DRAFT }) === true) return;
  const errors = builtInAjv.errors ?? [];
  const { path: place, found, expected } = explain(errors, schema, 'schema');
  throw new BrokenSchema(
    found === undefined ? 'it is missing' : `found ${found}, expected ${expected}`,
    place,
  );
}

/** An own one for each schema, so that none can refer to another or take its `$id`. */
function createOwnAjv(work: WorkLimit): Ajv2020 {
  const regExp = Object.assign(createPatterns(work), { code: '' });
  const ajv = new Ajv2020({
    ...OPTIONS,
    strict: false,
    meta: false,
    // else one part that is referred to a thousand times would be compiled a thousand times
    inlineRefs: false,
    // optimizing takes longer than it saves, and much longer for a large schema
    code: { regExp, optimize: false },
  });
  for (const name of FORMATS) ajv.addFormat(name, meteredFormat(name, work));
  meterKeywords(ajv, work);
  // ajv's own compares each item with each other
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (wanted: boolean, items: readonly unknown[]) => !wanted || areDifferent(items, work),
  });
  return ajv.addSchema(readBuiltIn(VEHICLE_STATE));
}

/** Of the mode `fast`, whose patterns take a time that grows with the text and no faster. */
function meteredFormat(name: FormatName, work: WorkLimit): (text: string) => boolean {
  const format = addFormats.get(name, 'fast');
  const pattern = typeof format === 'object' && 'validate' in format ? format.validate : format;
  if (!(pattern instanceof RegExp)) throw new Error(`The format ${name} is not a pattern.`);
  return (text) => {
    work.spend(text.length);
    return pattern.test(text);
  };
}

function compile(ajv: Ajv2020, schema: AnySchema): Check {
  try {
    return createCheck(ajv, schema);
  } catch (error) {
    if (error instanceof UnusablePattern) {
      throw new BrokenSchema(error.message, findPlace(schema, error.pattern));
    }
    if (error instanceof MissingRefError) {
      const { missingRef } = error;
      throw new BrokenSchema(
        `${missingRef} leads nowhere; nothing is fetched from elsewhere`,
        findPlace(schema, missingRef),
      );
    }
    throw new BrokenSchema(
      error instanceof RangeError ? 'it has too many parts' : errorText(error),
    );
  }
}

function createListingCheck(ajv: Ajv2020, schema: AnySchema): ListingCheck {
  const validate = ajv.compile(schema);
  return (data) => (validate(data) ? undefined : explainAll(validate.errors ?? [], data, 'data'));
}

function createCheck(ajv: Ajv2020, schema: AnySchema): Check {
  const validate = ajv.compile(schema);
  return (data) => (validate(data) ? undefined : explain(validate.errors ?? [], data, 'data'));
}
