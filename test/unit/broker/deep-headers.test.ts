/** Headers that would overflow amqplib's stack are cut before it reads them; all others stay as they are. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import path from 'node:path';
import type { ChannelModel } from 'amqplib';
import fc from 'fast-check';
import { cutDeepHeaders } from '../../../src/broker/deep-headers';
import { diagnose, UnreadableFrame } from '../../../src/broker/failures/diagnoses';
import { guardFrames, wereHeadersCut } from '../../../src/broker/frame-guard';
import { deepTable, headerFrame } from '../../support/deep-message';
import { effort } from '../../support/effort';

/** amqplib's own, which its package does not offer. */
const codec = require(path.join(path.dirname(require.resolve('amqplib')), 'lib/codec.js')) as {
  encodeTable(buffer: Buffer, table: object, offset: number): number;
  decodeFields(content: Buffer): Record<string, unknown>;
};

const CHANNEL = 7;
/** A frame's header, then class, weight, size and flags. */
const TABLE_AT = 21;

/** What amqplib reads of the headers in this frame. */
function headersIn(frame: Buffer): Record<string, unknown> {
  const start = TABLE_AT + 4;
  return codec.decodeFields(frame.subarray(start, start + frame.readUInt32BE(TABLE_AT)));
}

function depthOf(value: unknown): number {
  let depth = 0;
  for (let inner = value; typeof inner === 'object' && inner !== null; depth++) {
    if (Buffer.isBuffer(inner)) return depth;
    inner = Object.values(inner)[0];
  }
  return depth;
}

describe('headers nested too deeply', () => {
  for (const kind of ['F', 'A'] as const) {
    it(`become octets below 32 levels, of ${kind === 'F' ? 'tables' : 'lists'}`, () => {
      const frame = headerFrame(CHANNEL, 10, deepTable(8_000, kind));
      assert.throws(() => headersIn(frame), RangeError);
      const { length } = frame;
      assert.equal(cutDeepHeaders(frame), CHANNEL);
      assert.equal(frame.length, length);
      assert.equal(depthOf(headersIn(frame)), 33, 'the headers themselves, and 32 below');
    });
  }

  it('are found behind content type and encoding, and beside flat ones', () => {
    const flat = Buffer.alloc(500);
    const size = codec.encodeTable(flat, { a: 1, b: 'text', c: [true, null, 2.5], d: { e: 1 } }, 0);
    const deep = deepTable(100).subarray(4);
    const content = Buffer.concat([flat.subarray(4, size), deep, flat.subarray(4, size)]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    const frame = headerFrame(
      CHANNEL,
      0,
      Buffer.concat([Buffer.from('\x04json\x04gzip'), length, content]),
    );
    frame.writeUInt16BE(0xe000, TABLE_AT - 2);
    assert.equal(cutDeepHeaders(frame), CHANNEL);
    const { a, b } = codec.decodeFields(
      frame.subarray(TABLE_AT + 14, TABLE_AT + 14 + content.length),
    );
    assert.deepEqual([depthOf(a) || a, b], [1, 'text']);
  });

  it('stay as they are up to 32 levels', () => {
    for (const [levels, isCut] of [
      [31, false],
      [32, false],
      [33, true],
    ] as const) {
      const frame = headerFrame(CHANNEL, 0, deepTable(levels));
      assert.equal(cutDeepHeaders(frame) !== undefined, isCut, String(levels));
    }
  });

  it('are no others: what amqplib can write is read as it was written', () => {
    // amqplib takes a key `!` for a type
    const name = fc.string({ maxLength: 20 }).map((text) => `k${text}`);
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small', maxDepth: 6 },
        fc.oneof(
          fc.string(),
          fc.integer(),
          fc.double({ noNaN: true, min: -1e12, max: 1e12 }),
          fc.boolean(),
          fc.constant(null),
        ),
        fc.dictionary(name, tie('any'), { maxKeys: 3 }),
        fc.array(tie('any'), { maxLength: 3 }),
      ),
    })).any;
    const headers = fc.dictionary(name, value, { minKeys: 1, maxKeys: 30 });
    fc.assert(
      fc.property(headers, (written) => {
        const buffer = Buffer.alloc(200_000);
        const frame = headerFrame(
          CHANNEL,
          0,
          buffer.subarray(0, codec.encodeTable(buffer, written, 0)),
        );
        const before = Buffer.from(frame);
        assert.equal(cutDeepHeaders(frame), undefined);
        assert.deepEqual(frame, before);
      }),
      { numRuns: effort(60) },
    );
  });

  it('never stop the reading, whatever octets come', () => {
    const mutated = fc.record({
      kind: fc.constantFrom<'F' | 'A'>('F', 'A'),
      changes: fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { maxLength: 8 }),
      end: fc.nat(800),
    });
    fc.assert(
      fc.property(mutated, ({ kind, changes, end }) => {
        const frame = headerFrame(CHANNEL, 0, deepTable(100, kind));
        for (const [at, octet] of changes) if (at < frame.length) frame[at] = octet;
        cutDeepHeaders(frame.subarray(0, end));
      }),
      { numRuns: effort(400) },
    );
  });
});

describe('the guard before amqplib’s frames', () => {
  function createGuarded(receive: (rest: Buffer) => unknown) {
    const connection = Object.assign(new EventEmitter(), {
      rest: Buffer.alloc(0) as Buffer,
      recvFrame(): unknown {
        return receive(connection.rest);
      },
    });
    const model = { connection } as unknown as ChannelModel;
    guardFrames(model);
    return { connection, model };
  }

  it('cuts what comes, and tells it once, of the channel that it came by', () => {
    const { connection, model } = createGuarded((rest) => headersIn(rest));
    connection.rest = headerFrame(CHANNEL, 0, deepTable(8_000));
    assert.equal(depthOf(connection.recvFrame()), 33);
    assert.equal(wereHeadersCut(model, { ch: CHANNEL + 1 }), false);
    assert.equal(wereHeadersCut(model, { ch: CHANNEL }), true);
    assert.equal(wereHeadersCut(model, { ch: CHANNEL }), false);
  });

  it('marks what cannot be read at all, so that it is not taken for a broken network', () => {
    const cause = new TypeError('Unexpected type tag "?"');
    const { connection } = createGuarded(() => {
      throw cause;
    });
    assert.throws(
      () => connection.recvFrame(),
      (error: Error) => {
        assert.ok(error instanceof UnreadableFrame);
        assert.equal(error.cause, cause);
        assert.equal(diagnose(error)?.code, 'frame-unreadable');
        return true;
      },
    );
  });

  it('does without a connection that looks otherwise', () => {
    for (const connection of [undefined, {}]) {
      const model = { connection } as unknown as ChannelModel;
      guardFrames(model);
      assert.equal(wereHeadersCut(model, { ch: 1 }), false);
    }
  });
});
