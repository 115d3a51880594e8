/** Whatever a client sends, 10,000 times: the sandbox never throws, never hangs, never grows. */
import assert from 'node:assert/strict';
import v8 from 'node:v8';
import vm from 'node:vm';
import fc from 'fast-check';
import {
  contentFrames,
  HEARTBEAT,
  methodFrame,
  PROTOCOL_HEADER,
} from '../../../src/sandbox/amqp/frames';
import type { Method } from '../../../src/sandbox/amqp/methods';
import { effort } from '../../support/effort';
import {
  consume,
  declare,
  NO_PROPERTIES,
  open,
  publish,
  RawClient,
  startOk,
  surroundings,
  tuneOk,
} from '../../support/raw-client';

const RUNS = effort(2_000);
const LIMITS = { queues: 10, queueMessages: 50, queueBytes: 100_000, contentBytes: 50_000 };
const FRAME_MAX = 4096;

const close = { replyCode: 200, replyText: 'bye', failedClass: 0, failedMethod: 0 };
const queueName = fc.constantFrom('a', 'a', 'a', 'a', 'b', '', 'amq.x');
const tag = fc.oneof(fc.nat({ max: 5 }), fc.maxSafeNat());
const bit = fc.boolean();

/** What a client may send on a channel, in any order and with any values. */
const method: fc.Arbitrary<Method> = fc.oneof(
  fc.record({ name: fc.constant('channel.open' as const), reserved1: fc.constant('') }),
  fc.record({ name: fc.constant('channel.close' as const) }).map((each) => ({ ...each, ...close })),
  fc.record({ name: fc.constant('channel.close-ok' as const) }),
  fc.record({ name: fc.constant('channel.flow' as const), active: bit }),
  fc
    .record({ passive: bit, durable: bit, exclusive: bit, autoDelete: bit, noWait: bit })
    .chain((fields) => queueName.map((queue) => declare(queue, fields))),
  fc
    .record({ noAck: bit, exclusive: bit, noWait: bit, consumerTag: fc.constantFrom('', 'c') })
    .chain((fields) => queueName.map((queue) => consume(queue, fields))),
  fc.record({
    name: fc.constant('basic.qos' as const),
    prefetchSize: fc.constantFrom(0, 0, 0, 0, 0, 0, 1),
    prefetchCount: fc.nat({ max: 3 }),
    global: bit,
  }),
  fc.record({
    name: fc.constant('basic.get' as const),
    reserved1: fc.constant(0),
    queue: queueName,
    noAck: bit,
  }),
  fc.record({ name: fc.constant('basic.ack' as const), deliveryTag: tag, multiple: bit }),
  fc.record({
    name: fc.constant('basic.nack' as const),
    deliveryTag: tag,
    multiple: bit,
    requeue: bit,
  }),
  fc.record({ name: fc.constant('basic.reject' as const), deliveryTag: tag, requeue: bit }),
  fc.record({ name: fc.constant('basic.recover' as const), requeue: bit }),
  fc.record({
    name: fc.constant('basic.cancel' as const),
    consumerTag: fc.constant('c'),
    noWait: bit,
  }),
  fc.record({ name: fc.constant('confirm.select' as const), noWait: bit }),
  fc.record({
    name: fc.constant('queue.purge' as const),
    reserved1: fc.constant(0),
    queue: queueName,
    noWait: bit,
  }),
  fc.record({
    name: fc.constant('queue.delete' as const),
    reserved1: fc.constant(0),
    queue: queueName,
    ifUnused: bit,
    ifEmpty: bit,
    noWait: bit,
  }),
);

const published = fc
  .record({ queue: queueName, size: fc.constantFrom(0, 1, 300, 9_000), mandatory: bit })
  .map(({ queue, size, mandatory }) => {
    const announced = publish(queue, { mandatory });
    return { announced, body: Buffer.alloc(size) };
  });

const onChannel = fc
  .tuple(fc.constantFrom(1, 1, 1, 1, 2, 0), fc.oneof({ weight: 3, arbitrary: method }, published))
  .map(([channel, what]) =>
    'name' in what
      ? methodFrame(channel, what)
      : contentFrames(channel, what.announced, NO_PROPERTIES, what.body, FRAME_MAX),
  );

const message = contentFrames(1, publish('a'), NO_PROPERTIES, Buffer.from('x'), FRAME_MAX);
/** Where a session stands before anything may come, so that what comes meets something. */
const BEGINNINGS = [
  [],
  [methodFrame(1, declare('a')), message],
  [methodFrame(1, declare('a')), message, methodFrame(1, consume('a', { consumerTag: 'c' }))],
];

