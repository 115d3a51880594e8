/** Pausing, closing and reconnecting while something else is on its way: there is never a second consumer. */
import assert from 'node:assert/strict';
import { BROKEN, createConsumer, MISSING } from '../../support/consumer';
import { FakeModel, Gate, refusal } from '../../support/fake-amqp';
import { turn } from '../../support/moved-clock';

describe('pausing a consumer', () => {
  it('cancels it, keeps its channel, and lets what was delivered be answered', async () => {
    const decided = new Gate();
    const { connect, consumer, names, seen } = createConsumer(() =>
      decided.promise.then(() => 'discard'),
    );
    const channel = await connect();
    channel.deliver();
    await consumer.pause();
    assert.deepEqual(names(), ['connecting', 'consuming', 'paused']);
    assert.equal(channel.calls.at(-1), 'cancel consumer-1');
    decided.open();
    await turn();
    assert.deepEqual(channel.answers, ['discard 1']);
    assert.equal(seen.lost, 0);
  });

  it('is said only after the broker confirmed, and waited for only so long', async () => {
    const { clock, connect, consumer, last, model } = createConsumer();
    model.plan = { cancel: new Gate().reply };
    await connect();
    let isOver = false;
    const paused = consumer.pause().then(() => {
      isOver = true;
    });
    await clock.pass(2_999);
    assert.equal(last()?.name, 'consuming');
    assert.equal(isOver, false);
    await clock.pass(1);
    await paused;
    assert.equal(last()?.name, 'paused');
  });

  it('asks the broker once however often it is paused', async () => {
    const { connect, consumer } = createConsumer();
    const channel = await connect();
    await Promise.all([consumer.pause(), consumer.pause()]);
    await consumer.pause();
    assert.equal(channel.calls.filter((call) => call.startsWith('cancel')).length, 1);
  });

  it('ends with resuming: the same channel consumes again', async () => {
    const { connect, consumer, model, names } = createConsumer();
    const channel = await connect();
    await consumer.pause();
    consumer.resume();
    await turn();
    assert.equal(model.channels.length, 1);
    assert.deepEqual(channel.calls, [
      'prefetch 7',
      'consume fleet.trips',
      'cancel consumer-1',
      'consume fleet.trips',
    ]);
    assert.deepEqual(names(), ['connecting', 'consuming', 'paused', 'connecting', 'consuming']);
  });

  it('does not begin a second consumer when one that is not paused is resumed', async () => {
    const { connect, consumer } = createConsumer();
    const channel = await connect();
    consumer.resume();
    await turn();
    assert.deepEqual(channel.calls, ['prefetch 7', 'consume fleet.trips']);
  });

  it('while the confirmation is on its way cancels the consumer as soon as it is there', async () => {
    const { connect, consumer, model, names } = createConsumer();
    const confirmation = new Gate();
    model.plan = { consume: confirmation.reply };
    const channel = await connect();
    await consumer.pause();
    assert.deepEqual(names(), ['connecting', 'paused']);
    confirmation.open();
    await turn();
    assert.equal(channel.calls.at(-1), 'cancel consumer-1');
    assert.deepEqual(names(), ['connecting', 'paused']);
  });

  it('and resuming before the confirmation leaves one consumer', async () => {
    const { connect, consumer, last, model } = createConsumer();
    const confirmation = new Gate();
    model.plan = { consume: confirmation.reply };
    const channel = await connect();
    await consumer.pause();
    consumer.resume();
    confirmation.open();
    await turn();
    assert.deepEqual(channel.calls, ['prefetch 7', 'consume fleet.trips']);
    assert.equal(last()?.name, 'consuming');
  });

  it('and resuming while a late consumer is being cancelled consumes again', async () => {
    const { connect, consumer, last, model } = createConsumer();
    const confirmation = new Gate();
    const goodbye = new Gate();
    model.plan = { consume: confirmation.reply, cancel: goodbye.reply };
    const channel = await connect();
    await consumer.pause();
    confirmation.open();
    await turn();
    consumer.resume();
    await turn();
    goodbye.open();
    await turn();
    assert.deepEqual(channel.calls.slice(-2), ['cancel consumer-1', 'consume fleet.trips']);
    assert.equal(last()?.name, 'consuming');
  });

  it('keeps a waiting attempt from being made, and a channel that is lost from being opened', async () => {
    const { clock, connect, consumer, last, model, seen } = createConsumer();
    model.plan = { consume: () => Promise.reject(MISSING) };
    await connect();
    await consumer.pause();
    assert.equal(clock.pending, 0);
    model.plan = {};
    consumer.resume();
    await turn();
    assert.equal(last()?.name, 'consuming');
    await consumer.pause();
    const lost = seen.lost;
    model.channel.die(refusal(406));
    await clock.pass(60_000);
    assert.equal(model.channels.length, 2);
    assert.equal(seen.lost, lost + 1);
    assert.equal(last()?.name, 'paused');
    consumer.resume();
    await turn();
    assert.equal(model.channels.length, 3);
    assert.equal(last()?.name, 'consuming');
  });

  it('without a connection is said when the connection is there, and consumes nothing', async () => {
    const { clock, consumer, model, names } = createConsumer();
    await consumer.pause();
    assert.deepEqual(names(), ['connecting']);
    consumer.resume();
    await consumer.pause();
    consumer.connected(model.asModel);
    await turn();
    assert.deepEqual(names(), ['connecting', 'paused']);
    assert.equal(model.channels.length, 0);
    consumer.disconnected(BROKEN);
    consumer.resume();
    await turn();
    assert.equal(model.channels.length, 0);
    assert.deepEqual(names(), ['connecting', 'paused', 'disconnected']);
    assert.equal(clock.pending, 0);
  });
});

