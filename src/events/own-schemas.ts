/** A user's own schemas, pasted and from a folder: those that work, and what is wrong with the others. */
import fs from 'node:fs';
import path from 'node:path';
import { errorText } from '../errors/error-text';
import { NoFile, readUsersFile } from '../files/private-files';
import type { OwnSchema } from './schema-set';
import {
  MAX_LENGTH,
  merge,
  type ReadSchemas,
  readOne,
  readPasted,
  type SchemaTrouble,
  type TroubleReason,
} from './schema-text';
import { BrokenSchema, compileOwn } from './validate';

/** Far more than INVERS has event types; keeps a wrong folder from stopping Node-RED for long. */
const MAX_SCHEMAS = 500;
/** Of a file: more than the letters that a schema may have, which are a few bytes each. */
const MAX_BYTES = 4 * MAX_LENGTH;

export interface OwnSchemas {
  readonly schemas: readonly OwnSchema[];
  /** One sentence for each schema that cannot be used, and the place. */
  readonly troubles: readonly string[];
}

/** `folder` is an absolute path, '' = none; what is pasted takes the place of what is in it. Never throws. */
export function loadOwnSchemas(pasted: string, folder: string): OwnSchemas {
  const troubles: string[] = [];
  const read = merge([readFolder(folder, troubles), readPasted(pasted, 'Schemas')]);
  troubles.push(...read.troubles.map(describe));
  const schemas = new Map<string, OwnSchema>();
  const sources = [...new Map(read.sources.map((source) => [source.key, source])).values()];
  if (sources.length > MAX_SCHEMAS) {
    troubles.push(`There are ${sources.length} schemas; only the first ${MAX_SCHEMAS} are used.`);
  }
  for (const { key, schema, origin } of sources.slice(0, MAX_SCHEMAS)) {
    try {
      schemas.set(key, { key, check: compileOwn(schema) });
    } catch (error) {
      const place = error instanceof BrokenSchema && error.place ? `, at ${error.place}` : '';
      troubles.push(`${origin} cannot be used${place}: ${errorText(error)}.`);
    }
  }
  return { schemas: [...schemas.values()], troubles };
}

function readFolder(folder: string, troubles: string[]): ReadSchemas {
  if (folder === '') return merge([]);
  let names: string[];
  try {
    names = fs
      .readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch (error) {
    troubles.push(`The schema folder ${folder} cannot be read: ${errorText(error)}.`);
    return merge([]);
  }
  return merge(names.map((name) => readFile(path.join(folder, name), name, troubles)));
}

function readFile(file: string, name: string, troubles: string[]): ReadSchemas {
  try {
    const key = name.replace(/(\.schema)?\.json$/, '');
    return readOne(
      key,
      readUsersFile(file, MAX_BYTES)
        .toString()
        .replace(/^\ufeff/, ''),
      file,
    );
  } catch (error) {
    // a folder or a pipe is nobody's schema
    if (error instanceof NoFile) return merge([]);
    troubles.push(`${file} cannot be read: ${errorText(error)}.`);
    return merge([]);
  }
}

function describe({ origin, reason, detail }: SchemaTrouble): string {
  return `${origin} cannot be used: ${REASONS[reason](detail)}.`;
}

const REASONS: Readonly<Record<TroubleReason, (detail: string) => string>> = {
  'not-json': (place) => `it is not JSON, at ${place}`,
  'not-object': () => 'it is not an object of schemas, like { "VehicleChanged@1": { … } }',
  'bad-name': (name) =>
    `${JSON.stringify(name)} is not <type>@<major>, for example VehicleChanged@1`,
  'too-long': (limit) => `it is longer than ${limit} characters`,
  'too-deep': (limit) => `it is nested deeper than ${limit} levels`,
};
