/** What a node makes of several events: none of them has ended before it has, and all of them end as it does. */
import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import { FakeFlow, type Held } from '../../support/fake-flow';
import { batched, gathering, joined } from '../../support/gathering';

describe('events that a node makes one message of', () => {
  for (const runtimeSyncDelivery of [false, true]) {
    const how = runtimeSyncDelivery ? 'delivered synchronously' : 'delivered as usual';

    it(`have not ended before that message is through, and then all have, ${how}`, async () => {
      const flow = new FakeFlow({ runtimeSyncDelivery });
      gathering(flow, 3, joined);
      const { held } = flow.holder('last');
      for (const id of ['d1', 'd2', 'd3']) flow.inject(id, 'gather');
      await flow.settle();
      assert.deepEqual([held.length, flow.ends], [1, []]);
      held[0]?.done();
      await flow.settle();
      assert.deepEqual(flow.ends.toSorted(), [
        'd1: acknowledge',
        'd2: acknowledge',
        'd3: acknowledge',
      ]);
    });

    it(`have all failed when the flow fails at it, ${how}`, async () => {
      const flow = new FakeFlow({ runtimeSyncDelivery });
      gathering(flow, 2, joined);
      const { held } = flow.holder('last');
      for (const id of ['d1', 'd2']) flow.inject(id, 'gather');
      await flow.settle();
      held[0]?.done(new Error('flat tyre'));
      await flow.settle();
      assert.equal(flow.ends.length, 2);
      for (const end of flow.ends) assert.match(end, /^d[12]: fail: .*flat tyre$/);
    });
  }

  it('end each for itself in a batch, where each has its own message still', async () => {
    const flow = new FakeFlow();
    gathering(flow, 2, batched);
    const { held } = flow.holder('last');
    for (const id of ['d1', 'd2']) flow.inject(id, 'gather');
    await flow.settle();
    held[0]?.done();
    await flow.settle();
    assert.deepEqual([held.length, flow.ends], [2, ['d1: acknowledge']]);
    held[1]?.done('flat tyre');
    await flow.settle();
    assert.equal(flow.ends[1], 'd2: fail: function (last): flat tyre');
  });

  it('do not wait for those that come after them', async () => {
    const flow = new FakeFlow();
    gathering(flow, 2, joined);
    const { held } = flow.holder('last');
    for (const id of ['d1', 'd2', 'd3', 'd4']) flow.inject(id, 'gather');
    await flow.settle();
    assert.equal(held.length, 2);
    held[0]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends.toSorted(), ['d1: acknowledge', 'd2: acknowledge']);
  });

  it('come again when a deploy cuts off what was made of them', async () => {
    const flow = new FakeFlow();
    gathering(flow, 2, joined);
    const { node, held } = flow.holder('last');
    node.on('close', () => {
      for (const { done } of held) done();
    });
    for (const id of ['d1', 'd2']) flow.inject(id, 'gather');
    await flow.settle();
    await flow.runtime.deploy([node]);
    await flow.settle();
    assert.deepEqual(flow.ends.toSorted(), ['d1: cut-off', 'd2: cut-off']);
  });

  it('have not ended before all parts are through of what was made of what was made of them', async () => {
    const flow = new FakeFlow();
    gathering(flow, 2, joined, { id: 'first', next: 'second' });
    gathering(flow, 2, joined, { id: 'second', next: 'split' });
    // as Split does: it takes the id out, and what brought the event stays in
    flow.node(
      'split',
      (message, send, done) => {
        Reflect.deleteProperty(message, '_msgid');
        send([[{ ...message }, { ...message }]]);
        done();
      },
      ['last'],
    );
    const { held } = flow.holder('last');
    for (const id of ['d1', 'd2', 'd3', 'd4']) flow.inject(id, 'first');
    await flow.settle();
    held[0]?.done();
    await flow.settle();
    assert.deepEqual([held.length, flow.ends], [2, []]);
    held[1]?.done();
    await flow.settle();
    assert.equal(flow.ends.length, 4);
  });

  it('have failed together when the node throws them away with an error', async () => {
    const flow = new FakeFlow();
    const { held } = flow.holder('join');
    for (const id of ['d1', 'd2']) flow.inject(id, 'join');
    await flow.settle();
    held[0]?.done();
    held[1]?.done(new Error('too many messages'));
    await flow.settle();
    assert.equal(flow.ends.length, 2);
    assert.match(flow.ends.toSorted()[0] ?? '', /^d1: fail: .*threw it away: .*too many messages/);
    assert.match(flow.ends.toSorted()[1] ?? '', /^d2: fail: function \(join\): too many messages/);
  });
});

