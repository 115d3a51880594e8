/** No event and no schema, however odd, makes reading or checking throw, or take long. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EVENT_TYPE_NAMES } from '../../../src/events/catalogue';
import { ENVELOPE_LIMITS } from '../../../src/events/envelope';
import { loadOwnSchemas } from '../../../src/events/own-schemas';
import { readEvent } from '../../../src/events/read-event';
import { SchemaSet } from '../../../src/events/schema-set';
import { effort } from '../../support/effort';
import { eventOf } from '../../support/events';

const builtIn = new SchemaSet();

function read(body: string | Uint8Array, schemas = builtIn) {
  return readEvent(Buffer.from(body as string), { headers: {} }, schemas);
}

interface Trial {
  readonly set: SchemaSet;
  readonly off: string[];
}

/** A schema for the type T; what is switched off is noted. */
function own(schema: unknown): Trial {
  const { schemas, troubles } = loadOwnSchemas(JSON.stringify({ T: schema }), '');
  assert.deepEqual(troubles, []);
  const off: string[] = [];
  return { set: new SchemaSet(schemas, (key, reason) => off.push(`${key}: ${reason}`)), off };
}

/** Names that schemas and events of the catalogue have, so that arbitrary ones come near to real ones. */
const names = fc.oneof(
  fc.constantFrom(
    ...['data', 'metadata', 'reasons', 'vehicle', 'position', 'ignition', 'timestamp', 'value'],
    ...['$ref', '$id', '$schema', '$defs', '$dynamicRef', '$dynamicAnchor', '$anchor', '$async'],
    ...['type', 'properties', 'items', 'prefixItems', 'allOf', 'anyOf', 'not', 'if', 'then'],
    ...['pattern', 'patternProperties', 'format', 'required', 'enum', 'const', 'uniqueItems'],
    ...['constructor', 'toString', 'unevaluatedProperties', 'dependentSchemas', 'contains'],
  ),
  fc.string({ maxLength: 5 }),
);
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('#', '#/$defs/a', 'object', 'string', 'date-time', '(a+)+$', true, false),
    fc.jsonValue({ maxDepth: 0 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 5 }),
  ),
}));

describe('whatever arrives', () => {
  it('is read without throwing, as bytes, as JSON and as data of every known type', () => {
    const event = fc
      .tuple(fc.constantFrom(...EVENT_TYPE_NAMES), fc.nat(3), anything)
      .map(([type, schema_major_version, data]) =>
        JSON.stringify({ metadata: { ...eventOf().metadata, type, schema_major_version }, data }),
      );
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), fc.json(), event), (body) => {
        const found = read(body);
        assert.ok('event' in found !== 'invalid' in found);
        if ('invalid' in found) assert.ok(found.invalid.message.length < 1000);
      }),
      { numRuns: effort(1000) },
    );
  });

  it('meets any schema that loads without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.jsonValue()), anything, (schema, data) => {
        const { schemas } = loadOwnSchemas(JSON.stringify({ T: schema }), '');
        const result = new SchemaSet(schemas).check('T', 1, data);
        assert.ok(result.problem === undefined || result.problem.path.startsWith('data'));
      }),
      { numRuns: effort(1000) },
    );
  });

  it('leaves no trace in the program, whatever a schema says', () => {
    const pollution = '{"T":{"properties":{"__proto__":{"default":1}},"__proto__":{"polluted":1}}}';
    const { schemas } = loadOwnSchemas(pollution, '');
    new SchemaSet(schemas).check('T', 1, JSON.parse('{"__proto__":{"polluted":1}}'));
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    const code = '"];process.exit(7);//\u2028`;process.exit(7);`';
    const { set } = own({ properties: { [code]: { const: code } }, $comment: code, title: code });
    assert.ok(set.check('T', 1, { [code]: 1 }).problem);
  });
});

