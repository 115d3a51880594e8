/** No event is lost, whatever is killed while the flow has it: the chaos run of `npm run chaos`, but a short one. */
import assert from 'node:assert/strict';
import { type ChaosPlan, runChaos } from '../../bench/chaos/run';
import { effort } from '../support/effort';
import { sharedBroker } from '../support/shared-broker';

describe('a flow around which everything is killed', function () {
  this.timeout(effort(300_000));

  it('loses no event, and repeats no more than were on their way', async () => {
    const faults = { nodeRedKill: 2, brokerKill: 1, reset: 3, redisRestart: 0, deploy: 3 };
    const result = await runChaos({
      events: effort(3_000),
      duplicates: 0,
      processes: 1,
      // what a killed broker forgets of acknowledgements, a killed Node-RED still has to know
      store: 'file',
      prefetch: 50,
      delay: 50,
      acknowledge: 'completion',
      faults,
    });
    const kinds = result.faults.map(({ kind }) => kind);
    assert.deepEqual(kinds.sort(), [
      'brokerKill',
      'deploy',
      'deploy',
      'deploy',
      'nodeRedKill',
      'nodeRedKill',
      'reset',
      'reset',
      'reset',
    ]);
    // a fault that meets an idle flow would show nothing
    assert.ok(result.faults.some(({ kind, unacked }) => kind === 'nodeRedKill' && unacked > 0));
    assert.equal(result.lost, 0, `${result.lost} events never reached the disk`);
    assert.ok(
      result.twice <= result.twiceAtMost,
      `${result.twice} events came twice, ${result.twiceAtMost} were allowed`,
    );
  });

  it('passes each event once over three Node-REDs that share a queue and a Redis', async () => {
    const faults = { nodeRedKill: 1, brokerKill: 0, reset: 0, redisRestart: 1, deploy: 3 };
    const plan: ChaosPlan = {
      events: effort(3_000),
      duplicates: 10,
      processes: 3,
      store: 'redis',
      prefetch: 50,
      delay: 50,
      acknowledge: 'completion',
      faults,
    };
    const result = await runChaos(plan, { broker: await sharedBroker() });
    const kinds = result.faults.map(({ kind }) => kind);
    assert.deepEqual(kinds.sort(), ['deploy', 'deploy', 'deploy', 'nodeRedKill', 'redisRestart']);
    assert.equal(result.lost, 0, `${result.lost} events never reached the disk`);
    assert.ok(
      result.twice <= result.twiceAtMost,
      `${result.twice} events came twice, ${result.twiceAtMost} were allowed`,
    );
  });
});
