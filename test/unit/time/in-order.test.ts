/** What was asked in an order is passed on in that order, whenever the answers come. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InOrder } from '../../../src/time/in-order';
import { effort } from '../../support/effort';
import { turn } from '../../support/moved-clock';

describe('keeping an order', () => {
  it('does not wait where there is nothing to wait for', () => {
    const order = new InOrder();
    assert.equal(
      order.run(1, (value) => value + 1),
      2,
    );
  });

  it('calls in the order of asking, whichever answer comes first', async () => {
    const answers = fc.array(fc.constantFrom('now', 'later', 'fails'), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(answers, fc.infiniteStream(fc.nat()), async (kinds, numbers) => {
        const order = new InOrder();
        const called: number[] = [];
        const settle: (() => void)[] = [];
        const results = kinds.map((kind, index) => {
          const value =
            kind === 'now'
              ? index
              : new Promise<number>((resolve, reject) => {
                  settle.push(kind === 'later' ? () => resolve(index) : () => reject(new Error()));
                });
          return order.run(value, (known) => {
            called.push(known);
            return `result ${known}`;
          });
        });
        const outcomes = Promise.allSettled(results);
        while (settle.length > 0) {
          const [next] = settle.splice((numbers.next().value ?? 0) % settle.length, 1);
          next?.();
          await turn();
        }
        const expected = kinds.flatMap((kind, index) => (kind === 'fails' ? [] : [index]));
        assert.deepEqual(
          (await outcomes).map(({ status }) => status === 'fulfilled'),
          kinds.map((kind) => kind !== 'fails'),
        );
        assert.deepEqual(called, expected);
        await turn();
        assert.equal(
          order.run(1, (value) => value),
          1,
        );
      }),
      { numRuns: effort(200) },
    );
  });

  it('does not wait for what a call returns', async () => {
    const order = new InOrder();
    const never = new Promise<never>(() => undefined);
    void order.run(Promise.resolve(), () => never);
    assert.equal(await order.run(Promise.resolve(2), (value) => value), 2);
  });
});
