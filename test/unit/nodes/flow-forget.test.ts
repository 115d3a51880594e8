/** While an event is followed it is known who holds it; once nobody wants to know, nothing is kept of it. */
import assert from 'node:assert/strict';
import { FakeFlow } from '../../support/fake-flow';
import { gathering, joined } from '../../support/gathering';
import { turn } from '../../support/moved-clock';

describe('the nodes that hold an event', () => {
  it('are told by name, or by type, as long as they have it', async () => {
    const flow = new FakeFlow();
    const { held } = flow.holder('first', 'second');
    flow.runtime.add({
      id: 'second',
      type: 'http request',
      name: 'workshop',
      onInput: (_message, _send, _done) => undefined,
    });
    flow.inject('d1', 'first', 'second');
    assert.deepEqual(flow.completion.holders('d1'), ['function (first)', 'workshop (second)']);
    assert.deepEqual(flow.completion.holders('never'), []);
    await turn();
    held[0]?.done();
    assert.deepEqual(flow.completion.holders('d1'), ['workshop (second)']);
  });
});

describe('an event that is forgotten', () => {
  it('is heard of no more, and leaves no timer behind', async () => {
    const flow = new FakeFlow();
    const { node, held } = flow.holder('last');
    flow.inject('d1', 'last');
    flow.inject('d2', 'last');
    await flow.settle();
    for (const { message } of held) node.error('no answer', message);
    assert.equal(flow.clock.pending, 2);
    flow.completion.forget('d1');
    flow.completion.forget('never');
    assert.equal(flow.clock.pending, 1);
    assert.deepEqual(flow.completion.holders('d1'), []);
    for (const { done } of held) done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d2: fail: function (last): no answer']);
    assert.equal(flow.clock.pending, 0);
  });

  it('may be so while it is being sent, as where an Ack node decides in the same turn', async () => {
    const flow = new FakeFlow({ runtimeSyncDelivery: true });
    flow.node('ack', (_message, _send, done) => {
      flow.completion.forget('d1');
      done();
    });
    flow.inject('d1', 'ack');
    await flow.settle();
    assert.deepEqual(flow.ends, []);
  });

  it('is heard of no more by a node that never says when it is done', async () => {
    const flow = new FakeFlow();
    flow.quiet('quiet', 'last');
    flow.step('last');
    flow.inject('d1', 'quiet');
    await turn();
    flow.completion.forget('d1');
    await flow.settle();
    assert.deepEqual(flow.ends, []);
  });

  it('is told when it comes out of a node all the same, once, if somebody wants to know', async () => {
    const flow = new FakeFlow();
    flow.step('next');
    const { node, held } = flow.holder('slow', 'next');
    const late: string[] = [];
    for (const id of ['d1', 'd2', 'd3']) flow.inject(id, 'slow');
    await flow.settle();
    flow.completion.watchLate('d1', (name) => late.push(`d1 left ${name}`));
    flow.completion.watchLate('d3', (name) => late.push(`d3 left ${name}`));
    flow.completion.forget('d1');
    flow.completion.forget('d2');
    for (const { message, done } of held) {
      node.send(message);
      node.send(message);
      done();
    }
    assert.deepEqual(late, ['d1 left function (slow)']);
  });

  it('is told so by a fresh message that has its id too, and not by messages of nobody', async () => {
    const flow = new FakeFlow();
    const { node, held } = flow.holder('slow', 'next');
    const late: string[] = [];
    flow.inject('d1', 'slow');
    await flow.settle();
    flow.completion.watchLate('d1', (name) => late.push(`d1 left ${name}`));
    flow.completion.forget('d1');
    node.send({ payload: 1 });
    node.send({ payload: 1, delivery: {} } as never);
    assert.deepEqual(late, []);
    node.send({ payload: 1, _msgid: held[0]?.message._msgid ?? '' });
    assert.deepEqual(late, ['d1 left function (slow)']);
  });

  it('is heard of no more, also when its flow ended in this very turn', async () => {
    const flow = new FakeFlow();
    flow.inject('d1');
    flow.completion.forget('d1');
    await flow.settle();
    assert.deepEqual(flow.ends, []);
  });

  it('may be followed anew under its id, as at output 2, and what is left of the first flow is too', async () => {
    const flow = new FakeFlow();
    const { held } = flow.holder('last');
    flow.inject('d1');
    flow.completion.forget('d1');
    flow.inject('d1', 'last');
    await flow.settle();
    assert.deepEqual(flow.ends, []);
    held[0]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
  });

  it('leaves what was made of it and others to the others, whichever of them it is', async () => {
    for (const [forgotten, other] of [
      ['d1', 'd2'],
      ['d2', 'd1'],
    ] as const) {
      const flow = new FakeFlow();
      gathering(flow, 2, joined);
      const { held } = flow.holder('last');
      for (const id of ['d1', 'd2']) flow.inject(id, 'gather');
      await flow.settle();
      flow.completion.forget(forgotten);
      await flow.settle();
      assert.deepEqual(flow.completion.holders(other), ['function (last)']);
      assert.deepEqual(flow.ends, []);
      held[0]?.done(new Error('flat tyre'));
      await flow.settle();
      assert.equal(flow.ends.length, 1);
      assert.match(flow.ends[0] ?? '', new RegExp(`^${other}: fail: .*flat tyre`));
    }
  });

  it('cuts off those that went on in its message, where Node-RED hands over synchronously', async () => {
    const flow = new FakeFlow({ runtimeSyncDelivery: true });
    gathering(flow, 2, joined);
    flow.holder('last');
    for (const id of ['d1', 'd2']) flow.inject(id, 'gather');
    await flow.settle();
    flow.completion.forget('d2');
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: cut-off']);
  });

  it('leaves the one alone in whose message it went on', async () => {
    const flow = new FakeFlow({ runtimeSyncDelivery: true });
    gathering(flow, 2, joined);
    const { held } = flow.holder('last');
    for (const id of ['d1', 'd2']) flow.inject(id, 'gather');
    flow.completion.forget('d1');
    held[0]?.done(new Error('flat tyre'));
    await flow.settle();
    assert.deepEqual(flow.ends, ['d2: fail: function (last): flat tyre']);
  });

  for (const runtimeSyncDelivery of [false, true]) {
    const how = runtimeSyncDelivery ? 'delivered synchronously' : 'delivered as usual';

    it(`cuts them off also where it is so before its node has joined them, ${how}`, async () => {
      const flow = new FakeFlow({ runtimeSyncDelivery });
      gathering(flow, 2, joined);
      flow.step('last');
      const gather = flow.runtime.getNode('gather') ?? assert.fail();
      const send = gather.send.bind(gather);
      gather.send = (sent) => {
        send(sent);
        flow.completion.forget('d2');
      };
      for (const id of ['d1', 'd2']) flow.inject(id, 'gather');
      await flow.settle();
      assert.deepEqual(flow.ends, ['d1: cut-off']);
    });
  }

  it('takes with it what was made of it and others, once all of them are forgotten', async () => {
    const flow = new FakeFlow();
    gathering(flow, 2, joined, { next: 'slow' });
    const { node, held } = flow.holder('slow', 'last');
    flow.step('last');
    for (const id of ['d1', 'd2']) flow.inject(id, 'gather');
    await flow.settle();
    const late: string[] = [];
    for (const id of ['d1', 'd2']) {
      flow.completion.watchLate(id, (name) => late.push(`${id} left ${name}`));
    }
    flow.completion.forget('d1');
    assert.deepEqual(flow.completion.holders('d2'), ['function (slow)']);
    flow.completion.forget('d2');
    for (const { message, done } of held) {
      node.send(message);
      done();
    }
    assert.deepEqual(late, ['d2 left function (slow)']);
    await flow.settle();
    assert.deepEqual(flow.ends, []);
  });
});
