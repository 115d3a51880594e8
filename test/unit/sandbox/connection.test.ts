/** What a client of the sandbox may not do, and how it is told: with RabbitMQ's codes and words. */
import assert from 'node:assert/strict';
import {
  BASIC_CLASS,
  FRAME,
  HEARTBEAT,
  methodFrame,
  PROTOCOL_HEADER,
} from '../../../src/sandbox/amqp/frames';
import type { Method } from '../../../src/sandbox/amqp/methods';
import {
  type Answer,
  consume,
  declare,
  LOGIN,
  NO_PROPERTIES,
  open,
  publish,
  RawClient,
  startOk,
  surroundings,
  tuneOk,
} from '../../support/raw-client';

describe('the handshake of the sandbox', () => {
  it('answers another version with the one it speaks, and closes', async () => {
    for (const header of [
      'AMQP\x01\x01\x00\x0a',
      'AMQP\x00\x01\x00\x00',
      'GET / HTTP/1.1\r\n\r\n',
    ]) {
      const client = new RawClient();
      client.send(Buffer.from(header, 'latin1'));
      client.end();
      await client.closed;
      assert.deepEqual(client.refusal, PROTOCOL_HEADER);
    }
  });

  it('takes a protocol header in pieces', async () => {
    const client = new RawClient();
    for (const octet of PROTOCOL_HEADER) client.send(Buffer.from([octet]));
    const start = await client.wait('connection.start');
    assert.equal(start.serverProperties['product'], 'INVERS sandbox');
    assert.equal(String(start.mechanisms), 'PLAIN AMQPLAIN');
    client.connection.destroy();
  });

  it('takes the login as PLAIN and as AMQPLAIN', async () => {
    const longstr = (text: string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(text.length);
      return Buffer.concat([Buffer.from('S'), length, Buffer.from(text)]);
    };
    const response = Buffer.concat([
      Buffer.from('\x05LOGIN'),
      longstr(LOGIN.username),
      Buffer.from('\x08PASSWORD'),
      longstr(LOGIN.password),
    ]);
    for (const login of [startOk(), startOk({ mechanism: 'AMQPLAIN', response })]) {
      const client = await started(login);
      const tune = await client.wait('connection.tune');
      assert.deepEqual([tune.channelMax, tune.frameMax], [2047, 131_072]);
      client.connection.destroy();
    }
  });

  const wrong = Buffer.from('\0user\0wrong');
  it('tells a client why its login was refused, if it wants to know', async () => {
    const client = await started(startOk({ response: wrong }));
    const { replyCode, replyText } = await client.wait('connection.close');
    assert.equal(replyCode, 403);
    assert.equal(
      replyText,
      'ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.',
    );
  });

  it('closes without a word on a client that does not', async () => {
    const client = await started(startOk({ response: wrong, clientProperties: {} }));
    client.end();
    await client.closed;
    assert.deepEqual(client.answers.items, []);
  });

  it('refuses what is outside of what it offered', async () => {
    const cases: [Partial<Method<'connection.tune-ok'>>, RegExp][] = [
      [{ frameMax: 4095 }, /^NOT_ALLOWED - negotiated frame_max = 4095 is lower/],
      [{ frameMax: 131_073 }, /^NOT_ALLOWED - negotiated frame_max = 131073 is higher/],
      [{ frameMax: 0 }, /^NOT_ALLOWED - negotiated frame_max = 0 is higher/],
      [{ channelMax: 2048 }, /^NOT_ALLOWED - negotiated channel_max = 2048 is higher/],
    ];
    for (const [fields, message] of cases) {
      const client = await started(startOk());
      client.method(0, tuneOk(fields));
      const { replyCode, replyText } = await client.wait('connection.close');
      assert.equal(replyCode, 530);
      assert.match(replyText, message);
    }
  });

  it('refuses another virtual host than it has', async () => {
    const client = await started(startOk());
    client.method(0, tuneOk());
    client.method(0, open('/elsewhere'));
    const { replyCode, replyText } = await client.wait('connection.close');
    assert.equal(replyCode, 530);
    assert.equal(replyText, 'NOT_ALLOWED - vhost /elsewhere not found');
  });

  it('gives up a client that does not finish it', async () => {
    const client = new RawClient(surroundings({ handshake: 20 }));
    client.send(PROTOCOL_HEADER);
    await client.closed;
  });
});

