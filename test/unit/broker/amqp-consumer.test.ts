/** How one queue is consumed, and how it comes back after anything: no network, a clock that the test moves. */
import assert from 'node:assert/strict';
import { CONSUMER_POLICY } from '../../../src/broker/amqp-consumer';
import type { MessageHandler } from '../../../src/broker/broker';
import { BROKEN, createConsumer, LOGIN_REFUSED, MISSING } from '../../support/consumer';
import { Gate, refusal } from '../../support/fake-amqp';
import { turn } from '../../support/moved-clock';

describe('consuming a queue', () => {
  it('limits the deliveries before it consumes, and is green only after the broker confirmed', async () => {
    const { connect, consumer, model, names } = createConsumer();
    const confirmation = new Gate();
    model.plan = { consume: confirmation.reply };
    const channel = await connect();
    assert.deepEqual(channel.calls, ['prefetch 7', 'consume fleet.trips']);
    assert.deepEqual(names(), ['connecting']);
    confirmation.open();
    await turn();
    assert.deepEqual(names(), ['connecting', 'consuming']);
    await consumer.close();
  });

  it('does not consume before the limit of deliveries is confirmed', async () => {
    const { connect, model } = createConsumer();
    const confirmation = new Gate();
    model.plan = { prefetch: confirmation.reply };
    const channel = await connect();
    assert.deepEqual(channel.calls, ['prefetch 7']);
    confirmation.open();
    await turn();
    assert.deepEqual(channel.calls, ['prefetch 7', 'consume fleet.trips']);
  });

  it('says a state once, and again when it comes for another reason', async () => {
    const { clock, connect, model, states } = createConsumer();
    await connect();
    model.plan = { consume: () => Promise.reject(MISSING) };
    model.channel.die(MISSING);
    await clock.pass(10_000);
    assert.ok(model.channels.length > 3);
    const told = states.map(({ name, error }) => `${name} ${error?.code ?? ''}`);
    assert.deepEqual(told, ['connecting ', 'consuming ', 'queue-missing queue-missing']);
    model.plan = { consume: () => Promise.reject(refusal(403)) };
    await clock.pass(30_000);
    model.plan = { consume: () => Promise.reject(refusal(405)) };
    await clock.pass(30_000);
    const later = states.slice(3).map(({ name, error }) => `${name} ${error?.code}`);
    assert.deepEqual(later, ['refused queue-refused', 'refused queue-in-use']);
  });

  it('stands as refused while a person is needed, and as disconnected while the network is', async () => {
    const { connect, consumer, names } = createConsumer();
    consumer.disconnected(LOGIN_REFUSED);
    consumer.disconnected(BROKEN);
    await connect();
    assert.deepEqual(names(), ['connecting', 'refused', 'disconnected', 'connecting', 'consuming']);
  });
});

