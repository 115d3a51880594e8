/** `kill -9` in the middle of every kind of flow: what had no end yet is in its queue again, and what had one is not. */
import { type Between, ROUTES } from '../support/core-node-routes';
import {
  BLOCKING_NODES,
  BROKEN_NODES,
  ENDING_NODES,
  FAILING_NODES,
  GROUPING_NODES,
  HOLDING_NODES,
} from '../support/core-nodes';
import { eventMessages } from '../support/events';
import { Fleet } from '../support/fleet';
import { type FlowNode, node, sink, tab, topicIn } from '../support/flow';
import { NodeRedProcess } from '../support/node-red-process';
import { freePorts } from '../support/ports';

/** As many as a group has. */
const EVENTS = 5;
const START = 60_000;

/** A flow on its own tab and queue. */
interface Case {
  readonly what: string;
  readonly queue: string;
  readonly nodes: FlowNode[];
  /** The end, which works on every message and is never done. */
  readonly last: FlowNode;
  /** Messages that reach the end. */
  readonly arrive: number;
  /** Events that are delivered and have no end yet, and so are in the queue after the kill. */
  readonly unfinished: number;
}

describe('an event whose flow has not finished', function () {
  this.timeout(180_000);

  let fleet: Fleet;
  let nodeRed: NodeRedProcess | undefined;

  beforeEach(async () => {
    fleet = await Fleet.create();
  });
  afterEach(async () => {
    await nodeRed?.dispose();
    nodeRed = undefined;
    await fleet.dispose();
  });

  it('survives a kill behind every kind of node, and none that has finished comes again', async () => {
    const [nobody = 0] = await freePorts(1);
    const consumer = fleet.consumer();
    const cases = allCases(consumer, nobody);
    for (const { queue } of cases) {
      await fleet.subscribe(queue);
      await fleet.publish(queue, eventMessages(0, EVENTS));
    }
    nodeRed = await NodeRedProcess.start([consumer, ...cases.flatMap(({ nodes }) => nodes)]);
    for (const { queue, last, arrive, unfinished } of cases) {
      await nodeRed.sink(last.id).waitFor(arrive, START);
      await fleet.counts(queue, 0, unfinished, START);
    }
    await nodeRed.kill();
    const wrong: string[] = [];
    for (const { what, queue, unfinished } of cases) {
      await fleet.counts(queue, unfinished, 0).catch((error: unknown) => {
        wrong.push(`${what}: ${(error as Error).message}`);
      });
    }
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
  });
});

/** What the tests of each kind show by the broker's counts, all at once. */
function allCases(consumer: FlowNode, unusedPort: number): Case[] {
  const cases: Case[] = [];
  const add = (
    what: string,
    build: (last: FlowNode) => Between,
    counts: { arrive: number; unfinished: number },
    // what has failed is held for longer than the test lasts
    retryDelay = 300,
  ) => {
    const queue = `kill.${cases.length}`;
    const last = sink({ never: true });
    const { first, others } = build(last);
    const topic = topicIn({ consumer, queue, retryDelay }, first, []);
    cases.push({ what, queue, nodes: tab([topic, ...others, last]), last, ...counts });
  };
  const open = { arrive: EVENTS, unfinished: EVENTS };
  const unseen = { arrive: 0, unfinished: EVENTS };
  const alone = (between: FlowNode): Between => ({ first: [between], others: [between] });

  for (const [what, route] of Object.entries(ROUTES)) add(what, route, open);
  for (const [what, route] of Object.entries(GROUPING_NODES)) {
    add(what, route, { arrive: 1, unfinished: EVENTS });
  }
  for (const [what, route] of Object.entries(BLOCKING_NODES)) {
    add(what, route, { arrive: 1, unfinished: 1 });
  }
  for (const [what, create] of Object.entries(HOLDING_NODES)) {
    add(what, () => alone(create()), unseen);
  }
  for (const [what, create] of Object.entries(FAILING_NODES)) add(what, create, unseen);
  for (const [what, create] of Object.entries(BROKEN_NODES)) {
    add(what, () => alone(create()), unseen);
  }
  for (const [what, create] of Object.entries(ENDING_NODES)) {
    // UDP out takes nothing in its first quarter of a second: what comes then is tried again
    add(what, create, { arrive: 0, unfinished: 0 }, 1);
  }
  add('an HTTP request that no server answers', () => alone(request(unusedPort)), unseen);
  add('a Link call that waits for its answer', linkCall, open);
  return cases;
}

function request(port: number): FlowNode {
  const url = `http://127.0.0.1:${port}/`;
  return node('http request', { method: 'GET', ret: 'txt', paytoqs: 'ignore', url, headers: [] });
}

function linkCall(last: FlowNode): Between {
  const into = node('link in', { links: [] }, [last]);
  const call = node('link call', { links: [into.id], linkType: 'static', timeout: '300' }, []);
  return { first: [call], others: [call, into] };
}