/** On an open channel 1 of an open connection. */
type Work = (client: RawClient) => void;

const frame = (type: number, channel: number, payload: Buffer, end = 0xce) => {
  const head = Buffer.alloc(7);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([end])]);
};
const header = (size: number, classId = BASIC_CLASS) => {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt16BE(classId, 0);
  bytes.writeBigUInt64BE(BigInt(size), 4);
  return frame(FRAME.header, 1, Buffer.concat([bytes, NO_PROPERTIES]));
};
const close = { replyCode: 200, replyText: '', failedClass: 0, failedMethod: 0 };

describe('a mistake that ends the connection to the sandbox', () => {
  const MISTAKES: [title: string, work: Work, code: number, text: RegExp][] = [
    [
      'a frame without its end mark',
      (client) => client.send(frame(FRAME.method, 1, Buffer.alloc(4), 0)),
      501,
      /^FRAME_ERROR - a frame ends in octet 0 instead of 206$/,
    ],
    [
      'a frame larger than agreed on',
      (client) => client.send(frame(FRAME.body, 1, Buffer.alloc(4097))),
      501,
      /^FRAME_ERROR - a frame of 4105 octets is larger than the 4096 agreed on$/,
    ],
    [
      'a heartbeat on a channel',
      (client) => client.send(frame(FRAME.heartbeat, 1, Buffer.alloc(0))),
      501,
      /^FRAME_ERROR/,
    ],
    [
      'a method that is cut short',
      (client) => client.send(frame(FRAME.method, 1, Buffer.from([0, 60, 0, 80, 0]))),
      502,
      /^SYNTAX_ERROR - a field goes beyond the end of its frame$/,
    ],
    [
      'a method that only a broker sends',
      (client) => client.method(1, { name: 'basic.get-empty', reserved1: '' }),
      503,
      /^COMMAND_INVALID - unimplemented method$/,
    ],
    [
      'a channel that was not opened',
      (client) => client.method(2, declare('q')),
      504,
      /^CHANNEL_ERROR - expected 'channel\.open'$/,
    ],
    [
      'a channel that is opened twice',
      (client) => client.method(1, { name: 'channel.open', reserved1: '' }),
      504,
      /^CHANNEL_ERROR - second 'channel\.open' seen$/,
    ],
    [
      'more channels than agreed on',
      (client) => client.method(101, { name: 'channel.open', reserved1: '' }),
      504,
      /^CHANNEL_ERROR - channel 101 is beyond the negotiated channel_max \(100\)$/,
    ],
    [
      'a second handshake',
      (client) => client.method(0, startOk()),
      504,
      /^CHANNEL_ERROR - unexpected method in connection state running$/,
    ],
    [
      'a content that nothing announced',
      (client) => client.send(header(1)),
      505,
      /^UNEXPECTED_FRAME - expected a method frame/,
    ],
    [
      'another frame where a content is expected',
      (client) => {
        client.method(1, publish('q'));
        client.method(1, declare('q'));
      },
      505,
      /^UNEXPECTED_FRAME - expected content header for class 60, got non content header/,
    ],
    [
      'a body longer than its header says',
      (client) => {
        client.method(1, publish('q'));
        client.send(header(1));
        client.send(frame(FRAME.body, 1, Buffer.alloc(2)));
      },
      501,
      /^FRAME_ERROR - a body is longer than the 1 octets of its header$/,
    ],
    [
      'a consumer tag that is used already',
      (client) => {
        client.method(1, declare('q'));
        client.method(1, consume('q', { consumerTag: 'c' }));
        client.method(1, consume('q', { consumerTag: 'c' }));
      },
      530,
      /^NOT_ALLOWED - attempt to reuse consumer tag 'c'$/,
    ],
    [
      'a prefetch in octets',
      (client) =>
        client.method(1, { name: 'basic.qos', prefetchSize: 1, prefetchCount: 1, global: false }),
      540,
      /^NOT_IMPLEMENTED - prefetch_size!=0 \(1\)$/,
    ],
    [
      'a class that the sandbox does not have, such as transactions',
      (client) => client.send(frame(FRAME.method, 1, Buffer.from([0, 90, 0, 10]))),
      540,
      /^NOT_IMPLEMENTED - the sandbox does not know class 90, method 10$/,
    ],
    [
      'an immediate message',
      (client) => client.publish('q', Buffer.from('x'), { immediate: true }),
      540,
      /^NOT_IMPLEMENTED - immediate=true$/,
    ],
  ];
  for (const [title, work, code, text] of MISTAKES) {
    it(`is ${title}: ${code}`, async () => {
      const client = await RawClient.open();
      work(client);
      const { replyCode, replyText } = await client.wait('connection.close');
      assert.equal(replyCode, code);
      assert.match(replyText, text);
      client.method(0, { name: 'connection.close-ok' });
      client.end();
      await client.closed;
    });
  }

  it('cuts off a client that does not go', async () => {
    const client = await RawClient.open(surroundings({ goodbye: 20 }));
    client.method(0, startOk());
    await client.closed;
  });
});