/** A handshake and then anything a client may send, channel 1 being open. */
const session = fc
  .tuple(
    fc.constantFrom(...BEGINNINGS),
    fc.array(fc.oneof({ weight: 20, arbitrary: onChannel }, fc.constant(HEARTBEAT)), {
      maxLength: 25,
    }),
  )
  .map(([beginning, frames]) =>
    Buffer.concat([
      PROTOCOL_HEADER,
      methodFrame(0, startOk()),
      methodFrame(0, tuneOk({ frameMax: FRAME_MAX })),
      methodFrame(0, open()),
      methodFrame(1, { name: 'channel.open', reserved1: '' }),
      ...beginning,
      ...frames,
    ]),
  );

/** The same with octets changed, taken out, put in twice, or cut off. */
const damaged = fc
  .tuple(
    session,
    fc.array(fc.tuple(fc.nat(), fc.constantFrom('change', 'remove', 'repeat'), fc.nat()), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.option(fc.nat()),
  )
  .map(([bytes, damages, cut]) => {
    let result = bytes;
    for (const [where, what, size] of damages) {
      const start = where % result.length;
      const end = Math.min(result.length, start + 1 + (size % 20));
      if (what === 'change') {
        result = Buffer.from(result);
        result[start] = size & 0xff;
      } else if (what === 'remove') {
        result = Buffer.concat([result.subarray(0, start), result.subarray(end)]);
      } else {
        result = Buffer.concat([result.subarray(0, end), result.subarray(start)]);
      }
      if (result.length === 0) break;
    }
    return cut === null ? result : result.subarray(0, cut % (result.length + 1));
  });

const noise = fc
  .tuple(fc.boolean(), fc.uint8Array({ maxLength: 300 }))
  .map(([greeted, bytes]) => Buffer.concat([greeted ? PROTOCOL_HEADER : Buffer.alloc(0), bytes]));

const input = fc.record({
  bytes: fc.oneof(
    { weight: 2, arbitrary: noise },
    { weight: 3, arbitrary: session },
    { weight: 5, arbitrary: damaged },
  ),
  /** Octets of the first piece; the rest comes with the second. */
  split: fc.nat(),
});

describe('the sandbox under random octets', function () {
  this.timeout(effort(120_000));

  it(`survives ${RUNS} of them: it never throws, never hangs, never grows`, async () => {
    const broker = surroundings(LIMITS);
    let runs = 0;
    let before = 0;
    const heard = new Set<string>();
    await fc.assert(
      fc.asyncProperty(input, async ({ bytes, split }) => {
        runs += 1;
        if (runs === Math.ceil(RUNS / 10)) before = heapAfterCollection();
        const client = new RawClient(broker);
        const first = split % (bytes.length + 1);
        client.send(bytes.subarray(0, first));
        client.send(bytes.subarray(first));
        // what it throws ends the test; what it holds is looked at once everything was read
        await new Promise(setImmediate);
        const { connection } = client;
        assert.ok(connection.heldBytes <= 8192 + 16 + LIMITS.contentBytes);
        const queues = QUEUES.flatMap((name) => broker.queues.find(name) ?? []);
        for (const queue of queues) {
          assert.ok(queue.ready <= LIMITS.queueMessages && queue.unacked <= LIMITS.queueMessages);
        }
        for (const { method } of client.answers.items) heard.add(method.name);
        client.end();
        await client.closed;
        assert.equal(connection.contentBudget.used, 0);
        for (const queue of queues) {
          assert.deepEqual([queue.unacked, queue.consumers.length], [0, 0], queue.name);
        }
      }),
      { numRuns: RUNS },
    );
    // the octets went deep enough to show something
    for (const name of DEEP) assert.ok(heard.has(name), `nobody was answered ${name}`);
    const grown = heapAfterCollection() - before;
    assert.ok(grown < 8 * 1024 * 1024, `the heap grew by ${Math.round(grown / 1024)} KiB`);
    // and it still works
    const client = await RawClient.open(broker);
    client.method(1, { name: 'confirm.select', noWait: false });
    await client.wait('confirm.select-ok');
    client.connection.destroy();
  });
});

const QUEUES = ['a', 'b'];
const DEEP = ['basic.deliver', 'basic.get-ok', 'basic.return', 'channel.close', 'connection.close'];

/** Octets in use after everything that nobody holds has been thrown away. */
function heapAfterCollection(): number {
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
