/** A user's schema and one event, however unlucky together, do not fill the memory of Node-RED. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { effort } from '../../support/effort';
import { repositoryRoot } from '../../support/node-red-home';

const number = { type: 'number' };
const twenty = Array.from({ length: 20 }, () => number);

/** Each short, and each trying every item of a list again and again. */
const SCHEMAS: Readonly<Record<string, unknown>> = {
  'contains in each branch of anyOf': {
    anyOf: Array.from({ length: 50 }, () => ({ properties: { list: { contains: number } } })),
  },
  'anyOf in contains': { properties: { list: { contains: { anyOf: twenty } } } },
  'oneOf in contains in not': { properties: { list: { not: { contains: { oneOf: twenty } } } } },
  'a reference in contains': {
    properties: { list: { contains: { $ref: '#/$defs/some' } } },
    $defs: { some: { anyOf: twenty } },
  },
  'patterns of names in each branch': {
    anyOf: Array.from({ length: 50 }, () => ({
      properties: { names: { patternProperties: { '^z': number, '.*': number } } },
    })),
  },
};

/** Holds an event of about 1 MiB against the schema that it is given, and says how that ended. */
const PROGRAM = `
const { loadOwnSchemas } = require('./dist/src/events/own-schemas.js');
const { SchemaSet } = require('./dist/src/events/schema-set.js');
const { schemas, troubles } = loadOwnSchemas(process.argv[1], '');
if (troubles.length > 0) throw new Error(troubles.join());
const list = Array.from({ length: 260000 }, () => 'x');
const names = Object.fromEntries(Array.from({ length: 70000 }, (_, n) => ['k' + n, 'x']));
const { unchecked } = new SchemaSet(schemas).check('T', 1, { list, names });
console.log(unchecked ?? 'checked');
`;

describe('a schema that tries every item of a large event in every branch', function () {
  this.timeout(effort(120_000));

  for (const [title, schema] of Object.entries(SCHEMAS)) {
    it(`is switched off before it fills 128 MB: ${title}`, () => {
      const text = JSON.stringify({ T: schema });
      const flags = ['--max-old-space-size=128', '-e', PROGRAM, text];
      const { stdout, stderr } = spawnSync(process.execPath, flags, {
        cwd: repositoryRoot,
        encoding: 'utf8',
      });
      assert.equal(stdout.trim(), 'work', stderr.slice(0, 1000));
    });
  }
});
