/** Whatever a back-end or a stranger writes, in body, properties and headers: it is read, and what is odd is named. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { MessageProperties } from '../../../src/broker/broker';
import { ENVELOPE_LIMITS } from '../../../src/events/envelope';
import { MAX_PROBLEMS } from '../../../src/events/problem';
import { readEvent } from '../../../src/events/read-event';
import { SchemaSet } from '../../../src/events/schema-set';
import { effort } from '../../support/effort';
import { eventBody, eventOf } from '../../support/events';

const schemas = new SchemaSet();
const NONE: MessageProperties = { headers: {} };

function read(body: string | Uint8Array, properties: unknown = NONE) {
  return readEvent(Buffer.from(body as string), properties as MessageProperties, schemas);
}

/** What must hold of whatever was read. */
function requireSound(body: string | Uint8Array, properties: unknown): void {
  const found = read(body, properties);
  assert.ok('event' in found !== 'invalid' in found);
  const { problems } = found.check;
  assert.ok(problems.length <= MAX_PROBLEMS);
  for (const { path, found: shown, expected } of problems) {
    assert.ok(path.length + (shown?.length ?? 0) + expected.length < 10_000);
  }
  // plain data, as a message has them
  structuredClone(found);
  if ('event' in found) {
    const { id, type } = found.event.metadata;
    assert.ok(typeof id === 'string' && id !== '' && typeof type === 'string' && type !== '');
  } else assert.ok(found.invalid.message.length < 1000);
}

/** What amqplib makes of each type of an AMQP table. */
const { table } = fc.letrec<{ value: unknown; table: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string(),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.record({ '!': fc.constant('timestamp'), value: fc.maxSafeNat() }),
    fc.record({
      '!': fc.constant('decimal'),
      value: fc.record({ places: fc.nat(255), digits: fc.nat() }),
    }),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('table'),
  ),
  table: fc.dictionary(
    fc.oneof(
      fc.constantFrom('schema_major_version', 'toString', 'valueOf', 'constructor', '__proto__'),
      fc.string({ maxLength: 5 }),
    ),
    tie('value'),
    { maxKeys: 5 },
  ),
}));

const properties = fc.record(
  {
    messageId: fc.oneof(fc.string(), fc.constantFrom('a', '\u202e', 'x'.repeat(255))),
    type: fc.oneof(fc.string(), fc.constantFrom('TripEnded', '__proto__', 'constructor')),
    correlationId: fc.string(),
    timestamp: fc.oneof(fc.integer(), fc.maxSafeNat(), fc.double()),
    contentEncoding: fc.oneof(fc.constantFrom('gzip', 'deflate', 'br', 'GZIP ', 'no'), fc.string()),
    headers: fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 1 }), {
      maxKeys: 3,
    }),
  },
  { requiredKeys: ['headers'] },
);

const someBody = fc.constantFrom(
  Buffer.from(eventBody()),
  Buffer.from('{"metadata":{},"data":{}}'),
  Buffer.from('no event'),
  gzipSync(eventBody()),
);
const anyBody = fc.oneof(
  someBody,
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .record({ metadata: fc.jsonValue({ maxDepth: 2 }), data: fc.jsonValue({ maxDepth: 2 }) })
    .map((event) => Buffer.from(JSON.stringify(event))),
);

describe('whatever comes out of a queue', function () {
  this.timeout(effort(120_000));

  it('is read without throwing: 10,000 bodies', () => {
    fc.assert(
      fc.property(anyBody, (bytes) => requireSound(bytes, NONE)),
      {
        numRuns: effort(10_000),
      },
    );
  });

  it('is read without throwing: 10,000 sets of properties', () => {
    fc.assert(fc.property(someBody, properties, requireSound), { numRuns: effort(10_000) });
  });

  it('is read without throwing: 10,000 tables of headers, for an event that needs one', () => {
    const event = eventBody({ schema_major_version: undefined });
    fc.assert(
      fc.property(table, (headers) => requireSound(event, { headers })),
      { numRuns: effort(10_000) },
    );
  });

  it('is the same with a header deeper than any stack, and with a broken set of properties', () => {
    let deep: Record<string, unknown> = {};
    for (let level = 0; level < 8_000; level++) deep = { schema_major_version: deep };
    for (const headers of [deep, undefined, null, 7, 'x', [1]]) {
      const found = read(eventBody({ schema_major_version: undefined }), { headers });
      assert.ok('event' in found);
      assert.equal(found.event.metadata.schema_major_version, undefined);
    }
  });
});

describe('a number that JavaScript would change', () => {
  const dataOf = (text: string) => {
    const found = read(`{"metadata":${JSON.stringify(eventOf().metadata)},"data":${text}}`);
    assert.ok('event' in found);
    return { data: found.event.data, paths: found.check.problems.map(({ path }) => path) };
  };

  const kept: [sent: string, value: unknown][] = [
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['9007199254740992', '9007199254740992'],
    ['12345678901234567890123', '12345678901234567890123'],
    ['9007199254740993.0', '9007199254740993.0'],
    ['900719925474099.3e1', '900719925474099.3e1'],
    ['1e400', '1e400'],
    ['-1E+400', '-1E+400'],
    ['1e-400', '1e-400'],
    ['-12.5E-999', '-12.5E-999'],
    ['9007199254740991', 9_007_199_254_740_991],
    ['1e20', 1e20],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['50.123456789012345678', Number('50.123456789012345678')],
    ['0.0', 0],
    ['0e-999', 0],
    ['5e-324', 5e-324],
  ];
  for (const [sent, value] of kept) {
    it(`is kept as the text that it was, and other numbers as numbers: ${sent}`, () => {
      const { data, paths } = dataOf(`{"before":"\\\\\\"1${sent}","n":[{"a":${sent}},0.5,0]}`);
      assert.deepEqual(data, { before: `\\"1${sent}`, n: [{ a: value }, 0.5, 0] });
      assert.deepEqual(paths, typeof value === 'string' ? ['data.n[0].a'] : []);
    });
  }

  it('is read back digit by digit, whichever whole number it is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), (whole) => {
        const { data } = dataOf(`{"a":${whole}}`);
        assert.equal(String(data['a']), String(whole));
      }),
      { numRuns: effort(1000) },
    );
  });

  it('is named a few times, not thousands of times, and in no time', () => {
    const list = Array.from({ length: 40_000 }, () => '9007199254740993').join();
    const { data, paths } = dataOf(`{"list":[${list}]}`);
    assert.equal((data['list'] as unknown[]).length, 40_000);
    assert.equal(paths.length, MAX_PROBLEMS);
    const long = `0.${'0'.repeat(ENVELOPE_LIMITS.maxBytes - 2000)}1e1000000`;
    assert.ok(dataOf(`{"long":[${long}]}`).data);
  });
});