describe('a connection that is replaced', () => {
  it('ends what was on its way on the old one, once, and consumes on the new one', async () => {
    const { connect, consumer, model, seen, states } = createConsumer();
    await connect();
    consumer.disconnected(BROKEN);
    consumer.disconnected(BROKEN);
    assert.equal(seen.lost, 1);
    assert.deepEqual(states.at(-1), { name: 'disconnected', error: BROKEN });
    const next = new FakeModel();
    consumer.connected(next.asModel);
    await turn();
    assert.equal(model.channels.length, 1);
    assert.deepEqual(next.channel.calls, ['prefetch 7', 'consume fleet.trips']);
  });

  it('does not fire a retry that was meant for the old one', async () => {
    const { clock, connect, consumer, model } = createConsumer();
    model.plan = { consume: () => Promise.reject(MISSING) };
    await connect();
    consumer.disconnected(BROKEN);
    assert.equal(clock.pending, 0);
    await clock.pass(60_000);
    assert.equal(model.channels.length, 1);
  });

  it('without a word about the end of the old one does not fire its retry either', async () => {
    const { clock, connect, consumer, model } = createConsumer();
    model.plan = { consume: () => Promise.reject(MISSING) };
    await connect();
    const next = new FakeModel();
    consumer.connected(next.asModel);
    await clock.pass(60_000);
    assert.equal(model.channels.length, 1);
    assert.deepEqual(next.channel.calls, ['prefetch 7', 'consume fleet.trips']);
  });

  it('closes a channel that opens too late, and opens one on the new connection', async () => {
    const { consumer, last, model, seen } = createConsumer();
    const opening = new Gate();
    model.plan = { createChannel: opening.reply };
    consumer.connected(model.asModel);
    consumer.disconnected(BROKEN);
    const next = new FakeModel();
    consumer.connected(next.asModel);
    await turn();
    assert.equal(next.channels.length, 0, 'one attempt at a time');
    opening.open();
    await turn();
    assert.deepEqual(model.channel.calls, ['close']);
    assert.deepEqual(next.channel.calls, ['prefetch 7', 'consume fleet.trips']);
    assert.equal(last()?.name, 'consuming');
    assert.equal(seen.lost, 0);
  });

  it('hears an error of a channel that opened too late, which would end the process', async () => {
    const { consumer, model } = createConsumer();
    const opening = new Gate();
    model.plan = { createChannel: opening.reply };
    consumer.connected(model.asModel);
    consumer.disconnected(BROKEN);
    opening.open();
    await turn();
    assert.doesNotThrow(() => model.channel.die(refusal(504)));
    assert.equal(model.channels.length, 1);
  });

  it('closes a channel whose consumer is confirmed too late', async () => {
    const { connect, consumer, model, seen } = createConsumer();
    const confirmation = new Gate();
    model.plan = { consume: confirmation.reply };
    const channel = await connect();
    consumer.disconnected(BROKEN);
    const next = new FakeModel();
    consumer.connected(next.asModel);
    await turn();
    assert.equal(next.channels.length, 0, 'one attempt at a time');
    confirmation.open();
    await turn();
    assert.equal(channel.calls.at(-1), 'close');
    assert.equal(next.channels.length, 1);
    assert.equal(seen.lost, 1);
  });

  it('does not count a refusal of the old one against the new one', async () => {
    const { clock, connect, consumer, model, names } = createConsumer();
    const confirmation = new Gate();
    model.plan = { consume: confirmation.reply };
    await connect();
    consumer.disconnected(BROKEN);
    const next = new FakeModel();
    consumer.connected(next.asModel);
    confirmation.fail(MISSING);
    await clock.pass(60_000);
    assert.deepEqual(names(), ['connecting', 'disconnected', 'connecting', 'consuming']);
    assert.equal(next.channels.length, 1);
  });
});

