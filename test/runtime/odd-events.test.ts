/** Events as real back-ends and strangers write them: what goes in, and which message or status comes out. */
import assert from 'node:assert/strict';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { InversCheck, InversErrorDetails } from '../../src/index';
import { eventId, eventMessage, type TestMessage } from '../support/events';
import type { Fleet } from '../support/fleet';
import { node, type Properties, sink, tab, topicIn } from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { setStage } from '../support/stage';

interface Seen {
  payload: unknown;
  metadata: Record<string, unknown>;
  check: InversCheck;
  error?: { code: string; message: string; details?: InversErrorDetails };
}

interface Case {
  readonly title: string;
  readonly sent: TestMessage;
  readonly topic?: Properties;
  /** By output 1: the paths of what is odd. */
  readonly odd?: readonly string[];
  /** By output 2: the code of the error. */
  readonly refused?: string;
  readonly also?: (seen: Seen) => void;
}

const queue = 'fleet.odd';
const timestamp = '2025-05-06T07:08:09Z';
const good = { timestamp, value: 41250 };

/** An event without the AMQP properties, which would fill in what its metadata lack. */
function bare(metadata: Properties, data: Properties = {}): TestMessage {
  const { body, properties } = eventMessage(1, metadata, data);
  const { messageId, type, timestamp: _, correlationId, headers, ...rest } = properties;
  return { body, properties: rest };
}

function state(properties: Properties): TestMessage {
  const all = { mileage_in_kilometers: good, ...properties };
  return eventMessage(1, {}, { vehicle_state: all });
}

function raw(body: string | Buffer, properties: TestMessage['properties'] = {}): TestMessage {
  return { body: Buffer.from(body as string), properties };
}

/** With the metadata of an event, and its data as they stand in the text. */
function withData(data: string): TestMessage {
  const { body, properties } = eventMessage(1, {}, {});
  return raw(String(body).replace('"data":{}', `"data":${data}`), properties);
}

function packed(contentEncoding: string, pack: (body: Buffer) => Buffer): TestMessage {
  const { body, properties } = eventMessage(1, {}, { a: 1 });
  return { body: pack(body), properties: { ...properties, contentEncoding } };
}

const unpacked = ({ payload }: Seen) => assert.deepEqual(payload, { a: 1 });
const kept = (key: string, value: unknown) => (seen: Seen) =>
  assert.deepEqual(seen.metadata[key], value);
const ofState = (property: string) => [`data.vehicle_state.${property}`];

