/** Who has a delivery: the flow, or nobody because it waits. */
import assert from 'node:assert/strict';
import { isResting, type Phase } from '../../../src/delivery/event-delivery';

describe('a delivery', () => {
  it('rests while it waits for its turn or its next attempt, and not while the flow has it', () => {
    const resting: Record<Phase, boolean> = {
      waiting: true,
      'in line': true,
      held: true,
      flow: false,
      'output-2': false,
      ending: false,
    };
    for (const [phase, expected] of Object.entries(resting)) {
      assert.equal(isResting({ phase: phase as Phase }), expected, phase);
    }
  });
});