describe('closing a consumer', () => {
  it('cancels, sends the acknowledgements that wait, closes the channel, and says so once', async () => {
    const { connect, consumer, seen } = createConsumer();
    const channel = await connect();
    channel.deliver();
    const closed = consumer.close();
    await closed;
    assert.deepEqual(channel.calls.slice(2), ['cancel consumer-1', 'ack 1 and before', 'close']);
    assert.deepEqual(seen, { lost: 1, closed: 1 });
    await consumer.close();
    assert.deepEqual(seen, { lost: 1, closed: 1 });
  });

  it('sends acknowledgements that were decided while it said goodbye', async () => {
    const decided = new Gate();
    const goodbye = new Gate();
    const { connect, consumer, model } = createConsumer(() =>
      decided.promise.then(() => 'acknowledge'),
    );
    model.plan = { cancel: goodbye.reply };
    const channel = await connect();
    channel.deliver();
    const closed = consumer.close();
    decided.open();
    goodbye.open();
    await closed;
    assert.deepEqual(channel.answers, ['ack 1 and before']);
  });

  it('waits a few seconds for the channel, and no longer', async () => {
    const { clock, connect, consumer, model, seen } = createConsumer();
    model.plan = { close: new Gate().reply };
    await connect();
    const closed = consumer.close();
    await clock.pass(2_999);
    assert.equal(seen.closed, 0);
    await clock.pass(1);
    await closed;
    assert.equal(seen.closed, 1);
    assert.equal(clock.pending, 0);
  });

  it('does not wait for the channel of a broker that did not answer the goodbye', async () => {
    const { clock, connect, consumer, model, seen } = createConsumer();
    model.plan = { cancel: new Gate().reply };
    const channel = await connect();
    const closed = consumer.close();
    await clock.pass(3_000);
    await closed;
    assert.equal(channel.calls.includes('close'), false);
    assert.deepEqual(seen, { lost: 1, closed: 1 });
  });

  it('never rejects, whatever the channel says', async () => {
    const { connect, consumer, model, seen } = createConsumer();
    const broken = () => Promise.reject(new Error('Channel closed'));
    model.plan = { cancel: broken, close: broken };
    await connect();
    await consumer.close();
    assert.deepEqual(seen, { lost: 1, closed: 1 });
  });

  it('ends without a channel too', async () => {
    const { consumer, seen } = createConsumer();
    await consumer.close();
    assert.deepEqual(seen, { lost: 0, closed: 1 });
  });

  it('clears every timer and says nothing afterwards', async () => {
    const { clock, connect, consumer, model, names } = createConsumer(() => {
      throw new Error('handler is broken');
    });
    const channel = await connect();
    channel.deliver();
    await consumer.close();
    const before = names();
    assert.equal(clock.pending, 0);
    channel.die(refusal(406));
    consumer.disconnected(BROKEN);
    consumer.connected(model.asModel);
    consumer.resume();
    await clock.pass(60_000);
    assert.deepEqual(names(), before);
    assert.equal(model.channels.length, 1);
    assert.deepEqual(channel.answers, []);
  });

  it('while a channel is being opened closes that channel, and consumes nothing', async () => {
    const { consumer, model, seen } = createConsumer();
    const opening = new Gate();
    model.plan = { createChannel: opening.reply };
    consumer.connected(model.asModel);
    await consumer.close();
    opening.open();
    await turn();
    assert.deepEqual(model.channel.calls, ['close']);
    assert.equal(model.channels.length, 1);
    assert.deepEqual(seen, { lost: 0, closed: 1 });
  });

  it('while the confirmation is on its way leaves no consumer behind', async () => {
    const { clock, connect, consumer, model, names } = createConsumer();
    const confirmation = new Gate();
    model.plan = { consume: confirmation.reply };
    const channel = await connect();
    await consumer.close();
    confirmation.open();
    await clock.pass(60_000);
    assert.equal(channel.calls.filter((call) => call === 'close').length, 2);
    assert.equal(model.channels.length, 1);
    assert.deepEqual(names(), ['connecting']);
  });

  it('while an attempt waits for a replaced connection does not begin on the new one', async () => {
    const { clock, consumer, model } = createConsumer();
    const opening = new Gate();
    model.plan = { createChannel: opening.reply };
    consumer.connected(model.asModel);
    const next = new FakeModel();
    consumer.disconnected(BROKEN);
    consumer.connected(next.asModel);
    await consumer.close();
    opening.open();
    await clock.pass(60_000);
    assert.equal(next.channels.length, 0);
  });
});
