/** Deploys of every kind while events are on their way: none is lost, and a flow that ends at once never holds a deploy up. */
import assert from 'node:assert/strict';
import { delay } from '../support/core-node-routes';
import { effort } from '../support/effort';
import { eventId, eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
import {
  eventFilter,
  type FlowNode,
  functionNode,
  sink,
  storeNode,
  tab,
  topicIn,
} from '../support/flow';
import type { DeployType, NodeRed } from '../support/node-red';
import { Redis } from '../support/redis';
import { setStage } from '../support/stage';

const DEPLOYS = effort(7);
/** Sent for each deploy: more than the flow works off while it lasts. */
const EVENTS = 500;
/** What a topic gives its flow to finish, in milliseconds: a deploy that takes so long has waited for nothing. */
const DRAIN = 10_000;
const queue = 'fleet.states';

describe('deploying under load', function () {
  this.timeout(effort(120_000));

  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });

  /** A flow in which a deploy may change some nodes. */
  interface Flow {
    readonly nodes: readonly FlowNode[];
    readonly end: FlowNode;
    readonly changed: readonly FlowNode[];
  }

  /** The flow with a new name for each node that changes. */
  const flowOf = ({ nodes, changed }: Flow, round: number): FlowNode[] =>
    tab(
      nodes.map((each) => (changed.includes(each) ? { ...each, name: `round ${round}` } : each)),
      { id: 'tab1' },
    );

  const idsAt = ({ end }: Flow) =>
    nodeRed.sink(end.id).messages.map(({ metadata }) => String((metadata as { id: unknown }).id));

  /** Deploys again and again while events come, and returns how long each deploy took. */
  async function deployAgain(flow: Flow, type: DeployType): Promise<number[]> {
    const times: number[] = [];
    await nodeRed.deploy(flowOf(flow, 0));
    for (let round = 1; round <= DEPLOYS; round++) {
      const before = nodeRed.sink(flow.end.id).messages.length;
      const from = (round - 1) * EVENTS;
      await fleet.publish(queue, eventMessages(from, from + EVENTS));
      await nodeRed.sink(flow.end.id).waitFor(before + 1);
      const began = performance.now();
      await nodeRed.deploy(flowOf(flow, round), type);
      times.push(performance.now() - began);
    }
    return times;
  }

  /** Every event has reached the end at least once, and the queue is empty. */
  async function nothingIsLost(flow: Flow): Promise<void> {
    await fleet.drained(queue, 60_000);
    const seen = new Set(idsAt(flow));
    const lost = Array.from({ length: DEPLOYS * EVENTS }, (_, n) => eventId(n)).filter(
      (id) => !seen.has(id),
    );
    assert.deepEqual(lost, [], `${lost.length} of ${DEPLOYS * EVENTS} events were lost`);
  }

  function flowWithFilter(
    store?: FlowNode,
  ): Omit<Flow, 'changed'> & Record<'consumer' | 'step', FlowNode> {
    const consumer = fleet.consumer({ name: 'yard' });
    const end = sink();
    const step = delay('5', 'milliseconds', [end]);
    const filter = eventFilter({ store: store?.id ?? '' }, [step], [step]);
    const topic = topicIn({ consumer, queue, retryDelay: 1 }, [filter], []);
    const stores = store ? [store] : [];
    return { nodes: [consumer, ...stores, topic, filter, step, end], end, consumer, step };
  }

  it('a changed consumer and a changed node behind the filter lose no event', async () => {
    const { consumer, step, ...flow } = flowWithFilter();
    const changing = { ...flow, changed: [consumer, step] };
    await deployAgain(changing, 'nodes');
    await nothingIsLost(changing);
  });

  it('the same loses none with the ids in Redis', async () => {
    const redis = await Redis.start();
    try {
      const { consumer, step, ...flow } = flowWithFilter(
        storeNode({ backend: 'redis', url: redis.url }),
      );
      const changing = { ...flow, changed: [consumer, step] };
      await deployAgain(changing, 'nodes');
      await nothingIsLost(changing);
      await nodeRed.clear();
    } finally {
      await redis.dispose();
    }
  });

  it('a changed consumer loses no event while some of them fail', async () => {
    const consumer = fleet.consumer({ name: 'yard' });
    const end = sink();
    // each tenth fails the first time that it comes
    const code = `const failed = flow.get('failed') ?? {};
if (msg.payload.n % 10 === 0 && !failed[msg.metadata.id]) {
  failed[msg.metadata.id] = true;
  flow.set('failed', failed);
  setTimeout(() => node.done(new Error('flat tyre')), 5);
} else setTimeout(() => { node.send(msg); node.done(); }, 5);`;
    const step = functionNode(code, [end]);
    const filter = eventFilter({}, [step], [step]);
    const topic = topicIn({ consumer, queue, retryDelay: 1 }, [filter], []);
    const flow = { nodes: [consumer, topic, filter, step, end], end, changed: [consumer] };
    await deployAgain(flow, 'nodes');
    await nothingIsLost(flow);
  });

  for (const type of ['full', 'flows', 'nodes'] as const) {
    it(`a deploy of the kind "${type}" is not held up by a flood that ends at once`, async () => {
      const consumer = fleet.consumer({ name: 'yard' });
      const end = sink();
      const step = functionNode('return msg;', [end]);
      const topic = topicIn({ consumer, queue, prefetch: 1_000, retryDelay: 1 }, [step], []);
      const flow = { nodes: [consumer, topic, step, end], end, changed: [topic, step] };
      const times = await deployAgain(flow, type);
      const longest = Math.max(...times);
      assert.ok(longest < DRAIN, `the longest of ${times.length} deploys took ${longest} ms`);
      await nothingIsLost(flow);
    });
  }
});
