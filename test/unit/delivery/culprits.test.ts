/** Whom a lost channel is blamed on. */
import assert from 'node:assert/strict';
import { Culprits } from '../../../src/delivery/attempts/culprits';
import { Suspects } from '../../../src/delivery/attempts/suspects';
import { MovedClock } from '../../support/moved-clock';
import { SuspectsDisk } from '../../support/suspects-disk';

const MINUTE = 60_000;

async function createCulprits() {
  const clock = new MovedClock();
  const suspects = new Suspects(new SuspectsDisk(), 50, clock);
  suspects.begin();
  const start = clock.elapsed();
  await clock.pass(30 * MINUTE);
  const inFlow = [
    { id: 'd2', eventId: 'young', startedAt: start + 29 * MINUTE },
    { id: 'd1', eventId: 'old', startedAt: start },
    { id: 'unusable', eventId: 'unusable', startedAt: start },
  ];
  const culprits = new Culprits(suspects, clock);
  const blamed = () =>
    ['old', 'young', 'unusable'].map((id) => {
      suspects.lost();
      return suspects.arrives(id, true);
    });
  return { blamed, culprits, inFlow, suspects };
}

describe('a channel that was lost', () => {
  it('by a mere broken connection is nobody’s doing', async () => {
    const { blamed, culprits, inFlow } = await createCulprits();
    culprits.lost(undefined, inFlow);
    culprits.resolve(false);
    assert.deepEqual(blamed(), [0, 0, 0]);
  });

  it('because the process was blocked makes suspects of all events in the flow', async () => {
    const { blamed, culprits, inFlow, suspects } = await createCulprits();
    culprits.lost({ kind: 'blocked' }, inFlow);
    assert.equal(suspects.endsBy('old'), 0);
    assert.deepEqual(blamed(), [1, 1, 0]);
  });

  it('because an acknowledgement was late is the doing of those that were late', async () => {
    // the broker's clock and ours may differ by a second
    for (const [patience, young] of [
      [30 * MINUTE, 0],
      [undefined, 0],
      [MINUTE + 1_001, 0],
      [MINUTE + 1_000, 1],
      [MINUTE, 1],
    ] as const) {
      const { blamed, culprits, inFlow, suspects } = await createCulprits();
      culprits.lost({ kind: 'late', patience }, inFlow);
      assert.equal(suspects.endsBy('old'), 1);
      assert.deepEqual(blamed(), [1, young, 0], `patience of ${patience} ms`);
    }
  });

  it('because the consumer was cancelled is the doing of the oldest, if the queue is still there', async () => {
    const { blamed, culprits, inFlow, suspects } = await createCulprits();
    culprits.lost({ kind: 'cancelled' }, inFlow);
    assert.equal(suspects.endsBy('old'), 0);
    culprits.resolve(false);
    culprits.resolve(false);
    assert.equal(suspects.endsBy('old'), 1);
    assert.deepEqual(blamed(), [1, 0, 0]);
  });

  it('because the queue was deleted is nobody’s doing', async () => {
    const { blamed, culprits, inFlow } = await createCulprits();
    culprits.lost({ kind: 'cancelled' }, inFlow);
    culprits.resolve(true);
    culprits.resolve(false);
    assert.deepEqual(blamed(), [0, 0, 0]);
  });
});