describe('a mistake that ends a channel of the sandbox', () => {
  const MISTAKES: [title: string, work: Work, code: number, text: string][] = [
    [
      'a queue that is not there',
      (client) => client.method(1, declare('q', { passive: true })),
      404,
      "NOT_FOUND - no queue 'q' in vhost '/'",
    ],
    [
      'an exchange that is not there',
      (client) => client.publish('q', Buffer.from('x'), { exchange: 'fleet' }),
      404,
      "NOT_FOUND - no exchange 'fleet' in vhost '/'",
    ],
    [
      'a queue name that only the broker may choose',
      (client) => client.method(1, declare('amq.mine')),
      403,
      "ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.*'",
    ],
    [
      'a binding to the default exchange',
      (client) =>
        client.method(1, {
          name: 'queue.bind',
          reserved1: 0,
          queue: 'q',
          exchange: '',
          routingKey: 'q',
          noWait: false,
          arguments: {},
        }),
      403,
      'ACCESS_REFUSED - operation not permitted on the default exchange',
    ],
    [
      'a queue that is declared with other properties',
      (client) => {
        client.method(1, declare('q', { durable: true }));
        client.method(1, declare('q', { durable: false }));
      },
      406,
      "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' but current is 'true'",
    ],
    [
      'an acknowledgement of what was never delivered',
      (client) => client.method(1, { name: 'basic.ack', deliveryTag: 3, multiple: true }),
      406,
      'PRECONDITION_FAILED - unknown delivery tag 3',
    ],
    [
      'a queue that is to be deleted only if empty, and is not',
      (client) => {
        client.method(1, declare('q'));
        client.publish('q', Buffer.from('x'));
        client.method(1, {
          name: 'queue.delete',
          reserved1: 0,
          queue: 'q',
          ifUnused: false,
          ifEmpty: true,
          noWait: false,
        });
      },
      406,
      "PRECONDITION_FAILED - queue 'q' in vhost '/' is not empty",
    ],
    [
      'a message larger than the sandbox takes',
      (client) => {
        client.method(1, publish('q'));
        client.send(header(16 * 1024 * 1024 + 1));
      },
      406,
      'PRECONDITION_FAILED - message size 16777217 is larger than configured max size 16777216',
    ],
  ];
  for (const [title, work, code, text] of MISTAKES) {
    it(`is ${title}: ${code}`, async () => {
      const client = await RawClient.open();
      work(client);
      const { replyCode, replyText } = await client.wait('channel.close');
      assert.deepEqual([replyCode, replyText], [code, text]);
      // what comes before the client knows does not count, and the number can be used again after that
      client.method(1, declare('late'));
      client.method(1, { name: 'channel.close-ok' });
      client.method(1, { name: 'channel.open', reserved1: '' });
      await client.wait('channel.open-ok');
      assert.equal(client.broker.queues.find('late'), undefined);
      client.connection.destroy();
    });
  }

  it('is a queue that another connection has for itself alone: 405', async () => {
    const broker = surroundings();
    const owner = await RawClient.open(broker);
    owner.method(1, declare('mine', { exclusive: true }));
    await owner.wait('queue.declare-ok');
    const other = await RawClient.open(broker);
    other.method(1, consume('mine'));
    const { replyCode, replyText } = await other.wait('channel.close');
    assert.equal(replyCode, 405);
    assert.match(replyText, /^RESOURCE_LOCKED - cannot obtain exclusive access to locked queue/);
    owner.connection.destroy();
    await owner.closed;
    assert.equal(broker.queues.find('mine'), undefined, 'it goes with its connection');
    other.connection.destroy();
  });
});

