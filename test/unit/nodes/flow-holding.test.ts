/** Whether a flow is at work on an event, or only nodes have it that keep it on purpose. */
import assert from 'node:assert/strict';
import { FakeFlow } from '../../support/fake-flow';

/** What these nodes, by type, say of an event that each of them keeps. */
const CASES: readonly [types: string[], isHeldOnPurpose: boolean, awaitsOthers: boolean][] = [
  [['delay'], true, false],
  [['batch'], true, true],
  [['join'], true, true],
  [['delay', 'join'], true, false],
  [['batch', 'join'], true, true],
  [['function'], false, false],
  [['join', 'function'], false, false],
  // it has been through: nothing asks for more, and nothing keeps it
  [[], false, true],
];

function keeping(types: readonly string[]) {
  const flow = new FakeFlow();
  const had: (() => void)[] = [];
  const onInput = (_message: unknown, _send: unknown, done: () => void) => void had.push(done);
  for (const type of types) flow.runtime.add({ id: type, type, onInput });
  const answers = () => {
    const { completion } = flow;
    return [completion.isHeldOnPurpose('d1'), completion.awaitsOthers('d1')];
  };
  return { answers, flow, had };
}

describe('an event is kept on purpose', () => {
  for (const [types, isHeldOnPurpose, awaitsOthers] of CASES) {
    const words = isHeldOnPurpose ? 'where it is with' : 'not where it is with';
    const others = awaitsOthers ? 'and waits for others' : 'and does not wait for others';

    it(`${words} ${types.join(' and ') || 'no node'}, ${others}`, async () => {
      const { answers, flow } = keeping(types);
      flow.inject('d1', ...types);
      await flow.settle();
      assert.deepEqual(answers(), [isHeldOnPurpose, awaitsOthers]);
    });
  }

  it('not while it is on its way to such a node, where it may not arrive', async () => {
    const { answers, flow, had } = keeping(['join']);
    flow.inject('d1', 'join');
    assert.deepEqual(answers(), [false, false]);
    await flow.settle();
    assert.deepEqual([had.length, ...answers()], [1, true, true]);
  });

  it('not while a part of it is still on its way to a node that has another', async () => {
    const { answers, flow } = keeping(['join']);
    const { held } = flow.holder('split', 'join');
    flow.inject('d1', 'split', 'join');
    await flow.settle();
    held[0]?.send(held[0].message);
    held[0]?.done();
    assert.deepEqual(answers(), [false, false]);
    await flow.settle();
    assert.deepEqual(answers(), [true, true]);
  });
});
