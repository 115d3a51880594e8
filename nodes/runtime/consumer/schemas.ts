/** The schemas of an invers-consumer: the built-in ones, and those that its form names. */

import path from 'node:path';
import type { Node, NodeAPI } from 'node-red';
import { loadOwnSchemas } from '../../../src/events/own-schemas';
import { SchemaSet } from '../../../src/events/schema-set';
import { optionalText } from '../settings/values';
import { fail } from '../status/say';

/** What an invers-consumer stores of schemas. */
export interface SchemasConfig {
  /** JSON: an object from `<type>@<major>` to its schema. */
  readonly schemas?: string;
  /** A folder of files `<type>@<major>.json`; relative to the user directory. */
  readonly schemaDirectory?: string;
}

export interface OwnSchemas {
  /** JSON, '' = none */
  readonly pasted: string;
  /** relative to the user directory, '' = none */
  readonly folder: string;
}

/** Throws a ConfigError that names the field. */
export function ownSchemas({ schemas, schemaDirectory }: SchemasConfig): OwnSchemas {
  return {
    pasted: optionalText('Schemas', schemas),
    folder: optionalText('Schema folder', schemaDirectory),
  };
}

/** Reports each schema that cannot be used as an error of the node; the others work. */
export function consumerSchemas(
  RED: NodeAPI,
  node: Node,
  { pasted, folder }: OwnSchemas = { pasted: '', folder: '' },
): SchemaSet {
  const { schemas, troubles } = loadOwnSchemas(
    pasted,
    folder && path.resolve(RED.settings.userDir ?? '.', folder),
  );
  for (const trouble of troubles) fail(node, trouble);
  return new SchemaSet(schemas, (key, reason) => {
    fail(
      node,
      `The schema ${key} is switched off until the next deploy, and its events pass unchecked: ${reason}.`,
    );
  });
}