describe('what the sandbox does for a client', () => {
  it('returns a mandatory message that nobody gets, and confirms it', async () => {
    const client = await RawClient.open();
    client.method(1, { name: 'confirm.select', noWait: false });
    await client.wait('confirm.select-ok');
    client.publish('nobody', Buffer.from('x'), { mandatory: true });
    const returned = await client.wait('basic.return');
    assert.deepEqual([returned.replyCode, returned.replyText], [312, 'NO_ROUTE']);
    assert.equal((await client.wait('basic.ack')).deliveryTag, 1);
    client.connection.destroy();
  });

  it('makes up a name for a queue, which the next method may leave out', async () => {
    const client = await RawClient.open();
    client.method(1, declare(''));
    const { queue } = await client.wait('queue.declare-ok');
    assert.match(queue, /^amq\.gen-/);
    client.method(1, consume('', { consumerTag: 'c' }));
    await client.wait('basic.consume-ok');
    assert.equal(client.broker.queues.find(queue)?.consumers.length, 1);
    client.connection.destroy();
  });

  it('deletes an auto-delete queue with its last consumer', async () => {
    const client = await RawClient.open();
    client.method(1, declare('q', { autoDelete: true }));
    client.method(1, consume('q', { consumerTag: 'c' }));
    client.method(1, { name: 'basic.cancel', consumerTag: 'c', noWait: false });
    await client.wait('basic.cancel-ok');
    assert.equal(client.broker.queues.find('q'), undefined);
    client.connection.destroy();
  });

  it('counts a prefetch for the whole channel where the client asks for that', async () => {
    const client = await RawClient.open();
    const qos = { name: 'basic.qos', prefetchSize: 0, prefetchCount: 1, global: true } as const;
    client.method(1, qos);
    for (const queue of ['one', 'two']) {
      client.method(1, declare(queue));
      client.publish(queue, Buffer.from('x'));
      client.method(1, consume(queue));
    }
    const first = await client.wait('basic.deliver');
    client.method(1, declare('three'));
    await client.wait('queue.declare-ok');
    assert.ok(!client.answers.items.some(({ method }) => method.name === 'basic.deliver'));
    client.method(1, { name: 'basic.ack', deliveryTag: first.deliveryTag, multiple: false });
    assert.equal((await client.wait('basic.deliver')).routingKey, 'two');
    client.connection.destroy();
  });

  it('gives everything unanswered out again when asked to recover', async () => {
    const client = await RawClient.open();
    client.method(1, declare('q'));
    client.publish('q', Buffer.from('x'));
    client.method(1, consume('q'));
    assert.equal((await client.wait('basic.deliver')).redelivered, false);
    client.method(1, { name: 'basic.recover', requeue: true });
    assert.equal((await client.wait('basic.deliver')).redelivered, true);
    await client.wait('basic.recover-ok');
    client.connection.destroy();
  });

  it('never sends a frame larger than agreed on', async () => {
    const client = await RawClient.open(surroundings(), { frameMax: 4096 });
    client.broker.queues.create('q').publish({
      properties: NO_PROPERTIES,
      body: Buffer.alloc(20_000),
    });
    client.method(1, consume('q', { noAck: true }));
    await client.wait('basic.deliver');
    assert.deepEqual(client.frameSizes.slice(-5), [4096, 4096, 4096, 4096, 20_000 - 4 * 4088 + 8]);
    client.connection.destroy();
  });

  it('says goodbye to a client that says it, and lets go of its channels', async () => {
    const client = await RawClient.open();
    client.method(1, declare('q'));
    client.method(1, consume('q'));
    client.publish('q', Buffer.from('x'));
    await client.wait('basic.deliver');
    client.method(0, { name: 'connection.close', ...close });
    await client.wait('connection.close-ok');
    const queue = client.broker.queues.find('q');
    assert.deepEqual([queue?.ready, queue?.unacked, queue?.consumers.length], [1, 0, 0]);
    client.end();
    await client.closed;
  });
});

