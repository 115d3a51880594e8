/** Schemas of a user's own: where they come from, which one counts, and what is said of one that cannot be used. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { loadOwnSchemas } from '../../../src/events/own-schemas';
import { SchemaSet } from '../../../src/events/schema-set';

function load(schemas: unknown, folder = '') {
  const text = typeof schemas === 'string' ? schemas : JSON.stringify(schemas);
  const { schemas: own, troubles } = loadOwnSchemas(text, folder);
  return { set: new SchemaSet(own), troubles };
}

/** A type with one schema, for any version. */
function single(schema: unknown): SchemaSet {
  const { set, troubles } = load({ T: schema });
  assert.deepEqual(troubles, []);
  return set;
}

/** A schema of so many parts, each of which refers to the next one. */
function chain(length: number): unknown {
  const part = (n: number) => ({ not: { $ref: `#/$defs/d${(n + 1) % length}` } });
  const $defs = Object.fromEntries(Array.from({ length }, (_, n) => [`d${n}`, part(n)]));
  return { properties: { a: { $ref: '#/$defs/d0' } }, $defs };
}

const wants = (name: string) => ({ type: 'object', required: [name] });

describe('a user’s own schemas', () => {
  it('add types that the package does not know, in the versions that they name', () => {
    const { set } = load({ 'DamageFound@1': wants('where') });
    assert.equal(set.check('DamageFound', 1, { where: 'left' }).schema, 'DamageFound@1');
    assert.equal(set.check('DamageFound', 1, {}).problem?.path, 'data.where');
    assert.deepEqual(set.check('DamageFound', 2, {}), { schema: null, unchecked: 'version' });
    assert.deepEqual(set.check('DamageLost', 1, {}), { schema: null, unchecked: 'type' });
  });

  it('take the place of a built-in schema of their type and version, and of no other', () => {
    const state = { mileage_in_kilometers: 'far' };
    const { set } = load({ 'VehicleStateRecorded@2': {}, 'VehicleChanged@1': wants('vehicle') });
    assert.deepEqual(set.check('VehicleStateRecorded', 2, state), {
      schema: 'VehicleStateRecorded@2',
    });
    assert.equal(set.check('VehicleStateRecorded', 3, state).unchecked, 'version');
    assert.equal(set.check('VehicleChanged', 1, {}).problem?.path, 'data.vehicle');
    assert.deepEqual(set.check('VehicleChanged', 2, {}), { schema: 'VehicleChanged' });
  });

  it('stand for all versions without a number, unless one names the version', () => {
    const { set } = load({ TripEnded: wants('a'), 'TripEnded@2': wants('b') });
    assert.equal(set.check('TripEnded', 1, {}).problem?.path, 'data.a');
    assert.equal(set.check('TripEnded', 2, {}).problem?.path, 'data.b');
    assert.equal(set.check('TripEnded', 3, { a: 1 }).schema, 'TripEnded');
  });

  it('may build upon the known properties of the vehicle state', () => {
    const set = single({ properties: { state: { $ref: 'urn:node-red-invers:vehicle-state' } } });
    const timestamp = '2025-05-06T07:08:09Z';
    const data = { state: { ignition: { timestamp, value: 5 } } };
    assert.equal(set.check('T', 1, data).problem?.path, 'data.state.ignition.value');
  });

  const broken: [title: string, schema: unknown, message: RegExp][] = [
    ['no schema', 5, /^Schemas, Bad@1 cannot be used: a schema is an object\.$/],
    ['a wrong keyword', { type: 'txt' }, /, at schema\.type: found "txt", expected one of "array"/],
    [
      'a wrong keyword further in',
      { properties: { a: { items: { minimum: 'x' } } } },
      /, at schema\.properties\.a\.items\.minimum: found "x", expected a number\.$/,
    ],
    [
      'a look-around',
      { properties: { vin: { pattern: '^(?!X)' } } },
      /, at schema\.properties\.vin\.pattern: the pattern cannot be used \(.*\(\?!/,
    ],
    [
      'a back-reference as a name',
      { patternProperties: { '(a)\\1': {} } },
      /, at schema\.patternProperties\["\(a\)\\\\1"\]: the pattern cannot be used/,
    ],
    ['patterns that are too large', { pattern: '[ab]{1,900}'.repeat(12) }, /the pattern/],
    ['another draft', { $schema: 'http://json-schema.org/draft-07/schema#' }, /2020-12/],
    ['an asynchronous schema', { $async: true }, /\$async is not possible/],
    ['a reference to nowhere', { $ref: '#/$defs/none' }, /#\/\$defs\/none leads nowhere/],
    ['a reference without an end', { $ref: '#' }, /refers to itself without an end/],
    ['a wrong regular expression', { pattern: '(' }, /the pattern cannot be used/],
    ['too many parts', chain(1200), /cannot be used: it has too many parts\.$/],
  ];
  for (const [title, schema, message] of broken) {
    it(`are told apart where one is broken, with its place: ${title}`, () => {
      const { set, troubles } = load({ 'Bad@1': schema, 'Good@1': wants('a') });
      assert.equal(troubles.length, 1, troubles.join('\n'));
      assert.match(troubles[0] ?? '', message);
      assert.equal(set.check('Bad', 1, {}).unchecked, 'type');
      assert.equal(set.check('Good', 1, {}).problem?.path, 'data.a');
    });
  }

  it('say where the JSON is broken', () => {
    const cases: [string, RegExp][] = [
      [
        '{\n  "A@1": {},\n  oops\n}',
        /^Schemas cannot be used: it is not JSON, at line 3, column 3\.$/,
      ],
      ['{\n  "A@1": {', /not JSON, at line 2, column \d+\.$/],
      ['[]', /it is not an object of schemas/],
      ['{"A 1": {}}', /"A 1" is not <type>@<major>/],
      ['{"A@01": {}}', /"A@01" is not <type>@<major>/],
      [JSON.stringify({ 'A@1': { title: 'x'.repeat(70_000) } }), /longer than 65536 characters/],
      [`{"A@1":${'{"not":'.repeat(70)}{}${'}'.repeat(70)}}`, /nested deeper than 64 levels/],
    ];
    for (const [text, message] of cases) {
      const { troubles } = load(text);
      assert.equal(troubles.length, 1);
      assert.match(troubles[0] ?? '', message);
    }
  });

  it('fetch nothing', async () => {
    let requests = 0;
    const server = http.createServer((_request, response) => {
      requests += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const $ref = `http://127.0.0.1:${(server.address() as AddressInfo).port}/schema.json`;
      const { troubles } = load({ 'A@1': { properties: { a: { $ref } } } });
      assert.match(troubles[0] ?? '', /at schema\.properties\.a\.\$ref: .* nothing is fetched/);
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(requests, 0);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('cannot reach into one another', () => {
    const { troubles } = load({
      'A@1': { $id: 'urn:own:a', type: 'object' },
      'B@1': { $ref: 'urn:own:a' },
      'C@1': { $id: 'urn:own:a', type: 'object' },
    });
    assert.equal(troubles.length, 1);
    assert.match(troubles[0] ?? '', /^Schemas, B@1 cannot be used.*urn:own:a leads nowhere/);
  });

  it('check formats, lists without repetitions and anything else that JSON Schema has', () => {
    const set = single({
      properties: {
        mail: { format: 'email' },
        tags: { uniqueItems: true },
        plate: { pattern: '^SI' },
        vin: { pattern: '^\\p{L}\\w+$' },
        kind: { enum: ['a', 'b'] },
        size: { minimum: 3 },
        either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
        odd: { format: 'nobody-knows-this' },
        'strange name': { const: 1 },
      },
      unevaluatedProperties: false,
    });
    const cases: [Record<string, unknown>, string][] = [
      [{ mail: 'nobody' }, 'data.mail is "nobody"; expected a text in the format email.'],
      [
        {
          tags: [
            { a: 1, b: 2 },
            { b: 2, a: 1 },
          ],
        },
        'data.tags is a list of 2; expected a list in',
      ],
      [{ plate: 'B', vin: 'W1' }, 'data.plate is "B"; expected a text that fits "^SI".'],
      [{ plate: 'SI 1', vin: 'SI 1' }, 'data.vin is "SI 1"; expected a text that fits'],
      [{ kind: 'c' }, 'data.kind is "c"; expected one of "a", "b".'],
      [{ size: 2 }, 'data.size is 2; expected a number >= 3.'],
      [{ either: true }, 'data.either is true; expected another form'],
      [{ 'strange name': 2 }, 'data["strange name"] is 2; expected 1.'],
      [{ more: 1 }, 'data.more is 1; expected no such property.'],
    ];
    for (const [data, message] of cases) {
      const { problem } = set.check('T', 1, data);
      const said = problem && `${problem.path} is ${problem.found}; expected ${problem.expected}.`;
      assert.ok(said?.startsWith(message), said);
    }
    const fine = { mail: 'a@b.de', tags: [1, '1', [1]], kind: 'a', size: 3, either: 1, odd: '?' };
    assert.deepEqual(set.check('T', 1, fine), { schema: 'T' });
  });

  describe('in a folder', () => {
    let folder: string;

    beforeEach(() => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), 'schemas-'));
    });
    afterEach(() => fs.rmSync(folder, { recursive: true }));

    function write(name: string, content: unknown): void {
      const text = typeof content === 'string' ? content : JSON.stringify(content);
      fs.writeFileSync(path.join(folder, name), text);
    }

    it('are files called like their type and version; what is pasted takes their place', () => {
      write('A@1.json', wants('file'));
      write('B@1.schema.json', `\ufeff${JSON.stringify(wants('file'))}`);
      write('README.md', 'not a schema');
      fs.mkdirSync(path.join(folder, 'C@1.json'));
      // who reads it waits for ever
      execFileSync('mkfifo', [path.join(folder, 'D@1.json')]);
      // as files of a Kubernetes config map are
      fs.renameSync(path.join(folder, 'B@1.schema.json'), path.join(folder, 'b'));
      fs.symlinkSync('b', path.join(folder, 'B@1.schema.json'));
      const { set, troubles } = load({ 'A@1': wants('pasted') }, folder);
      assert.deepEqual(troubles, []);
      assert.equal(set.check('A', 1, {}).problem?.path, 'data.pasted');
      assert.equal(set.check('B', 1, {}).problem?.path, 'data.file');
      assert.equal(set.check('C', 1, {}).unchecked, 'type');
    });

    it('are told apart by their file where one is broken', () => {
      write('A@1.json', '{ "type": ');
      write('B@1.json', { type: 'nothing' });
      write('no name@1.json', {});
      write('D@1.json', wants('d'));
      const { set, troubles } = load('', folder);
      assert.equal(troubles.length, 3);
      const file = (name: string) => path.join(folder, name);
      const said = (name: string) => troubles.find((text) => text.startsWith(file(name))) ?? '';
      assert.match(said('A@1.json'), /cannot be used: it is not JSON, at line 1, column/);
      assert.match(said('B@1.json'), /cannot be used, at schema\.type: found "nothing"/);
      assert.match(said('no name@1.json'), /is not <type>@<major>/);
      assert.equal(set.check('D', 1, {}).problem?.path, 'data.d');
    });

    it('are not read to their end where a file is far too long, and a device is nobody’s schema', () => {
      write('A@1.json', '');
      // nothing of it is on the disk
      fs.truncateSync(path.join(folder, 'A@1.json'), 2 ** 36);
      fs.symlinkSync('/dev/zero', path.join(folder, 'B@1.json'));
      write('C@1.json', wants('c'));
      const { set, troubles } = load('', folder);
      assert.equal(troubles.length, 1);
      assert.match(troubles[0] ?? '', /A@1\.json cannot be used: it is longer than \d+ characters/);
      assert.equal(set.check('C', 1, {}).problem?.path, 'data.c');
    });

    it('may all be in a folder that a link leads to', () => {
      write('A@1.json', wants('a'));
      const link = `${folder}-link`;
      fs.symlinkSync(folder, link);
      try {
        const { set, troubles } = load('', link);
        assert.deepEqual(troubles, []);
        assert.equal(set.check('A', 1, {}).problem?.path, 'data.a');
      } finally {
        fs.unlinkSync(link);
      }
    });

    it('leave the others as they are when the folder cannot be read', () => {
      const { set, troubles } = load({ 'A@1': wants('a') }, path.join(folder, 'gone'));
      assert.match(troubles.join(), /The schema folder .*gone cannot be read: ENOENT/);
      assert.equal(set.check('A', 1, {}).problem?.path, 'data.a');
    });
  });
});
