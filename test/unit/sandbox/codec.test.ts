/** What goes over the wire: every method, table and property comes back as it was, frames in any pieces. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ByteReader } from '../../../src/sandbox/amqp/byte-reader';
import { ByteWriter } from '../../../src/sandbox/amqp/byte-writer';
import { AmqpError } from '../../../src/sandbox/amqp/errors';
import { type FieldTable, readTable, writeTable } from '../../../src/sandbox/amqp/field-table';
import { type Frame, FrameReader } from '../../../src/sandbox/amqp/frame-reader';
import { contentFrames, HEARTBEAT, methodFrame } from '../../../src/sandbox/amqp/frames';
import { decodeMethod, encodeMethod } from '../../../src/sandbox/amqp/method-codec';
import { type FieldTypes, METHODS, type Method } from '../../../src/sandbox/amqp/methods';
import {
  type MessageProperties,
  readProperties,
  writeProperties,
} from '../../../src/sandbox/amqp/properties';
import { effort } from '../../support/effort';

const shortText = fc.string({ unit: 'grapheme', maxLength: 60 }).filter(fitsShortstr);
const bytes = fc.uint8Array({ maxLength: 50 }).map((array) => Buffer.from(array));

const table: fc.Arbitrary<FieldTable> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    shortText,
    bytes,
    fc.array(tie('value'), { maxLength: 3 }),
    tie('table'),
  ),
  table: fc.dictionary(shortText, tie('value'), { maxKeys: 4 }),
})).table as fc.Arbitrary<FieldTable>;

const VALUES: { [Type in keyof FieldTypes]: fc.Arbitrary<FieldTypes[Type]> } = {
  octet: fc.nat({ max: 0xff }),
  short: fc.nat({ max: 0xffff }),
  long: fc.nat({ max: 0xffffffff }),
  longlong: fc.maxSafeNat(),
  shortstr: shortText,
  longstr: bytes,
  bit: fc.boolean(),
  table,
};

const anyMethod = fc.oneof(
  ...Object.entries(METHODS).map(([name, { fields }]) => {
    const values = Object.entries<keyof FieldTypes>(fields).map(
      ([field, type]) => [field, VALUES[type] as fc.Arbitrary<unknown>] as const,
    );
    return fc
      .record(Object.fromEntries(values))
      .map((record) => ({ name, ...record }) as unknown as Method);
  }),
);

describe('the wire format of the sandbox', () => {
  it('brings back every method with all its fields', () => {
    fc.assert(
      fc.property(anyMethod, (method) => {
        assert.deepEqual(plain(decodeMethod(encodeMethod(method))), plain(method));
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('refuses a method that is cut short or has something behind it', () => {
    fc.assert(
      fc.property(anyMethod, fc.nat({ max: 30 }), (method, cut) => {
        const payload = encodeMethod(method);
        if (cut === 0) {
          const longer = Buffer.concat([payload, Buffer.alloc(1)]);
          assert.throws(() => decodeMethod(longer), AmqpError);
        } else {
          const shorter = payload.subarray(0, Math.max(0, payload.length - cut));
          assert.throws(() => decodeMethod(shorter), AmqpError);
        }
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('brings back the properties of a message', () => {
    const property = fc.record(
      {
        contentType: shortText,
        headers: table,
        deliveryMode: VALUES.octet,
        correlationId: shortText,
        messageId: shortText,
        timestamp: VALUES.longlong,
        type: shortText,
        clusterId: shortText,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(property, (properties) => {
        const read = readProperties(writeProperties(properties as MessageProperties));
        assert.deepEqual(plain(read), plain(properties));
      }),
    );
  });

  it('refuses tables that are nested too deep instead of overflowing the stack', () => {
    let nested = Buffer.alloc(4);
    for (let depth = 0; depth < 5_000; depth++) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(nested.length + 2);
      nested = Buffer.concat([length, Buffer.from('\0F'), nested]);
    }
    assert.throws(() => readTable(new ByteReader(nested)), /nested too deep/);
  });

  it('keeps a field called __proto__ a field', () => {
    const writer = new ByteWriter();
    writeTable(writer, Object.fromEntries([['__proto__', { admin: true }]]));
    const read = readTable(new ByteReader(writer.written));
    assert.deepEqual(Object.keys(read), ['__proto__']);
    assert.equal((read as { admin?: boolean }).admin, undefined);
  });

  it('cuts a reply text that is too long for the wire between two characters', () => {
    const writer = new ByteWriter();
    writer.shortstr('é'.repeat(200));
    const text = new ByteReader(writer.written).shortstr();
    assert.equal(text, 'é'.repeat(127));
  });
});

describe('frames of the sandbox', () => {
  const stream = Buffer.concat([
    methodFrame(1, { name: 'basic.ack', deliveryTag: 7, multiple: true }),
    HEARTBEAT,
    contentFrames(
      3,
      { name: 'basic.get-empty', reserved1: '' },
      Buffer.alloc(2),
      Buffer.alloc(100, 'x'),
      48,
    ),
  ]);

  it('come out the same in whatever pieces they come in', () => {
    const whole = read([stream]);
    assert.deepEqual(
      whole.map(({ type, payload }) => [type, payload.length]),
      [
        [1, 13],
        [8, 0],
        [1, 5],
        [2, 14],
        [3, 40],
        [3, 40],
        [3, 20],
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 300 }), (sizes) => {
        const pieces: Buffer[] = [];
        let rest = stream;
        for (const size of sizes) {
          pieces.push(rest.subarray(0, size));
          rest = rest.subarray(size);
        }
        assert.deepEqual(read([...pieces, rest]), whole);
      }),
    );
    assert.deepEqual(read([...stream].map((octet) => Buffer.from([octet]))), whole);
  });

  it('are refused at the first octet that is wrong, without waiting for more', () => {
    const cases: [number[], RegExp][] = [
      [[4, 0, 0, 0, 0, 0, 0], /FRAME_ERROR - there is no frame of type 4/],
      [[1, 0, 1, 0, 1, 0, 0], /FRAME_ERROR - a frame of 65544 octets is larger than the 4096/],
      [[8, 0, 0, 0, 0, 0, 0, 0xcd], /FRAME_ERROR - a frame ends in octet 205 instead of 206/],
    ];
    for (const [octets, message] of cases) {
      assert.throws(() => read([Buffer.from(octets)]), message);
      assert.throws(() => read(octets.map((octet) => Buffer.from([octet]))), message);
    }
  });
});

function read(pieces: readonly Buffer[]): Frame[] {
  const reader = new FrameReader(4096);
  return pieces.flatMap((piece) =>
    [...reader.read(piece)].map((frame) => ({ ...frame, payload: Buffer.from(frame.payload) })),
  );
}

/** Without the difference between objects with and without a prototype. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function fitsShortstr(text: string): boolean {
  // What is no whole character does not survive UTF-8.
  return Buffer.byteLength(text) <= 255 && Buffer.from(text).toString() === text;
}