describe('a channel that ends alone', () => {
  it('is opened anew after a wait that grows with each failure up to its limit', async () => {
    const { connect, last, model, untilNextChannel } = createConsumer();
    model.plan = { consume: () => Promise.reject(MISSING) };
    await connect();
    const waits = [];
    for (let n = 0; n < 7; n++) waits.push(await untilNextChannel());
    assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 25_000, 25_000]);
    assert.equal(last()?.name, 'queue-missing');
    assert.equal(last()?.error?.cause, MISSING);
  });

  it('keeps waiting longer while the consumer does not live long enough to count as stable', async () => {
    const { clock, connect, model, untilNextChannel } = createConsumer();
    await connect();
    for (const wait of [1000, 2000, 4000]) {
      await clock.pass(CONSUMER_POLICY.stableAfter);
      model.channel.die(refusal(406));
      assert.equal(await untilNextChannel(), wait);
    }
  });

  it('begins with the short wait again once the consumer has lived long enough', async () => {
    const { clock, connect, model, untilNextChannel } = createConsumer();
    await connect();
    for (let n = 0; n < 3; n++) {
      await clock.pass(CONSUMER_POLICY.stableAfter + 1);
      model.channel.die(refusal(406));
      assert.equal(await untilNextChannel(), 1000);
    }
  });

  it('does not count the time before the consumer was confirmed', async () => {
    const { clock, connect, model, untilNextChannel } = createConsumer();
    model.plan = { consume: () => Promise.reject(MISSING) };
    await connect();
    assert.equal(await untilNextChannel(), 1000);
    const confirmation = new Gate();
    model.plan = { consume: confirmation.reply };
    assert.equal(await untilNextChannel(), 2000);
    await clock.pass(CONSUMER_POLICY.stableAfter + 1);
    confirmation.fail(MISSING);
    assert.equal(await untilNextChannel(), 4000);
  });

  it('begins with the short wait again on a new connection', async () => {
    const { clock, connect, consumer, model, untilNextChannel } = createConsumer();
    model.plan = { consume: () => Promise.reject(MISSING) };
    await connect();
    await clock.pass(8_000);
    consumer.disconnected(BROKEN);
    await connect();
    assert.equal(await untilNextChannel(), 1000);
  });

  it('tells why its deliveries were lost, and nothing where it was closed on purpose', async () => {
    const { connect, consumer, lostBy, model } = createConsumer();
    await connect();
    model.channel.die(refusal(406, 'delivery acknowledgement on channel 1 timed out'));
    await turn();
    consumer.disconnected(BROKEN);
    await connect();
    consumer.disconnected(BROKEN);
    await connect();
    model.channel.cancelByBroker();
    consumer.disconnected(BROKEN);
    await connect();
    await consumer.close();
    const expected = ['acknowledgement-late', 'connection-lost', 'consumer-cancelled', undefined];
    assert.deepEqual(lostBy, expected);
  });

  it('is told with what the broker said against it', async () => {
    const { connect, last, model } = createConsumer();
    await connect();
    model.channel.emit('handler-error', refusal(403, 'said by the broker'));
    model.channel.die();
    await turn();
    assert.equal(last()?.name, 'refused');
    assert.match(String(last()?.error?.cause), /said by the broker/);
  });

  it('is told as a closed channel where the broker gave no reason', async () => {
    const { connect, last, model } = createConsumer();
    await connect();
    model.channel.die();
    await turn();
    assert.equal(last()?.name, 'connecting');
    assert.equal(last()?.error?.code, 'channel-closed');
    assert.match(String(last()?.error?.message), /channel closed/);
  });

  it('is not told when it went down with its connection', async () => {
    const { clock, connect, consumer, model, names, seen } = createConsumer();
    await connect();
    model.channel.die();
    consumer.disconnected(BROKEN);
    await turn();
    assert.deepEqual(names(), ['connecting', 'consuming', 'disconnected']);
    assert.equal(seen.lost, 1);
    assert.equal(clock.pending, 0);
  });

  it('is tried anew when the channel itself could not be opened', async () => {
    const { connect, consumer, last, model, untilNextChannel } = createConsumer();
    model.plan = { createChannel: () => Promise.reject(new Error('no more channels')) };
    await assert.rejects(connect(), /no channel was opened/);
    await turn();
    assert.equal(last()?.error?.code, 'channel-closed');
    model.plan = {};
    assert.equal(await untilNextChannel(), 1000);
    await turn();
    assert.equal(last()?.name, 'consuming');
    await consumer.close();
  });

  it('is told of a refusal once, whether the rejection or the close comes first', async () => {
    const { connect, last, model, seen, untilNextChannel } = createConsumer();
    const confirmation = new Gate();
    model.plan = { consume: confirmation.reply };
    const channel = await connect();
    channel.emit('error', MISSING);
    confirmation.fail(new Error('Channel closed'));
    channel.emit('close');
    await turn();
    assert.equal(last()?.name, 'queue-missing');
    assert.equal(seen.lost, 1);
    model.plan = {};
    assert.equal(await untilNextChannel(), 1000);
    assert.equal(await untilNextChannel(), undefined);
  });

  it('does not disturb the one that came after it when it tells of its end late', async () => {
    const { clock, connect, model, names, untilNextChannel } = createConsumer();
    await connect();
    const [first] = model.channels;
    first?.die(refusal(406));
    await untilNextChannel();
    first?.emit('close');
    await clock.pass(60_000);
    assert.equal(model.channels.length, 2);
    assert.deepEqual(names(), ['connecting', 'consuming', 'connecting', 'consuming']);
  });
});

describe('a queue whose consumer the broker has ended', () => {
  it('is consumed again, and nobody is told that it was deleted while it is there', async () => {
    const { connect, last, model, seen, untilNextChannel } = createConsumer();
    const channel = await connect();
    channel.cancelByBroker();
    assert.equal(last()?.name, 'connecting');
    assert.equal(last()?.error?.code, 'consumer-cancelled');
    assert.equal(last()?.error?.needsPerson, false);
    assert.equal(seen.lost, 1);
    await turn();
    assert.ok(channel.calls.includes('close'));
    assert.equal(await untilNextChannel(), 1000);
    assert.equal(last()?.name, 'consuming');
    assert.equal(model.channels.length, 2);
  });

  it('is said to be deleted when it is gone, and looked for until it is there again', async () => {
    const { connect, last, model, untilNextChannel } = createConsumer();
    const channel = await connect();
    model.plan = { consume: () => Promise.reject(MISSING) };
    channel.cancelByBroker();
    assert.equal(await untilNextChannel(), 1000);
    assert.deepEqual([last()?.name, last()?.error?.code], ['queue-missing', 'queue-deleted']);
    model.plan = {};
    await untilNextChannel();
    assert.equal(last()?.name, 'consuming');
    model.plan = { consume: () => Promise.reject(MISSING) };
    model.channel.die(refusal(406));
    await untilNextChannel();
    assert.equal(last()?.error?.code, 'queue-missing', 'nothing was cancelled this time');
  });

  it('does no harm where the channel is closed already', async () => {
    const { connect, model, untilNextChannel } = createConsumer();
    model.plan = { close: () => Promise.reject(new Error('Channel closed')) };
    const channel = await connect();
    channel.cancelByBroker();
    assert.equal(await untilNextChannel(), 1000);
  });
});