describe('a Switch, which never says that it is done', () => {
  /** One that acts when the test says so. */
  function createSwitch() {
    const flow = new FakeFlow();
    const messages: NodeMessage[] = [];
    const node = flow.runtime.add({
      id: 'switch',
      type: 'switch',
      wires: [['last']],
      onInput: (message, _send) => {
        messages.push(message);
      },
    });
    const { held } = flow.holder('last');
    return { flow, held, messages, node };
  }

  it('has an event until it has sent it on, however long that takes', async () => {
    const { flow, held, messages, node } = createSwitch();
    flow.inject('d1', 'switch');
    await flow.settle();
    assert.deepEqual(flow.ends, []);
    node.send([messages[0] ?? null]);
    await flow.settle();
    assert.deepEqual(flow.ends, []);
    held[0]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
  });

  it('has finished with an event that none of its rules takes, in their order', async () => {
    const { flow, node } = createSwitch();
    for (const id of ['d1', 'd2']) flow.inject(id, 'switch');
    await flow.settle();
    node.send([null]);
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
    node.send([null]);
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge', 'd2: acknowledge']);
  });

  it('is not taken to be done by what it sends for messages that are of no event', async () => {
    const { flow, messages, node } = createSwitch();
    flow.inject('d1', 'switch');
    await flow.settle();
    flow.runtime.add({ id: 'inject', wires: [['switch']] }).send({ payload: 1 });
    await flow.settle();
    node.send([messages[1] ?? null]);
    await flow.settle();
    assert.deepEqual(flow.ends, []);
    node.send([null]);
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
  });

  it('has failed at the event that it reports an error of, and let go of it with a warning', async () => {
    const { flow, messages, node } = createSwitch();
    for (const id of ['d1', 'd2']) flow.inject(id, 'switch');
    await flow.settle();
    node.error('no such property', messages[1]);
    await flow.settle();
    assert.deepEqual(flow.ends, ['d2: fail: switch (switch): no such property']);
    node.warn('cannot compare');
    await flow.settle();
    assert.equal(flow.ends[1], 'd1: acknowledge');
  });

  it('lets go of what it keeps when a deploy closes it', async () => {
    const { flow, node } = createSwitch();
    flow.inject('d1', 'switch');
    await flow.settle();
    await flow.runtime.deploy([node]);
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: cut-off']);
  });
});

describe('a Switch that says when it is done', () => {
  it('is taken at its word, and not done when it sends', async () => {
    const flow = new FakeFlow();
    let finish: () => void = () => undefined;
    flow.runtime.add({
      id: 'switch',
      type: 'switch',
      wires: [['last']],
      onInput: (message, send, done) => {
        send([message]);
        finish = done;
      },
    });
    flow.step('last');
    flow.inject('d1', 'switch');
    await flow.settle();
    assert.deepEqual(flow.ends, []);
    finish();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
  });
});

describe('an event whose ids a node takes out of its messages', () => {
  it('is known by those from then on, wherever they go', async () => {
    const flow = new FakeFlow();
    flow.node(
      'stripper',
      (_message, send, done) => {
        send({ payload: 'fresh' });
        done();
      },
      ['buffer'],
    );
    const buffer = flow.holder('buffer', 'last').held;
    const { held } = flow.holder('last');
    flow.inject('d1', 'stripper');
    await flow.settle();
    // of no code that has the event: a queue of the node's own, emptied by a timer of all
    buffer[0]?.send(buffer[0].message);
    buffer[0]?.done();
    await flow.settle();
    assert.deepEqual([held.length, flow.ends], [1, []]);
    held[0]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
  });

  it('is known by what brought it, whichever event the node works for when it sends', async () => {
    const flow = new FakeFlow();
    const parts: Held[] = [];
    flow.node(
      'split',
      (message, send, done) => {
        const former = parts.at(-1);
        parts.push({ message, send, done });
        former?.send({ ...former.message, _msgid: 'part 1' });
        former?.done();
      },
      ['last'],
    );
    const { held } = flow.holder('last');
    for (const id of ['d1', 'd2']) flow.inject(id, 'split');
    await flow.settle();
    const [, second] = parts;
    second?.send({ ...second.message, _msgid: 'part 2' });
    second?.done();
    await flow.settle();
    assert.deepEqual([held.length, flow.ends], [2, []]);
    held[0]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
    held[1]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge', 'd2: acknowledge']);
  });

  it('ends when the node is done with the message that has none any more', async () => {
    const flow = new FakeFlow();
    const { held } = flow.holder('last');
    for (const id of ['d1', 'd2']) flow.inject(id, 'last');
    await flow.settle();
    const { message, done } = held[1] ?? assert.fail();
    delete (message as { delivery?: unknown }).delivery;
    message._msgid = 'another';
    done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d2: acknowledge']);
  });
});
