/** When a flow has finished with an event: messages move so, and the event ends so. */
import assert from 'node:assert/strict';
import { FakeFlow, PATIENCE } from '../../support/fake-flow';
import type { InputHandler } from '../../support/fake-node';
import { turn } from '../../support/moved-clock';

/** What stands between the topic and the last node. */
const WAYS: Record<string, (flow: FakeFlow) => void> = {
  'behind one that passes on what it got': (flow) => {
    flow.step('first', 'last');
  },
  'behind a Function that sends a fresh object': (flow) => {
    first(flow, ({ _msgid }, send, done) => {
      send({ payload: 'fresh', ...(_msgid && { _msgid }) });
      done();
    });
  },
  'behind one that takes its ids out, and sends later': (flow) => {
    first(flow, (_message, send, done) => {
      setImmediate(() => {
        send({ payload: 'fresh' });
        done();
      });
    });
  },
  'behind one that calls done three times, and does not speak for it': (flow) => {
    first(flow, (message, send, done) => {
      send(message);
      for (const again of [done, done, done]) again();
    });
  },
  'behind one that never says when it is done': (flow) => {
    flow.quiet('first', 'last');
  },
  'behind a Complete node': (flow) => {
    flow.step('first');
    const onInput: InputHandler = (message, send, done) => {
      send(message);
      done();
    };
    const wires = [['last']];
    flow.runtime.add({ id: 'complete', type: 'complete', scope: ['first'], wires, onInput });
  },
  'behind a Catch node, which takes the error': (flow) => {
    flow.node('first', (_message, _send, done) => done(new Error('flat tyre')));
    flow.catcher(['first'], 'last');
  },
  'behind several': (flow) => {
    flow.step('first', 'second', 'last');
    flow.step('second');
  },
};

function first(flow: FakeFlow, onInput: InputHandler): void {
  flow.node('first', onInput, ['last']);
}

describe('an event is finished with when the last node of its flow is, once, and not before', () => {
  for (const runtimeSyncDelivery of [false, true]) {
    const how = runtimeSyncDelivery ? 'handed over synchronously' : 'handed over as usual';

    for (const [way, build] of Object.entries(WAYS)) {
      it(`${way}, ${how}`, async () => {
        const flow = new FakeFlow({ runtimeSyncDelivery });
        build(flow);
        const { held } = flow.holder('last');
        flow.inject('d1', 'first');
        await flow.settle();
        assert.deepEqual([held.length, flow.ends], [1, []]);
        held[0]?.done();
        await flow.settle();
        assert.deepEqual(flow.ends, ['d1: acknowledge']);
        held[0]?.done();
        await flow.settle();
        assert.deepEqual(flow.ends, ['d1: acknowledge']);
      });
    }
  }
});

describe('an event is finished with', () => {
  it('one turn after it was sent, where nothing is wired', async () => {
    const flow = new FakeFlow();
    flow.inject('d1');
    assert.deepEqual(flow.ends, []);
    await turn();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
  });

  it('when the slowest of two branches is', async () => {
    for (const slowest of [0, 1]) {
      const flow = new FakeFlow();
      const branches = [flow.holder('a').held, flow.holder('b').held];
      flow.inject('d1', 'a', 'b');
      await flow.settle();
      branches[1 - slowest]?.[0]?.done();
      await flow.settle();
      assert.deepEqual(flow.ends, []);
      branches[slowest]?.[0]?.done();
      await flow.settle();
      assert.deepEqual(flow.ends, ['d1: acknowledge']);
    }
  });

  it('when all parts are that a node made of it, although the node itself is done long before', async () => {
    const flow = new FakeFlow();
    flow.node(
      'split',
      (message, send, done) => {
        // copies with ids of their own, as Split makes them
        for (const part of [1, 2, 3]) {
          send({ ...structuredClone(message), _msgid: `part ${part}`, payload: part });
        }
        done();
      },
      ['last'],
    );
    const { held } = flow.holder('last');
    flow.inject('d1', 'split');
    await flow.settle();
    assert.equal(held.length, 3);
    held[0]?.done();
    held[2]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, []);
    held[1]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
  });

  it('not by a second done for its first part, while the next is on its way to the same node', async () => {
    const flow = new FakeFlow();
    flow.node(
      'split',
      (message, send, done) => {
        send([[message, structuredClone(message)]]);
        done();
      },
      ['last'],
    );
    let calls = 0;
    const { held } = flow.holder('other');
    flow.node(
      'last',
      (message, send, done) => {
        calls += 1;
        if (calls === 1) {
          done();
          done();
        } else {
          send(message);
          setImmediate(done);
        }
      },
      ['other'],
    );
    flow.inject('d1', 'split');
    await flow.settle();
    assert.deepEqual([calls, held.length], [2, 1]);
    assert.deepEqual(flow.ends, []);
    held[0]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
  });

  it('a few turns later, where such a node drops it', async () => {
    const flow = new FakeFlow();
    flow.node('switch', (_message, _send) => undefined);
    flow.inject('d1', 'switch');
    await turn();
    await turn();
    assert.deepEqual(flow.ends, []);
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
  });

  it('when both handlers of one node are', async () => {
    const flow = new FakeFlow();
    const { node, held } = flow.holder('two');
    node.on('input', (message, send, done) => {
      held.push({ message, send, done });
    });
    flow.inject('d1', 'two');
    await flow.settle();
    held[0]?.done();
    await flow.settle();
    assert.deepEqual([held.length, flow.ends], [2, []]);
    held[1]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge']);
  });

  it('each on its own, when the flow has several at once', async () => {
    const flow = new FakeFlow();
    const { held } = flow.holder('last');
    for (const id of ['d1', 'd2', 'd3']) flow.inject(id, 'last');
    await flow.settle();
    held[1]?.done();
    await flow.settle();
    held[2]?.done(new Error('no such vehicle'));
    await flow.settle();
    assert.deepEqual(flow.ends, ['d2: acknowledge', 'd3: fail: function (last): no such vehicle']);
    held[0]?.done();
    await flow.settle();
    assert.deepEqual(flow.ends.at(-1), 'd1: acknowledge');
  });

  it('without a word about messages that are of no event', async () => {
    const flow = new FakeFlow();
    const { node, held } = flow.holder('last');
    const inject = flow.runtime.add({ id: 'inject', wires: [['last']] });
    inject.send({ payload: 1 });
    inject.send({ payload: 1, delivery: { id: 7 } } as never);
    inject.send({ payload: 1, delivery: null } as never);
    await flow.settle();
    for (const each of held) {
      node.error('nobody minds', each.message);
      each.done();
    }
    await flow.clock.pass(PATIENCE);
    assert.deepEqual([held.length, flow.ends, flow.clock.pending], [3, [], 0]);
  });
});
