/** Messages of chance on a real queue, with every type of header: the topic neither throws, stops nor lies. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import type { Options } from 'amqplib';
import fc from 'fast-check';
import { effort } from '../support/effort';
import { eventBody, eventId, eventMessage, type TestMessage } from '../support/events';
import type { Fleet } from '../support/fleet';
import { sink, tab, topicIn } from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { setStage } from '../support/stage';

const queue = 'fleet.hostile';

/** RabbitMQ cuts off who publishes NaN or an infinity, so that no consumer ever gets one. */
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

/** Every type that a client can put into a table of headers. */
const { table } = fc.letrec<{ value: unknown; table: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ maxLength: 20 }),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.record({ '!': fc.constant('double'), value: finite }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    fc.record({ '!': fc.constant('timestamp'), value: fc.nat() }),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('table'),
  ),
  table: fc.dictionary(
    fc.oneof(
      fc.constantFrom('schema_major_version', 'toString', 'valueOf', 'x-delivery-count'),
      fc.stringMatching(/^[a-z]{1,5}$/),
    ),
    tie('value'),
    { maxKeys: 4 },
  ),
}));

const properties: fc.Arbitrary<Options.Publish> = fc.record(
  {
    messageId: fc.string({ maxLength: 40 }),
    type: fc.constantFrom('TripEnded', 'VehicleStateRecorded', '', 'toString'),
    correlationId: fc.string({ maxLength: 40 }),
    timestamp: fc.nat(),
    contentEncoding: fc.constantFrom('gzip', 'deflate', 'br', 'utf-8', 'no'),
    headers: table,
  },
  { requiredKeys: ['headers'] },
);

const body = fc.oneof(
  fc.constantFrom(
    Buffer.from(eventBody({ schema_major_version: undefined })),
    Buffer.from('{"metadata":{},"data":{}}'),
    gzipSync(eventBody()),
  ),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
);
const message: fc.Arbitrary<TestMessage> = fc.record({ body, properties });

describe('messages of chance on a queue', function () {
  this.timeout(effort(120_000));

  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });

  it('each leave by one output, and the good event behind each of them arrives', async () => {
    const count = effort(300);
    const seed = Date.now() & 0x7fffffff;
    const hostile = fc.sample(message, { numRuns: count, seed });
    const [events, unusable] = [sink(), sink()];
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue }, [events], [unusable]);
    await nodeRed.deploy(tab([consumer, topic, events, unusable]));
    const sent = hostile.flatMap((each, n) => [each, eventMessage(n)]);
    await fleet.publish(queue, sent);
    await fleet.drained(queue);

    const good = nodeRed.sink(events.id).messages;
    const bad = nodeRed.sink(unusable.id).messages;
    assert.equal(good.length + bad.length, sent.length, `seed ${seed}`);
    const ids = good.map((each) => (each['metadata'] as { id: string }).id);
    const wanted = hostile.map((_, n) => eventId(n));
    const sentIds = new Set(wanted);
    assert.deepEqual(
      ids.filter((id) => sentIds.has(id)),
      wanted,
      `seed ${seed}`,
    );
    // an error of the package itself would be told as one
    const errors = nodeRed.logs.filter(({ id, level }) => id === topic.id && level === 'error');
    assert.deepEqual(errors, [], `seed ${seed}`);
    assert.ok(bad.every((each) => (each['error'] as { code: string }).code !== undefined));
    await nodeRed.waitForStatus(topic.id, { text: /\d odd$/ });
  });

  it('include a version header that is a table with methods: ten of them block nothing', async () => {
    const events = sink();
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue, prefetch: 10 }, [events], []);
    await nodeRed.deploy(tab([consumer, topic, events]));
    const headers = { schema_major_version: { toString: { a: 1 }, valueOf: 'b' } };
    const hostile = Array.from({ length: 10 }, (_, n) => ({
      body: Buffer.from(eventBody({ id: eventId(n), schema_major_version: undefined })),
      properties: { headers },
    }));
    await fleet.publish(queue, [...hostile, eventMessage(99)]);
    const messages = await nodeRed.sink(events.id).waitFor(11);
    assert.equal((messages.at(-1)?.['metadata'] as { id?: string } | undefined)?.id, eventId(99));
    await fleet.drained(queue);
  });
});
