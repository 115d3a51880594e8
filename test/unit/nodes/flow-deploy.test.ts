/** What a deploy takes away under an event is no end of its flow: the event is cut off, and comes again. */
import assert from 'node:assert/strict';
import { FakeFlow } from '../../support/fake-flow';

/** A node that keeps a deploy from being over until `finish`. */
function closesLate(flow: FakeFlow) {
  const node = flow.runtime.add({ id: 'slow' });
  let finish: () => void = () => undefined;
  node.on('close', (_removed, done) => {
    finish = done;
  });
  return { node, finish: () => finish() };
}

describe('an event is cut off by a deploy', () => {
  it('when a node that is closed says that it is done with what it had', async () => {
    const flow = new FakeFlow();
    const { node, held } = flow.holder('delay');
    node.on('close', () => {
      for (const { done } of held) done();
    });
    flow.inject('d1', 'delay');
    await flow.settle();
    await flow.runtime.deploy([node]);
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: cut-off']);
  });

  it('not when a node finishes while others are still closing', async () => {
    const flow = new FakeFlow();
    const { held } = flow.holder('last');
    const slow = closesLate(flow);
    flow.inject('d1', 'last');
    await flow.settle();
    const deployed = flow.runtime.deploy([slow.node]);
    await flow.settle();
    held[0]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
    slow.finish();
    await deployed;
  });

  it('when a message is sent to a node that is gone', async () => {
    const flow = new FakeFlow();
    const { held } = flow.holder('first', 'last');
    const last = flow.step('last');
    const slow = closesLate(flow);
    flow.inject('d1', 'first');
    await flow.settle();
    const deployed = flow.runtime.deploy([last, slow.node]);
    await flow.settle();
    held[0]?.send(held[0].message);
    held[0]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: cut-off']);
    slow.finish();
    await deployed;
  });

  it('when its message reaches a node whose handlers the deploy has taken away', async () => {
    const flow = new FakeFlow();
    const node = flow.step('last');
    flow.inject('d1', 'last');
    const slow = closesLate(flow);
    const deployed = flow.runtime.deploy([node, slow.node]);
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: cut-off']);
    slow.finish();
    await deployed;
  });

  it('when such a node would never have said that it is done', async () => {
    const flow = new FakeFlow();
    const node = flow.quiet('switch', 'last');
    const slow = flow.runtime.add({ id: 'slow' });
    slow.on('close', (_removed, done) => void setImmediate(() => setImmediate(done)));
    flow.inject('d1', 'switch');
    const deployed = flow.runtime.deploy([node, slow]);
    await deployed;
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: cut-off']);
  });

  it('and no event after the deploy is, wherever its messages go', async () => {
    const flow = new FakeFlow();
    const old = flow.step('first', 'gone', 'last');
    await flow.runtime.deploy([old], () => {
      flow.step('first', 'gone', 'last');
      flow.step('last');
    });
    flow.inject('d1', 'first');
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
  });

  it('although a Catch node takes the error that the closing node reports', async () => {
    const flow = new FakeFlow();
    const { node, held } = flow.holder('link call');
    flow.catcher(undefined);
    node.on('close', () => {
      for (const { done } of held) done(new Error('timeout'));
    });
    flow.inject('d1', 'link call');
    await flow.settle();
    await flow.runtime.deploy([node]);
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: cut-off']);
  });
});

describe('a deploy that takes the last topic away', () => {
  it('leaves nothing of itself: a node that was never set up cuts off no event later, but fails', async () => {
    const flow = new FakeFlow();
    const topic = flow.runtime.add({ id: 'old topic', type: 'invers-topic-in' });
    topic.on('close', () => flow.completion.release());
    await flow.runtime.deploy([topic]);
    flow.completion.use();
    flow.runtime.add({ id: 'deaf' });
    flow.inject('d1', 'deaf');
    await flow.settle();
    assert.equal(flow.ends.length, 1);
    assert.match(flow.ends[0] ?? '', /^d1: fail: function \(deaf\): it took no message/);
  });

  it('and brings another in its place follows events as before', async () => {
    const flow = new FakeFlow();
    const topic = flow.runtime.add({ id: 'old topic', type: 'invers-topic-in' });
    topic.on('close', () => flow.completion.release());
    const { held } = flow.holder('last');
    await flow.runtime.deploy([topic], () => flow.completion.use());
    flow.inject('d1', 'last');
    await flow.settle();
    assert.deepEqual(flow.ends, []);
    held[0]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
  });
});