describe('the memory that one client of the sandbox can take', () => {
  it('ends with what it does not read: nothing more is delivered until it does', async () => {
    const client = await RawClient.open(surroundings({ outputBytes: 100_000 }));
    const queue = client.broker.queues.create('q');
    client.method(1, consume('q', { noAck: true }));
    await client.wait('basic.consume-ok');
    client.stopReading();
    const message = { properties: NO_PROPERTIES, body: Buffer.alloc(10_000) };
    for (let count = 0; count < 50; count++) queue.publish(message);
    assert.ok(client.unread < 130_000, String(client.unread));
    assert.ok(queue.ready > 30, String(queue.ready));
    client.readAgain();
    for (let count = 0; count < 50; count++) await client.wait('basic.deliver');
    client.connection.destroy();
  });

  it('ends with the answers that it does not read: it is not listened to until it does', async () => {
    const client = await RawClient.open(surroundings({ outputBytes: 100_000 }));
    client.stopReading();
    const question = methodFrame(1, declare('q'));
    const questions = Buffer.concat(Array.from({ length: 500 }, () => question));
    for (let count = 0; count < 50; count++) {
      client.send(questions);
      await new Promise(setImmediate);
    }
    assert.ok(client.unread < 200_000, String(client.unread));
    client.readAgain();
    const answered = ({ method }: Answer) => method.name === 'queue.declare-ok';
    await client.answers.waitUntil(({ length }) => (length > 25_000 ? true : undefined));
    assert.equal(client.answers.items.filter(answered).length, 25_000);
    client.connection.destroy();
  });

  it('ends with messages that it begins and does not finish: 506', async () => {
    const client = await RawClient.open(surroundings({ contentBytes: 10_000 }));
    client.method(2, { name: 'channel.open', reserved1: '' });
    client.method(1, publish('q'));
    client.send(header(1_000_000));
    for (let count = 0; count < 4; count++) client.send(frame(FRAME.body, 1, Buffer.alloc(4000)));
    const { replyCode } = await client.wait('connection.close');
    assert.equal(replyCode, 506);
    assert.equal(client.connection.heldBytes, 0);
    client.connection.destroy();
  });

  it('ends with deliveries that it does not answer, whatever its prefetch', async () => {
    const client = await RawClient.open(surroundings({ queueMessages: 10 }));
    client.method(1, declare('q'));
    client.method(1, consume('q'));
    await client.wait('basic.consume-ok');
    for (let count = 0; count < 50; count++) client.publish('q', Buffer.from('x'));
    client.method(1, declare('other'));
    await client.wait('queue.declare-ok');
    const queue = client.broker.queues.find('q');
    assert.deepEqual([queue?.ready, queue?.unacked, queue?.dropped], [10, 10, 30]);
    client.method(1, { name: 'basic.ack', deliveryTag: 0, multiple: true });
    for (let count = 0; count < 20; count++) await client.wait('basic.deliver');
    client.connection.destroy();
  });

  it('ends with messages that it gets one by one and does not answer: 406', async () => {
    const client = await RawClient.open(surroundings({ queueMessages: 2 }));
    client.method(1, declare('q'));
    for (let count = 0; count < 3; count++) {
      client.publish('q', Buffer.from('x'));
      client.method(1, { name: 'basic.get', reserved1: 0, queue: 'q', noAck: false });
    }
    const { replyText } = await client.wait('channel.close');
    assert.equal(
      replyText,
      "PRECONDITION_FAILED - queue 'q' in vhost '/' has 2 unacknowledged messages, no more are given out",
    );
    client.connection.destroy();
  });

  it('ends with queues: one more is refused', async () => {
    const client = await RawClient.open(surroundings({ queues: 3 }));
    for (const name of ['a', 'b', 'c', 'd']) client.method(1, declare(name));
    const { replyText } = await client.wait('channel.close');
    assert.match(
      replyText,
      /cannot declare queue 'd' in vhost '\/': queue limit in vhost '\/' \(3\)/,
    );
    client.connection.destroy();
  });
});

describe('signs of life between the sandbox and its client', () => {
  it('end with a client that is silent for two intervals', async () => {
    const client = await RawClient.open(surroundings(), { heartbeat: 1 });
    await client.closed;
    assert.ok(client.frameSizes.filter((size) => size === HEARTBEAT.length).length >= 1);
  });
});

/** Past the protocol header and start, with this login sent. */
async function started(login: Method<'connection.start-ok'>): Promise<RawClient> {
  const client = new RawClient();
  client.send(PROTOCOL_HEADER);
  await client.wait('connection.start');
  client.method(0, login);
  return client;
}