// Far more than any of these takes on a slow machine, and far less than they would take without limits: for ever.
describe('what is made to take long', function () {
  this.timeout(effort(120_000));
  const room = ENVELOPE_LIMITS.maxBytes - 1000;
  const longText = 'a'.repeat(room);

  it('does not, in a built-in schema: a megabyte of properties, of texts, of levels', () => {
    const many = Object.fromEntries(Array.from({ length: 40_000 }, (_, n) => [`p${n}`, { a: n }]));
    let deep: unknown = 1;
    for (let level = 2; level < ENVELOPE_LIMITS.maxDepth; level++) deep = { position: deep };
    for (const data of [many, { vehicle_state: many }, { reasons: longText }, { deep }]) {
      for (const type of ['VehicleStateRecorded', 'VehicleChanged']) {
        const found = read(JSON.stringify(eventOf({ type }, data)));
        assert.ok('event' in found || found.invalid.code === 'schema');
      }
    }
  });

  const patterns = [
    '(a+)+$',
    '(a|aa)+$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(.*)*=.*',
    '(a?){500}a{500}b',
  ];
  for (const pattern of patterns) {
    it(`does not, with the pattern ${pattern}`, () => {
      const { set } = own({ properties: { a: { pattern } } });
      for (const text of [longText, `${'a'.repeat(50)}!`]) {
        const result = set.check('T', 1, { a: text });
        assert.ok('schema' in result);
      }
    });
  }

  it('is switched off when it takes too much work, told once, and the events pass unchecked', () => {
    const { set, off } = own({ items: { pattern: '([ab]{1,90}c){1,9}' } });
    assert.deepEqual(set.check('T', 1, ['abc']), { schema: 'T' });
    assert.deepEqual(set.check('T', 1, [longText]), { schema: null, unchecked: 'work' });
    assert.deepEqual(set.check('T', 1, ['abc']), { schema: null, unchecked: 'work' });
    assert.equal(off.length, 1);
    assert.match(off[0] ?? '', /^T: it takes too much work: simplify/);
  });

  it('does not, with references that double at every step', () => {
    const step = (n: number) => ({ $ref: `#/$defs/d${n + 1}` });
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [
        `d${n}`,
        n === 39 ? {} : { properties: { a: { allOf: [step(n), step(n)] } } },
      ]),
    );
    const { set, off } = own({ $ref: '#/$defs/d0', $defs });
    let data: unknown = {};
    for (let level = 0; level < 40; level++) data = { a: data };
    assert.equal(set.check('T', 1, data).unchecked, 'work');
    assert.equal(off.length, 1);
  });

  it('does not, with one large part that a thousand places refer to', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 700 }, (_, n) => [`p${n}`, { type: 'string' }]),
    );
    const allOf = Array.from({ length: 1000 }, () => ({ $ref: '#/$defs/part' }));
    const { set } = own({ $defs: { part: { properties } }, allOf });
    assert.equal(set.check('T', 1, { p699: 1 }).problem?.path, 'data.p699');
  });

  it('does not, with a schema that follows the data down, by $ref or by $dynamicRef', () => {
    let data: unknown = { value: 'x' };
    for (let level = 3; level < ENVELOPE_LIMITS.maxDepth; level++) data = { next: data };
    const inner = { value: { type: 'number' } };
    for (const schema of [
      { properties: { ...inner, next: { $ref: '#' } } },
      { $dynamicAnchor: 'node', properties: { ...inner, next: { $dynamicRef: '#node' } } },
    ]) {
      assert.match(own(schema).set.check('T', 1, data).problem?.path ?? '', /\.next\.value$/);
    }
  });

  it('does not, with a list of a hundred thousand that must all differ', () => {
    const { set } = own({ uniqueItems: true });
    const items = Array.from({ length: 100_000 }, (_, n) => ({ n }));
    assert.deepEqual(set.check('T', 1, items), { schema: 'T' });
    assert.ok(set.check('T', 1, [...items, { n: 7 }]).problem);
  });

  it('does not, with the formats that JSON Schema has', () => {
    const formats = ['date', 'time', 'date-time', 'duration', 'uri', 'uri-reference', 'email'];
    const more = ['uri-template', 'hostname', 'ipv4', 'ipv6', 'uuid', 'json-pointer', 'regex'];
    const texts = ['a', '1', '/', '-', '.', '{a', 'a.', '1:', '%20', '(a', '~0'].map((part) =>
      `a://${part.repeat(room / 2)}`.slice(0, room - 1).concat('!'),
    );
    for (const format of [...formats, ...more]) {
      const { set, off } = own({ items: { format } });
      for (const text of [...texts, ...texts.map((each) => each.slice(4))]) {
        set.check('T', 1, [text]);
      }
      assert.deepEqual(off, []);
    }
  });
});
