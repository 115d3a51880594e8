/** The checker of a fleet finds every kind of mistake: each of its rules, broken on purpose. */
import assert from 'node:assert/strict';
import { checkFleet, RULES } from '../../support/fleet-checker';
import { MISTAKES } from '../../support/fleet-mistakes';
import { fleetStream, type Stream } from '../../support/fleet-stream';

describe('the checker of a fleet', () => {
  let stream: Stream;

  before(() => {
    stream = [...fleetStream(1_600)];
  });

  it('has nothing to say about the fleet as it is', () => {
    assert.deepEqual(checkFleet(stream).complaints, []);
  });

  for (const { rule, what, make } of MISTAKES) {
    it(`finds ${what} (${rule})`, () => {
      const { complaints } = checkFleet(make(stream));
      const rules = new Set(complaints.map((complaint) => complaint.rule));
      assert.ok(rules.has(rule), `complained of: ${[...rules].join(', ') || 'nothing'}`);
    });
  }

  it('has no rule that is not broken here', () => {
    const broken = new Set(MISTAKES.map(({ rule }) => rule));
    assert.deepEqual([...broken].sort(), [...RULES].sort());
  });
});
