/** When a flow has failed at an event: errors that nobody caught, whether the node says that it is done or not. */
import assert from 'node:assert/strict';
import { FakeFlow, PATIENCE } from '../../support/fake-flow';
import type { FakeNode, InputHandler } from '../../support/fake-node';

describe('an event has failed', () => {
  it('when a node is done with an error that nobody catches, with its name and the error', async () => {
    const flow = new FakeFlow();
    flow.runtime.add({
      id: 'n1',
      type: 'http request',
      name: 'workshop',
      onInput: (_message, _send, done) => done('no answer'),
    });
    flow.inject('d1', 'n1');
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: fail: workshop (n1): no answer']);
    assert.equal(flow.clock.pending, 0);
  });

  it('when its flow has ended, and not as soon as the first node fails', async () => {
    const flow = new FakeFlow();
    flow.node('broken', (_message, _send, done) => done(new Error('flat tyre')));
    const { held } = flow.holder('last');
    flow.inject('d1', 'broken', 'last');
    await flow.settle();
    assert.deepEqual(flow.ends, []);
    held[0]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: fail: function (broken): flat tyre']);
  });

  it('when a node reports an error and then is done as if nothing were', async () => {
    const flow = new FakeFlow();
    const node = flow.node('n1', (message, _send, done) => {
      node.error('no server', message);
      done();
    });
    flow.inject('d1', 'n1');
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: fail: function (n1): no server']);
    assert.equal(flow.clock.pending, 0);
    assert.deepEqual(node.log, [{ level: 'error', text: 'no server' }]);
  });

  it('a second after the report, when the node never says that it is done', async () => {
    const flow = new FakeFlow();
    const node = flow.node('n1', (message, _send, _done) => node.error('no answer', message));
    flow.inject('d1', 'n1');
    await flow.settle();
    await flow.clock.pass(PATIENCE - 1);
    await flow.settle();
    assert.deepEqual(flow.ends, []);
    await flow.clock.pass(1);
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: fail: function (n1): no answer']);
  });

  it('when a handler throws', async () => {
    const flow = new FakeFlow();
    flow.node('n1', (_message, _send, _done) => {
      throw new Error('not a function');
    });
    flow.inject('d1', 'n1');
    await flow.settle();
    await flow.clock.pass(PATIENCE);
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: fail: function (n1): not a function']);
  });

  it('only when a node that reported an error and works on is done, if that is sooner', async () => {
    const flow = new FakeFlow();
    const { held } = flow.holder('last');
    const node = flow.node(
      'n1',
      (message, send, done) => {
        node.error('try again', message);
        send(message);
        done();
      },
      ['last'],
    );
    flow.inject('d1', 'n1');
    await flow.settle();
    await flow.clock.pass(PATIENCE);
    await flow.settle();
    // the patience is with the node that reported, and it has been done long since
    assert.deepEqual(flow.ends, []);
    held[0]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: fail: function (n1): try again']);
  });

  for (const [what, isCopy, first] of [
    ['the one it is done with', false, 0],
    ['a copy, and is done with the first', true, 0],
    ['a copy, and is done with the second', true, 1],
  ] as const) {
    it(`not before a node has both parts done, of which it reported an error of ${what}`, async () => {
      const flow = new FakeFlow();
      const parts = flow.holder('last');
      flow.step('first', 'last');
      // the error is taken: were the second part not waited for, nobody would know if it failed
      flow.catcher(undefined);
      flow.inject('d1', 'first', 'last');
      await flow.settle();
      const { message, done } = parts.held[first] ?? assert.fail();
      parts.node.error('flat tyre', isCopy ? structuredClone(message) : message);
      done();
      await flow.clock.pass(PATIENCE);
      await flow.settle();
      assert.deepEqual([parts.held.length, flow.ends], [2, []]);
      parts.held[1 - first]?.done();
      await flow.settle();
      assert.deepEqual(flow.ends, ['d1: acknowledge']);
    });
  }

  it('a second after the report of a copy too', async () => {
    const flow = new FakeFlow();
    flow.node('n1', function (this: FakeNode, message, _send, _done) {
      this.error('no answer', structuredClone(message));
    } as InputHandler);
    flow.inject('d1', 'n1');
    await flow.settle();
    await flow.clock.pass(PATIENCE);
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: fail: function (n1): no answer']);
  });

  it('also when a message tells another node of an error that nobody took', async () => {
    const flow = new FakeFlow();
    flow.node('broken', (_message, _send, done) => done('flat tyre'));
    flow.node(
      'teller',
      (message, send, done) => {
        setImmediate(() => {
          send({ ...message, error: { message: 'flat tyre', source: { id: 'broken' } } });
          done();
        });
      },
      ['last'],
    );
    flow.step('last');
    flow.inject('d1', 'broken', 'teller');
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: fail: function (broken): flat tyre']);
  });

  it('not because of errors that a node reports of something else, or of an event it does not have', async () => {
    const flow = new FakeFlow();
    const { node, held } = flow.holder('n1');
    const { node: other, held: had } = flow.holder('other');
    flow.inject('d2', 'other');
    await flow.settle();
    had[0]?.done();
    await flow.settle();
    flow.inject('d1', 'n1');
    await flow.settle();
    node.error('disk full', { payload: 'of no event' });
    node.error('disk full');
    node.error('disk full', 'no message' as never);
    node.error('disk full', null as never);
    other.error('not mine', held[0]?.message);
    held[0]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d2: acknowledge', 'd1: acknowledge']);
    assert.equal(flow.clock.pending, 0);
  });

  it('when a node is done with an error whose reports nobody hears', async () => {
    const flow = new FakeFlow();
    const { node, held } = flow.holder('n1');
    flow.inject('d1', 'n1');
    await flow.settle();
    node.error = () => undefined;
    held[0]?.done('flat tyre');
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: fail: function (n1): flat tyre']);
  });
});

describe('an error that a Catch node takes', () => {
  it('is no failure, also when it was only reported', async () => {
    const flow = new FakeFlow();
    const node = flow.node('broken', (message, _send, done) => {
      node.error('flat tyre', message);
      done();
    });
    flow.catcher(undefined);
    flow.inject('d1', 'broken');
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
  });

  it('is not taken by a Catch node that receives something else', async () => {
    for (const error of [undefined, {}, { source: {} }]) {
      const flow = new FakeFlow();
      const catcher = flow.catcher([]);
      const { held } = flow.holder('last');
      flow.inject('d1', 'last');
      await flow.settle();
      const { message, done } = held[0] ?? assert.fail();
      catcher.receive({ ...message, ...(error && { error }) });
      done('flat tyre');
      await flow.settle();
      assert.deepEqual(flow.ends, ['d1: fail: function (last): flat tyre']);
    }
  });

  it('does not take those of other nodes with it', async () => {
    const flow = new FakeFlow();
    flow.node('broken', (_message, _send, done) => done('flat tyre'));
    flow.node('other', (_message, _send, done) => done('empty tank'));
    flow.catcher(['broken']);
    flow.inject('d1', 'broken', 'other');
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: fail: function (other): empty tank']);
  });

  it('leaves a failure of the flow behind the Catch node one', async () => {
    const flow = new FakeFlow();
    flow.node('broken', (_message, _send, done) => done('flat tyre'));
    flow.catcher(['broken'], 'last');
    flow.node('last', (_message, _send, done) => done('no workshop'));
    flow.inject('d1', 'broken');
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: fail: function (last): no workshop']);
  });
});