const CASES: readonly Case[] = [
  {
    title: 'a state with a time without seconds',
    sent: state({ ignition: { timestamp: '2025-05-06T07:08Z', value: 'ON' } }),
    odd: ofState('ignition.timestamp'),
  },
  {
    title: 'a state with a leap second',
    sent: state({ ignition: { timestamp: '2016-12-31T23:59:60Z', value: 'ON' } }),
    odd: ofState('ignition.timestamp'),
  },
  {
    title: 'a state with a time in milliseconds',
    sent: state({ ignition: { timestamp: 1_746_515_289_000, value: 'ON' } }),
    odd: ofState('ignition.timestamp'),
  },
  {
    title: 'one silent sensor beside good ones',
    sent: state({ altitude_in_meters: { timestamp: null, value: null } }),
    odd: ofState('altitude_in_meters.timestamp'),
    also: ({ payload }) =>
      assert.deepEqual(payload, {
        vehicle_state: {
          mileage_in_kilometers: good,
          altitude_in_meters: { timestamp: null, value: null },
        },
      }),
  },
  {
    title: 'a position without a fix',
    sent: state({ position: { timestamp, value: { lat: null, lon: null } } }),
    odd: [...ofState('position.value.lat'), ...ofState('position.value.lon')],
  },
  {
    title: 'several odd properties at once, each named',
    sent: state({ ignition: { timestamp, value: 7 }, driving_enabled: { timestamp, value: 'no' } }),
    odd: [...ofState('driving_enabled.value'), ...ofState('ignition.value')],
  },
  {
    title: 'objects that only look like a vehicle state',
    sent: eventMessage(
      1,
      {},
      { vehicle: { ignition: true }, telematics: { position: { lat: 1, lon: 2 } } },
    ),
    odd: [],
  },
  ...(
    [
      ['a leap second', '2016-12-31T23:59:60Z'],
      ['no seconds', '2025-05-06T07:08Z'],
      ['an offset without minutes', '2025-05-06T09:08:09+02'],
      ['no zone', '2025-05-06T07:08:09'],
      ['a number of milliseconds', 1_746_515_289_000],
      ['a number of seconds', 1_746_515_289],
    ] as const
  ).map(
    ([title, occurred_at]): Case => ({
      title: `a time of the event with ${title}`,
      sent: bare({ occurred_at }),
      odd: ['metadata.occurred_at'],
      also: kept('occurred_at', occurred_at),
    }),
  ),
  {
    title: 'a whole number beyond 2^53',
    sent: withData('{"trip_id":9007199254740993,"n":7}'),
    odd: ['data.trip_id'],
    also: ({ payload }) => assert.deepEqual(payload, { trip_id: '9007199254740993', n: 7 }),
  },
  {
    title: 'a number that would become infinite, and one that would become 0',
    sent: withData('{"a":[1e400,1e-400,0,0.5]}'),
    odd: ['data.a[0]', 'data.a[1]'],
    also: ({ payload }) => assert.deepEqual(payload, { a: ['1e400', '1e-400', 0, 0.5] }),
  },
  { title: 'a body packed with gzip', sent: packed('gzip', gzipSync), odd: [], also: unpacked },
  {
    title: 'a body packed with deflate',
    sent: packed('deflate', deflateSync),
    odd: [],
    also: unpacked,
  },
  {
    title: 'a body packed with deflate without its header',
    sent: packed('deflate', deflateRawSync),
    odd: [],
    also: unpacked,
  },
  {
    title: 'a body packed with br',
    sent: packed('br', brotliCompressSync),
    odd: [],
    also: unpacked,
  },
  {
    title: 'a body packed without saying so',
    sent: packed('', gzipSync),
    odd: ['content_encoding'],
    also: unpacked,
  },
  {
    title: 'a body that says it is packed and is not',
    sent: packed('gzip', (body) => body),
    odd: ['content_encoding'],
    also: unpacked,
  },
  {
    title: 'an encoding that only names the text’s',
    sent: packed('UTF-8', (body) => body),
    odd: [],
    also: unpacked,
  },
  {
    title: 'a body packed in a way that nobody knows, with the bytes kept',
    sent: packed('zstd', () => Buffer.from([0x28, 0xb5, 0x2f, 0xfd])),
    refused: 'unreadable',
    also: ({ payload, error, metadata }) => {
      assert.deepEqual(payload, Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
      assert.match(error?.message ?? '', /packed as "zstd"; what can be unpacked is gzip/);
      assert.equal(metadata['id'], eventId(1));
    },
  },
  {
    title: 'a packed body that is broken',
    sent: packed('gzip', (body) => gzipSync(body).subarray(0, 40)),
    refused: 'unreadable',
  },
  {
    title: 'a body that becomes huge when it is unpacked',
    sent: packed('gzip', () => gzipSync(Buffer.alloc(64 * 1024 * 1024))),
    refused: 'too-large',
  },
  {
    title: 'metadata with gaps that the AMQP properties fill',
    sent: raw('{"metadata":{"more":1},"data":{"a":1}}', eventMessage(1).properties),
    odd: ['id', 'type', 'schema_major_version', 'occurred_at', 'flow_id'].map(
      (name) => `metadata.${name}`,
    ),
    also: ({ metadata, check }) => {
      assert.deepEqual(metadata, {
        more: 1,
        id: eventId(1),
        type: 'VehicleStateRecorded',
        schema_major_version: 2,
        occurred_at: '2025-05-06T07:08:09.000Z',
        flow_id: '0b9f6d2e-5c1a-4e77-9d0a-3f1e2d4c5b6a',
      });
      assert.equal(check.schema, 'VehicleStateRecorded@2');
    },
  },
  {
    title: 'a body without metadata, where the AMQP properties have what is needed',
    sent: raw('{"data":{"a":1}}', { messageId: 'm1', type: 'TripEnded' }),
    odd: ['', '.id', '.type', '.schema_major_version', '.occurred_at'].map((n) => `metadata${n}`),
    also: kept('id', 'm1'),
  },
  {
    title: 'an event whose version header is a table with methods',
    sent: {
      ...bare({ schema_major_version: undefined }),
      properties: { headers: { schema_major_version: { toString: 'a', valueOf: { b: 1 } } } },
    },
    odd: ['metadata.schema_major_version'],
  },
  { title: 'an event with other data than an object', sent: withData('"gone"'), odd: ['data'] },
  {
    title: 'an event that bears a __proto__',
    sent: withData('{"__proto__":{"polluted":1}}'),
    odd: ['__proto__'],
    also: ({ payload }) => assert.deepEqual(payload, {}),
  },
  { title: 'nothing', sent: raw(''), refused: 'not-json' },
  { title: 'a text that is no JSON', sent: raw('{"metadata":'), refused: 'not-json' },
  { title: 'bytes that are no text', sent: raw(Buffer.from([0xc3, 0x28])), refused: 'not-json' },
  { title: 'a list', sent: raw('[1]', eventMessage(1).properties), refused: 'no-envelope' },
  { title: 'an event without an id', sent: bare({ id: undefined }), refused: 'no-envelope' },
  { title: 'an event without a type', sent: bare({ type: null }), refused: 'no-envelope' },
  {
    title: 'an event with too many levels',
    sent: withData(`{"a":${'['.repeat(80)}${']'.repeat(80)}}`),
    refused: 'too-deep',
  },
  {
    title: 'an event that is too large',
    sent: withData(`{"a":"${'x'.repeat(1024 * 1024)}"}`),
    refused: 'too-large',
  },
  {
    title: 'whatever is odd, where the check is strict',
    sent: state({ altitude_in_meters: { timestamp: null, value: null } }),
    topic: { validate: 'strict' },
    refused: 'schema',
    also: ({ error, check }) => {
      assert.equal(error?.details?.path, 'data.vehicle_state.altitude_in_meters.timestamp');
      assert.equal(check.problems.length, 1);
    },
  },
  {
    title: 'a time of the event in milliseconds, where the check is strict',
    sent: bare({ occurred_at: 1_746_515_289_000 }),
    topic: { validate: 'strict' },
    refused: 'no-envelope',
  },
];

describe('what may come out of a queue', function () {
  this.timeout(60_000);

  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });

  const settings = new Set(CASES.map(({ topic }) => JSON.stringify(topic ?? {})));
  for (const setting of settings) {
    const cases = CASES.filter(({ topic }) => JSON.stringify(topic ?? {}) === setting);
    it(`leaves by the output that it should, with what is odd about it, and a good event behind it (${cases.length} kinds, ${setting})`, async () => {
      const [events, unusable] = [sink(), sink()];
      const consumer = fleet.consumer();
      const topic = topicIn({ consumer, queue, ...JSON.parse(setting) }, [events], [unusable]);
      await nodeRed.deploy(tab([consumer, topic, events, unusable]));
      const sent = cases.flatMap(({ sent }, n) => [sent, eventMessage(1000 + n)]);
      await fleet.publish(queue, sent);
      const refusals = cases.filter(({ refused }) => refused !== undefined).length;
      await nodeRed.sink(events.id).waitFor(sent.length - refusals);
      await nodeRed.sink(unusable.id).waitFor(refusals);
      await fleet.drained(queue);

      const good = [...(nodeRed.sink(events.id).messages as unknown as Seen[])];
      const bad = [...(nodeRed.sink(unusable.id).messages as unknown as Seen[])];
      for (const [n, { title, odd, refused, also }] of cases.entries()) {
        const seen = (refused === undefined ? good : bad).shift() ?? assert.fail(title);
        assert.equal(seen.error?.code, refused, `${title}: ${seen.error?.message}`);
        const paths = seen.check.problems.map(({ path }) => path);
        if (odd) assert.deepEqual(paths, odd, title);
        also?.(seen);
        const { metadata, check } = good.shift() ?? assert.fail(`nothing behind ${title}`);
        assert.equal(metadata['id'], eventId(1000 + n), title);
        assert.deepEqual(check.problems, [], title);
      }
      const odd = cases.filter((each) => each.odd && each.odd.length > 0).length;
      // refused ones are not among those that passed
      if (odd > 0) await nodeRed.waitForStatus(topic.id, { text: new RegExp(`· ${odd} odd$`) });
    });
  }

  it('is told in the log once for each kind of thing that is odd', async () => {
    const events = sink();
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue }, [events], []);
    await nodeRed.deploy(tab([consumer, topic, events]));
    const odd = (n: number) =>
      bare({ id: eventId(n), occurred_at: `2025-05-06T07:08:${n + 10}+02` });
    await fleet.publish(queue, [1, 2, 3, 4].map(odd));
    await nodeRed.sink(events.id).waitFor(4);
    const lines = nodeRed.logs.filter(({ id, level }) => id === topic.id && level === 'warn');
    assert.equal(lines.length, 1);
    assert.match(lines[0]?.message ?? '', /metadata\.occurred_at is "2025-05-06T07:08:11\+02"/);
  });

  it('passes a core JSON node as it is', async () => {
    const events = sink();
    const json = node('json', { property: 'payload', action: '' }, [events]);
    const consumer = fleet.consumer();
    await nodeRed.deploy(tab([consumer, topicIn({ consumer, queue }, [json], []), json, events]));
    await fleet.publish(queue, [eventMessage(1, {}, { smoke: true })]);
    const [message] = await nodeRed.sink(events.id).waitFor(1);
    assert.equal(message?.payload, '{"smoke":true}');
    await fleet.drained(queue);
  });
});