describe('a verdict', () => {
  it('is answered on the channel that delivered', async () => {
    const verdicts = ['discard', 'requeue', 'acknowledge'] as const;
    let next = 0;
    const { connect, handled } = createConsumer(() => verdicts[next++] ?? 'acknowledge');
    const channel = await connect();
    for (const body of ['a', 'b', 'c']) channel.deliver(body);
    await turn();
    assert.deepEqual(channel.answers, ['discard 1', 'requeue 2', 'ack 3 and before']);
    assert.deepEqual(
      handled.map(({ body }) => body.toString()),
      ['a', 'b', 'c'],
    );
  });

  it('is given about what the broker sent: body, properties, and whether it came before', async () => {
    const { connect, handled } = createConsumer();
    const channel = await connect();
    const known = {
      messageId: 'm',
      type: 't',
      correlationId: 'c',
      timestamp: 5,
      contentEncoding: 'gzip',
    };
    channel.deliver('first', { redelivered: true }, { ...known, headers: { x: 1 }, appId: 'a' });
    channel.deliver('second', {}, { ...known, headers: undefined });
    assert.deepEqual(handled, [
      {
        body: Buffer.from('first'),
        redelivered: true,
        properties: { ...known, headers: { x: 1 } },
      },
      { body: Buffer.from('second'), redelivered: false, properties: { ...known, headers: {} } },
    ]);
  });

  it('that comes later is answered when it comes', async () => {
    const decided = new Gate();
    const { connect } = createConsumer(() => decided.promise.then(() => 'acknowledge'));
    const channel = await connect();
    channel.deliver();
    await turn();
    assert.deepEqual(channel.answers, []);
    decided.open();
    await turn();
    await turn();
    assert.deepEqual(channel.answers, ['ack 1 and before']);
  });

  it('is ignored once the channel is lost, on the old channel and on the new one', async () => {
    const decided = new Gate();
    const { connect, model, untilNextChannel } = createConsumer(() =>
      decided.promise.then(() => 'requeue'),
    );
    const channel = await connect();
    channel.deliver();
    channel.die(refusal(406));
    await untilNextChannel();
    model.channel.deliver();
    decided.open();
    await turn();
    assert.deepEqual(channel.answers, []);
    assert.deepEqual(model.channel.answers, ['requeue 1']);
  });

  for (const [how, handle] of [
    [
      'throws',
      () => {
        throw new Error('handler is broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('handler is broken'))],
  ] as [string, MessageHandler][]) {
    it(`is to give back, once and after a while, when the handler ${how}`, async () => {
      const { clock, connect } = createConsumer(handle);
      const channel = await connect();
      channel.deliver();
      await clock.pass(CONSUMER_POLICY.requeueDelay - 1);
      assert.deepEqual(channel.answers, []);
      await clock.pass(1);
      assert.deepEqual(channel.answers, ['requeue 1']);
      await clock.pass(60_000);
      assert.deepEqual(channel.answers, ['requeue 1']);
      assert.equal(clock.pending, 0);
    });

    it(`is held longer each time that it comes again, and told each time, when the handler ${how}`, async () => {
      const { clock, connect, consumer, failed, model } = createConsumer(handle);
      await connect();
      for (let n = 0; n < 8; n++) {
        model.channel.deliver('poison');
        if (n === 0) model.channel.deliver('another');
        await clock.pass(300_000);
        // a new channel changes nothing about it
        consumer.disconnected(BROKEN);
        await connect();
      }
      const delays = [5, 5, 10, 20, 40, 80, 160, 300, 300];
      assert.deepEqual(
        failed,
        delays.map((seconds) => `handler is broken, ${seconds * 1000} ms`),
      );
    });

    it(`is not waited for when the handler ${how} and the channel is lost`, async () => {
      const { clock, connect, consumer } = createConsumer(handle);
      const channel = await connect();
      channel.deliver();
      await turn();
      assert.equal(clock.pending, 1);
      consumer.disconnected(BROKEN);
      assert.equal(clock.pending, 0);
      await clock.pass(60_000);
      assert.deepEqual(channel.answers, []);
    });
  }
});
