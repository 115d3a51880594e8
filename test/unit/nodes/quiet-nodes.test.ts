/** Nodes that never say when they are done: what they handled counts as done a little later, in order. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { QuietNodes } from '../../../nodes/runtime/flow/quiet-nodes';
import { turn } from '../../support/moved-clock';

/** The turns in which each message was handled and completed, in the order of completion. */
function createQuietNodes() {
  const nodes = new QuietNodes();
  const time = { turn: 0 };
  const completed: { node: string; message: number; handledIn: number; completedIn: number }[] = [];
  const handle = (node: string, message: number) => {
    const handledIn = time.turn;
    nodes.handled(node, () => {
      completed.push({ node, message, handledIn, completedIn: time.turn });
    });
  };
  const passTurns = async (turns: number) => {
    for (let n = 0; n < turns; n++) {
      time.turn += 1;
      await turn();
    }
  };
  return { completed, handle, passTurns };
}

describe('a node that does not say when it is done', () => {
  it('is done with a message a few turns of the event loop after it handled it', async () => {
    const { completed, handle, passTurns } = createQuietNodes();
    handle('switch', 1);
    await passTurns(2);
    assert.deepEqual(completed, []);
    await passTurns(3);
    assert.equal(completed.length, 1);
  });

  it('is done with one message in a turn, in their order', async () => {
    const { completed, handle, passTurns } = createQuietNodes();
    for (let message = 0; message < 10; message++) handle('switch', message);
    await passTurns(20);
    assert.deepEqual(
      completed.map(({ message }) => message),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    const turns = completed.map(({ completedIn }) => completedIn);
    assert.equal(new Set(turns).size, 10, turns.join());
    assert.equal((turns.at(-1) ?? 0) - (turns[0] ?? 0), 9);
  });

  it('is not held up by what another node has to do', async () => {
    const { completed, handle, passTurns } = createQuietNodes();
    for (let message = 0; message < 100; message++) handle('busy', message);
    handle('idle', 0);
    await passTurns(6);
    assert.equal(completed.filter(({ node }) => node === 'idle').length, 1);
    assert.ok(completed.length < 10);
    await passTurns(100);
    assert.equal(completed.length, 101);
  });

  it('starts a few turns behind again after it had nothing to do', async () => {
    const { completed, handle, passTurns } = createQuietNodes();
    handle('switch', 1);
    await passTurns(10);
    handle('switch', 2);
    await passTurns(2);
    assert.equal(completed.length, 1);
    await passTurns(3);
    assert.equal(completed.length, 2);
  });

  it('is done with every message once, in order and never in the same turn, however they come', async () => {
    const arrivals = fc.array(fc.array(fc.constantFrom('a', 'b'), { maxLength: 4 }), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(arrivals, async (turns) => {
        const { completed, handle, passTurns } = createQuietNodes();
        const expected = { a: [] as number[], b: [] as number[] };
        let message = 0;
        for (const nodes of turns) {
          for (const node of nodes) {
            message += 1;
            handle(node, message);
            expected[node as 'a' | 'b'].push(message);
          }
          await passTurns(1);
        }
        await passTurns(message + 5);
        for (const node of ['a', 'b'] as const) {
          const own = completed.filter((each) => each.node === node);
          assert.deepEqual(
            own.map((each) => each.message),
            expected[node],
          );
        }
        assert.ok(completed.every(({ handledIn, completedIn }) => completedIn > handledIn));
      }),
      { numRuns: 50 },
    );
  });
});
