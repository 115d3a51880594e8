/** A queue of the sandbox against a model of one: what happens to each message, and in which order. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import fc from 'fast-check';
import { Fifo } from '../../../src/sandbox/fifo';
import { LIMITS } from '../../../src/sandbox/limits';
import { type Message, Queue, type QueueConsumer } from '../../../src/sandbox/queue';
import { Queues } from '../../../src/sandbox/queues';
import { SandboxServer } from '../../../src/sandbox/server';
import { effort } from '../../support/effort';

const OPTIONS = { durable: true, autoDelete: false, owner: undefined };
const NOTHING = { properties: Buffer.alloc(2), body: Buffer.alloc(0) };
const MAX = 8;

interface Step {
  readonly do: 'publish' | 'take' | 'purge' | 'settle' | 'give back';
  /** Of those that are out. */
  readonly which: readonly number[];
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('publish', 'publish', 'take', 'take', 'settle', 'give back', 'purge'),
  which: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
});

describe('a queue of the sandbox', () => {
  it('gives out the oldest first, takes back in order, and drops the oldest beyond its limit', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new Queue(
          'q',
          OPTIONS,
          { ...LIMITS, queueMessages: MAX },
          { bytes: 0 },
          () => undefined,
        );
        let ready: { readonly id: number; readonly redelivered: boolean }[] = [];
        let out: Message[] = [];
        let published = 0;
        let dropped = 0;
        const trim = () => {
          while (ready.length > MAX) {
            ready.shift();
            dropped += 1;
          }
        };
        for (const each of steps) {
          if (each.do === 'publish') {
            queue.publish(NOTHING);
            published += 1;
            ready.push({ id: published, redelivered: false });
            trim();
          } else if (each.do === 'take') {
            const message = queue.take();
            const expected = ready.shift();
            assert.equal(message?.sequence, expected?.id);
            assert.equal(message?.redelivered, expected?.redelivered);
            if (message) out.push(message);
          } else if (each.do === 'purge') {
            assert.equal(queue.purge(), ready.length);
            ready = [];
          } else {
            const chosen = new Set(
              each.which.flatMap((number) => (out.length > 0 ? [out[number % out.length]] : [])),
            ) as Set<Message>;
            out = out.filter((message) => !chosen.has(message));
            if (each.do === 'settle') {
              for (const message of chosen) queue.settle(message);
            } else {
              queue.giveBack([...chosen]);
              const back = [...chosen].map(({ sequence }) => ({ id: sequence, redelivered: true }));
              ready = [...ready, ...back].sort((one, other) => one.id - other.id);
              trim();
            }
          }
          const seen = [queue.ready, queue.unacked, queue.dropped];
          assert.deepEqual(seen, [ready.length, out.length, dropped]);
        }
      }),
      { numRuns: effort(500) },
    );
  });

  it('gives each consumer its turn, and none more than it can take', () => {
    const queue = new Queue('q', OPTIONS, LIMITS, { bytes: 0 }, () => undefined);
    const [one, two] = [consumer(2), consumer(5)];
    queue.addConsumer(one);
    queue.addConsumer(two);
    for (let count = 0; count < 10; count++) queue.publish(NOTHING);
    assert.deepEqual(one.got, [1, 3]);
    assert.deepEqual(two.got, [2, 4, 5, 6, 7]);
    assert.equal(queue.ready, 3);
  });

  it('forgets what comes back when it is deleted', () => {
    const queue = new Queue('q', OPTIONS, LIMITS, { bytes: 0 }, () => undefined);
    const reader = consumer(1);
    queue.addConsumer(reader);
    queue.publish(NOTHING);
    const message = reader.messages[0];
    assert.ok(message);
    assert.equal(queue.delete(), 0);
    assert.equal(reader.isCancelled, true);
    queue.giveBack([message]);
    assert.deepEqual([queue.ready, queue.unacked], [0, 0]);
  });

  it('is first in, first out for as long as it lives', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 3_000, maxLength: 6_000 }), (adds) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        adds.forEach((add, index) => {
          if (add) {
            fifo.add(index);
            model.push(index);
          } else {
            assert.equal(fifo.take(), model.shift());
          }
        });
        assert.equal(fifo.length, model.length);
        assert.deepEqual(fifo.takeAll(), model);
      }),
      { numRuns: effort(20) },
    );
    const fifo = new Fifo<number>();
    for (let index = 0; index < 5_000; index++) fifo.add(index);
    for (let index = 0; index < 5_000; index++) assert.equal(fifo.take(), index);
    assert.equal(fifo.take(), undefined);
  });
});

function consumer(room: number) {
  const messages: Message[] = [];
  const made = {
    exclusive: false,
    isCancelled: false,
    messages,
    get got() {
      return messages.map(({ sequence }) => sequence);
    },
    isReady: () => messages.length < room,
    deliver: (message: Message) => messages.push(message),
    cancelled: () => {
      made.isCancelled = true;
    },
  } satisfies QueueConsumer & Record<string, unknown>;
  return made;
}

describe('all queues of the sandbox together', () => {
  it('stay within their limit: the one that holds most drops its oldest', () => {
    const queues = new Queues('/', { ...LIMITS, allQueuesBytes: 100_000 });
    const names = ['small', 'large', 'other'];
    for (const name of names) queues.create(name);
    const publish = (name: string) =>
      queues.publish(name, { properties: Buffer.alloc(0), body: Buffer.alloc(1_000) });
    for (let n = 0; n < 10; n++) publish('small');
    for (let n = 0; n < 500; n++) publish(n % 5 === 0 ? 'other' : 'large');
    assert.ok(queues.bytes <= 100_000 && queues.bytes > 90_000, String(queues.bytes));
    assert.equal(queues.find('small')?.ready, 10);
    const taken = Array.from({ length: 5 }, () => queues.find('large')?.take());
    publish('small');
    assert.ok(queues.bytes <= 100_000);
    for (const message of taken) if (message) queues.find('large')?.settle(message);
    for (const name of names) {
      const queue = queues.find(name);
      if (queue) queues.delete(queue);
    }
    assert.equal(queues.bytes, 0);
  });
});

describe('the sandbox', () => {
  it('has few places for clients that do not log in', async () => {
    const login = { username: 'u', password: 'p', virtualHost: '/' };
    const server = await SandboxServer.listen({ login, limits: { strangers: 3 } });
    const sockets: net.Socket[] = [];
    try {
      for (let n = 0; n < 3; n++) {
        sockets.push(net.connect(server.port, '127.0.0.1'));
        await once(sockets[n] as net.Socket, 'connect');
      }
      const tooMany = net.connect(server.port, '127.0.0.1').resume();
      sockets.push(tooMany);
      await once(tooMany, 'close');
      assert.equal(server.connections.length, 3);
    } finally {
      for (const socket of sockets) socket.destroy();
      await server.close();
    }
  });
});
