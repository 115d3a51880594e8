/** The built-in schemas: valid JSON Schemas that say the same as the code beside them. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import {
  EVENT_TYPES,
  findEventType,
  schemaKey,
  TOPIC_NAMES,
  TOPICS,
} from '../../../src/events/catalogue';
import { STATE_LABELS, STATE_PROPERTIES } from '../../../src/events/catalogue/vehicle-state';
import { parseEvent } from '../../../src/events/envelope';
import { checkBuiltIn, compileOwn } from '../../../src/events/validate';
import { effort } from '../../support/effort';
import { eventOf, hasLargeNumber } from '../../support/events';
import { repositoryRoot } from '../../support/node-red-home';

const folder = path.join(repositoryRoot, 'src/events/schemas');
const files = fs.readdirSync(folder);

function read(file: string): string {
  return fs.readFileSync(path.join(folder, file), 'utf8');
}

describe('the built-in schemas', () => {
  it('are there for the envelope, the vehicle state and every known type', () => {
    const names = ['envelope', 'vehicle-state', ...EVENT_TYPES.map(schemaKey)];
    assert.deepEqual(files.sort(), names.map((name) => `${name}.schema.json`).sort());
    assert.ok(names.includes('VehicleStateRecorded@2'));
  });

  for (const file of files) {
    it(`can be used by anybody: ${file}`, () => {
      const text = read(file);
      assert.match(text, /^[\n\x20-\x7e]*$/);
      const { $id, ...schema } = JSON.parse(text) as Record<string, unknown>;
      assert.equal($id, `urn:node-red-invers:${file.replace('.schema.json', '')}`);
      // what a user's own schema must stand
      assert.equal(compileOwn(schema)({ metadata: eventOf().metadata, data: {} }), undefined);
    });
  }

  it('are open: none forbids a property or lists the only values', () => {
    for (const file of files) {
      assert.doesNotMatch(read(file), /"(additional|unevaluated)Properties": false|"enum"|"const"/);
    }
  });

  it('of the envelope says the same as the parser, whatever is in the metadata', () => {
    const { metadata } = eventOf();
    const value = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constant(undefined));
    fc.assert(
      fc.property(
        fc.constantFrom(
          'id',
          'type',
          'schema_major_version',
          'flow_id',
          'more',
          'data',
          'metadata',
        ),
        value,
        (name, changed) => {
          // beyond what a number can count, the parser is the stricter one
          fc.pre(!Number.isInteger(changed) || Number.isSafeInteger(changed));
          fc.pre(!hasLargeNumber(JSON.stringify(changed) ?? ''));
          const event =
            name === 'data' || name === 'metadata'
              ? { ...eventOf(), [name]: changed }
              : { metadata: { ...metadata, [name]: changed }, data: {} };
          const text = JSON.stringify(event);
          const parsed = parseEvent(Buffer.from(text), { headers: {} });
          const problem = checkBuiltIn('envelope', JSON.parse(text));
          const isFine = 'event' in parsed && parsed.problems.length === 0;
          assert.equal(isFine, problem === undefined, `${text} ${problem?.[0]?.path}`);
        },
      ),
      { numRuns: effort(1000) },
    );
    for (const occurred_at of ['yesterday', 7, null, '2025-05-06', '2025-05-06T07:08:09.123Z']) {
      const event = eventOf({ occurred_at });
      const parsed = parseEvent(Buffer.from(JSON.stringify(event)), { headers: {} });
      assert.equal(parsed.problems.length === 0, checkBuiltIn('envelope', event) === undefined);
    }
  });
});

describe('the catalogue', () => {
  it('finds a type by its name, and none that it does not know', () => {
    assert.equal(findEventType('VehicleStateRecorded')?.majorVersion, 2);
    assert.equal(findEventType('constructor'), undefined);
    assert.equal(findEventType('vehiclestaterecorded'), undefined);
  });

  it('has each type once, and every topic carries types that it has', () => {
    const names = EVENT_TYPES.map(({ type }) => type);
    assert.equal(new Set(names).size, names.length);
    const carried = TOPICS.flatMap(({ carries }) => carries.map(({ type }) => type));
    assert.deepEqual([...new Set(carried)].sort(), [...names].sort());
    assert.ok(TOPIC_NAMES.includes('Trip (v2)'));
  });

  it('makes no property name of a label', () => {
    const names = STATE_PROPERTIES.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[a-z]+(_[a-z]+)*$/);
    const labels = STATE_LABELS.map((label) => label.toLowerCase().replaceAll(' ', '_'));
    assert.deepEqual(
      labels.filter((label) => names.includes(label)),
      [],
    );
  });
});
