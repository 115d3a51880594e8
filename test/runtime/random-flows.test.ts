/**
 * Flows as chance has them, twenty side by side in a Node-RED that is killed: no event is lost.
 *
 * INVERS_TEST_RUNS=10 tries ten times as many, INVERS_TEST_SEED=<number> the same ones again.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { effort } from '../support/effort';
import { Fleet } from '../support/fleet';
import { type FlowOnQueue, FlowsOnQueues } from '../support/flows-on-queues';
import { NodeRedProcess } from '../support/node-red-process';
import { buildFlow, describeFlow, randomFlows } from '../support/random-flow';

const FLOWS_AT_ONCE = 20;
const EVENTS = 200;
const PATIENCE = 90_000;

/** The usual run builds the same flows each time, among them groups of groups; a long one builds others. */
const USUAL_SEED = 90_576_110;
const otherSeed = () => Math.floor(Math.random() * 0x7fffffff);
const seed = Number(process.env['INVERS_TEST_SEED'] || (effort(1) > 1 ? otherSeed() : USUAL_SEED));

/** Node-RED is killed when so many percent of the events have reached the end of their flow. */
const moments = fc.integer({ min: 1, max: 75 });

describe('events in flows that chance has built', function () {
  this.timeout(3 * PATIENCE);

  let fleet: Fleet;
  let flows: FlowsOnQueues;
  let nodeRed: NodeRedProcess | undefined;

  beforeEach(async () => {
    fleet = await Fleet.create();
    flows = new FlowsOnQueues(fleet, EVENTS);
  });
  afterEach(async () => {
    await nodeRed?.dispose();
    nodeRed = undefined;
    flows.dispose();
    await fleet.dispose();
  });

  const rounds = Math.ceil(effort(FLOWS_AT_ONCE) / FLOWS_AT_ONCE);
  for (let round = 0; round < rounds; round++) {
    it(`are never lost when Node-RED is killed, round ${round + 1} from seed ${seed}`, async () => {
      const options = { numRuns: FLOWS_AT_ONCE, seed: seed + round };
      for (const flow of fc.sample(randomFlows, options)) {
        await flows.add(
          describeFlow(flow),
          (last) => buildFlow(flow, last),
          { delay: flow.work },
          // groups have to fit, and what fails now and then is tried again soon
          { prefetch: 100, retryDelay: 1, maxAttempts: 50 },
        );
      }
      const [percent = 50] = fc.sample(moments, { ...options, numRuns: 1 });
      nodeRed = await NodeRedProcess.start(flows.nodes);
      await flows.reaches(Math.ceil((percent / 100) * FLOWS_AT_ONCE * EVENTS), PATIENCE);
      await nodeRed.kill();
      await nodeRed.start();
      const stuck = await flows.emptied(PATIENCE);
      const outcomes = flows.flows.map((flow) => ({ flow, ...flows.outcome(flow) }));
      const complaints = outcomes.flatMap(({ flow, lost }) => [
        ...(stuck.includes(flow) ? [complaint(flow, 'its queue never became empty')] : []),
        ...(lost.length > 0 ? [complaint(flow, `it lost ${lost.length}: ${lost.join(', ')}`)] : []),
      ]);
      assert.equal(complaints.length, 0, complaints.join('\n\n'));
    });
  }

  function complaint(flow: FlowOnQueue, what: string): string {
    const said = (nodeRed?.logs ?? [])
      .filter(({ id, level }) => flow.nodes.some((node) => node.id === id) && level !== 'debug')
      .slice(-5)
      .map(({ type, level, message }) => `  ${level}, ${type}: ${message}`);
    return [flow.queue, what, flow.nodes[0]?.['label'], ...said, flows.importable(flow)].join('\n');
  }
});
