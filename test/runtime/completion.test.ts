/** The moment at which an event is acknowledged, node by node, with the broker's counts as the witness. */
import assert from 'node:assert/strict';
import { eventMessages } from '../support/events';
import { Fleet } from '../support/fleet';
import {
  catchNode,
  completeNode,
  eventFilter,
  type FlowNode,
  functionNode,
  node,
  type Properties,
  sink,
  tab,
  topicIn,
} from '../support/flow';
import { type NodeRed, type SinkNode, sharedNodeRed } from '../support/node-red';
import { waitFor } from '../support/wait';

const queue = 'fleet.states';

/** What stands between the topic and the last node; the last node is reached by what it returns. */
type Between = (last: FlowNode) => { first: FlowNode[]; others: FlowNode[] };

const change = { rules: [{ t: 'set', p: 'seen', pt: 'msg', to: 'true', tot: 'bool' }] };
const delay = {
  pauseType: 'delay',
  timeout: '20',
  timeoutUnits: 'milliseconds',
  rate: '1',
  nbRateUnits: '1',
  rateUnits: 'second',
  randomFirst: '1',
  randomLast: '5',
  randomUnits: 'seconds',
  drop: false,
  outputs: 1,
};
const rate = { ...delay, pauseType: 'rate', rate: '50', rateUnits: 'second' };
const json = { property: 'payload', action: '' };
const template = {
  field: 'text',
  fieldType: 'msg',
  format: 'handlebars',
  template: '{{payload.n}}',
};
const always = { property: 'topic', propertyType: 'msg', rules: [{ t: 'else' }], outputs: 1 };
const rbe = { func: 'rbe', property: 'payload', septopics: false, topi: 'topic', inout: 'out' };
const split = { splt: ',', spltType: 'str', arraySplt: 1, arraySpltType: 'len', stream: false };
const join = { mode: 'auto', build: 'object', property: 'payload', propertyType: 'msg', count: '' };

function single(type: string, properties: Properties = {}): Between {
  return (last) => {
    const only = node(type, properties, [last]);
    return { first: [only], others: [only] };
  };
}

const ROUTES: [string, Between][] = [
  ['nothing at all', (last) => ({ first: [last], others: [] })],
  ['a Function', (last) => chain(functionNode('return msg;', [last]))],
  [
    'a Function that returns a fresh object',
    (last) => chain(functionNode('return { _msgid: msg._msgid, payload: msg.payload };', [last])),
  ],
  [
    'an asynchronous Function',
    (last) =>
      chain(functionNode('setTimeout(() => { node.send(msg); node.done(); }, 20);', [last])),
  ],
  ['a Change', single('change', change)],
  ['a Template', single('template', template)],
  [
    'a JSON, behind a Change that takes msg.schema away',
    (last) => {
      const parser = node('json', json, [last]);
      const rule = { t: 'delete', p: 'schema', pt: 'msg' };
      const without = node('change', { rules: [rule] }, [parser]);
      return { first: [without], others: [without, parser] };
    },
  ],
  ['a Switch', single('switch', always)],
  ['a Filter', single('rbe', rbe)],
  ['a Delay', single('delay', delay)],
  ['a Delay that limits the rate', single('delay', rate)],
  [
    'Split and Join',
    (last) => {
      const joined = node('join', join, [last]);
      const parts = node('split', split, [joined]);
      return { first: [parts], others: [parts, joined] };
    },
  ],
  [
    'a Link',
    (last) => {
      const into = node('link in', { links: [] }, [last]);
      const out = node('link out', { mode: 'link', links: [into.id] });
      into['links'] = [out.id];
      return { first: [out], others: [out, into] };
    },
  ],
  [
    'a Link call',
    (last) => {
      const back = node('link out', { mode: 'return', links: [] });
      const into = node('link in', { links: [] }, [back]);
      const call = node('link call', { links: [into.id], linkType: 'static', timeout: '30' }, [
        last,
      ]);
      return { first: [call], others: [call, into, back] };
    },
  ],
];

function chain(only: FlowNode): ReturnType<Between> {
  return { first: [only], others: [only] };
}

describe('an event is acknowledged when the flow has finished with it', () => {
  let nodeRed: NodeRed;
  let fleet: Fleet;

  before(async () => {
    nodeRed = await sharedNodeRed();
  });
  beforeEach(async () => {
    fleet = await Fleet.create();
    await fleet.subscribe(queue);
  });
  afterEach(async () => {
    await nodeRed.clear();
    await fleet.dispose();
  });

  async function deployFlow(first: FlowNode[], others: FlowNode[], properties: Properties = {}) {
    const consumer = fleet.consumer();
    const topic = topicIn(
      { consumer, queue, acknowledge: 'completion', retryDelay: 1, ...properties },
      first,
      [],
    );
    await nodeRed.deploy(tab([consumer, topic, ...others]));
    return topic;
  }

  const counts = (ready: number, unacked: number) =>
    fleet.broker.waitForQueue(
      fleet.vhost,
      queue,
      (seen) => seen.ready === ready && seen.unacked === unacked,
    );

  for (const [what, between] of ROUTES) {
    it(`through ${what}: not before the last node has finished, and then`, async () => {
      const last = sink({ never: true });
      const { first, others } = between(last);
      await deployFlow(first, [...others, last]);
      await fleet.publish(queue, eventMessages(0, 20));
      await nodeRed.sink(last.id).waitFor(20);
      await counts(0, 20);
      nodeRed.node<SinkNode>(last.id).finish();
      await counts(0, 0);
      assert.equal(nodeRed.sink(last.id).messages.length, 20);
    });
  }

  it('through several branches: when the slowest has finished', async () => {
    const quick = sink();
    const slow = sink({ never: true });
    await deployFlow([quick, slow], [quick, slow]);
    await fleet.publish(queue, eventMessages(0, 3));
    await nodeRed.sink(slow.id).waitFor(3);
    await nodeRed.sink(quick.id).waitFor(3);
    await counts(0, 3);
    nodeRed.node<SinkNode>(slow.id).finish();
    await counts(0, 0);
  });

  it('with nothing wired: at once', async () => {
    await deployFlow([], []);
    await fleet.publish(queue, eventMessages(0, 3));
    await counts(0, 0);
  });

  it('with a Complete node behind: when its flow has finished too', async () => {
    const step = functionNode('return msg;', []);
    const last = sink({ never: true });
    const complete = completeNode([step], [last]);
    await deployFlow([step], [step, complete, last]);
    await fleet.publish(queue, eventMessages(0, 1));
    await nodeRed.sink(last.id).waitFor(1);
    await counts(0, 1);
    nodeRed.node<SinkNode>(last.id).finish();
    await counts(0, 0);
  });

  it('through a subflow: when the node inside has finished', async () => {
    const inner = functionNode('setTimeout(() => node.done(), 10);', []);
    const consumer = fleet.consumer();
    const subflow = {
      id: 'sub1',
      type: 'subflow',
      name: 'sub',
      in: [{ x: 0, y: 0, wires: [{ id: inner.id }] }],
      out: [],
    };
    const instance = node('subflow:sub1', {});
    const topic = topicIn({ consumer, queue, acknowledge: 'completion' }, [instance], []);
    await nodeRed.deploy([subflow, { ...inner, z: 'sub1' }, ...tab([consumer, topic, instance])]);
    await fleet.publish(queue, eventMessages(0, 3));
    await nodeRed.waitForStatus(topic.id, { fill: 'green' });
    await counts(0, 0);
  });

  it('is given back after a failure that nobody caught, and acknowledged when it works', async () => {
    const last = sink({ fail: 'the workshop is closed' });
    const topic = await deployFlow([last], [last]);
    await fleet.publish(queue, eventMessages(0, 1));
    await nodeRed.sink(last.id).waitFor(1);
    nodeRed.node<SinkNode>(last.id).behaviour = {};
    const [first, second] = await nodeRed.sink(last.id).waitFor(2);
    const delivery = (message: unknown) =>
      (message as { delivery: { redelivered: boolean; attempt: number } }).delivery;
    assert.deepEqual([delivery(first).redelivered, delivery(first).attempt], [false, 1]);
    assert.deepEqual([delivery(second).redelivered, delivery(second).attempt], [true, 2]);
    await counts(0, 0);
    await nodeRed.waitForLog(
      ({ id, message }) =>
        id === topic.id && /attempt 1 of 5.*the workshop is closed/.test(message),
    );
  });

  it('is acknowledged when a Catch node took the error, after its flow has finished', async () => {
    const broken = functionNode('throw new Error("flat tyre");', []);
    const last = sink({ never: true });
    const catcher = catchNode({ scope: [broken.id] }, [last]);
    await deployFlow([broken], [broken, catcher, last]);
    await fleet.publish(queue, eventMessages(0, 2));
    await nodeRed.sink(last.id).waitFor(2);
    await counts(0, 2);
    nodeRed.node<SinkNode>(last.id).finish();
    await counts(0, 0);
  });

  it('leaves by output 2 after its last attempt, and is acknowledged when that flow has finished', async () => {
    const last = sink({ fail: 'the workshop is closed' });
    const unusable = sink({ never: true });
    const consumer = fleet.consumer();
    const topic = topicIn(
      { consumer, queue, acknowledge: 'completion', maxAttempts: 2, retryDelay: 1 },
      [last],
      [unusable],
    );
    await nodeRed.deploy(tab([consumer, topic, last, unusable]));
    await fleet.publish(queue, eventMessages(7, 8));
    const [message] = await nodeRed.sink(unusable.id).waitFor(1);
    assert.equal(nodeRed.sink(last.id).messages.length, 2);
    const error = message?.['error'] as { code: string; message: string; details: unknown };
    assert.equal(error.code, 'attempts-exhausted');
    assert.match(error.message, /2 times.*the workshop is closed/);
    assert.deepEqual(message?.payload, { n: 7 });
    await counts(0, 1);
    nodeRed.node<SinkNode>(unusable.id).finish();
    await counts(0, 0);
  });

  it('fails at the deadline, with a warning that names who holds it', async () => {
    const last = sink({ never: true, name: 'slow workshop' });
    const topic = await deployFlow([last], [last], { deadline: 1, maxAttempts: 1 });
    await fleet.publish(queue, eventMessages(0, 1));
    const { message } = await nodeRed.waitForLog(
      ({ id, level }) => id === topic.id && level === 'error',
    );
    assert.match(message, /not finished with it after 1 s; still held by: slow workshop/);
    await counts(0, 0);
  });

  it('stays with the broker when the flow is deployed anew before it has finished', async function () {
    this.timeout(60_000);
    const last = sink({ never: true });
    const topic = await deployFlow([last], [last]);
    await fleet.publish(queue, eventMessages(0, 3));
    await nodeRed.sink(last.id).waitFor(3);
    await nodeRed.clear();
    await counts(3, 0);
    assert.equal(topic.type, 'invers-topic-in');
  });

  it('is acknowledged during a deploy when the flow finishes in time', async () => {
    const last = sink({ never: true });
    await deployFlow([last], [last]);
    await fleet.publish(queue, eventMessages(0, 3));
    await nodeRed.sink(last.id).waitFor(3);
    const stopping = nodeRed.node<SinkNode>(last.id);
    const closed = nodeRed.clear();
    // the topic has stopped consuming, and waits for the flow
    await waitFor(async () => (await fleet.broker.queue(fleet.vhost, queue))?.consumers === 0);
    stopping.finish();
    await closed;
    await counts(0, 0);
  });

  it('never has more on its way than the prefetch allows', async () => {
    const last = sink({ never: true });
    await deployFlow([last], [last], { prefetch: 5 });
    await fleet.publish(queue, eventMessages(0, 20));
    await nodeRed.sink(last.id).waitFor(5);
    await counts(15, 5);
    assert.equal(nodeRed.sink(last.id).messages.length, 5);
    const finisher = nodeRed.node<SinkNode>(last.id);
    finisher.finish();
    await nodeRed.sink(last.id).waitFor(10);
    await counts(10, 5);
  });

  describe('behind an event filter that lets each event pass once', () => {
    const all = { routes: [{ name: '', types: ['*'], majorVersions: [] }], other: false };

    it('is tried again after a failure: the second attempt is no duplicate', async () => {
      const last = sink({ fail: 'the workshop is closed' });
      const filter = eventFilter(all, [last]);
      await deployFlow([filter], [filter, last]);
      await fleet.publish(queue, eventMessages(0, 3));
      await nodeRed.sink(last.id).waitFor(3);
      nodeRed.node<SinkNode>(last.id).behaviour = {};
      await nodeRed.sink(last.id).waitFor(6);
      await counts(0, 0);
    });

    it('keeps its twin waiting, which is a duplicate once the first is acknowledged', async () => {
      const last = sink({ never: true });
      const twins = sink();
      const filter = eventFilter({ ...all, duplicates: true }, [last], [twins]);
      await deployFlow([filter], [filter, last, twins]);
      await fleet.publish(queue, [...eventMessages(0, 1), ...eventMessages(0, 2)]);
      await nodeRed.sink(last.id).waitFor(2);
      await counts(0, 3);
      assert.equal(nodeRed.sink(twins.id).messages.length, 0);
      nodeRed.node<SinkNode>(last.id).finish();
      const [twin] = await nodeRed.sink(twins.id).waitFor(1);
      assert.deepEqual(
        { ...(twin?.['duplicate'] as object), first_seen_at: '' },
        { first_seen_at: '', count: 2 },
      );
      await counts(0, 0);
      assert.equal(nodeRed.sink(last.id).messages.length, 2);
    });

    it('lets its twin pass when the first failed', async () => {
      const last = sink({ never: true });
      const filter = eventFilter(all, [last]);
      await deployFlow([filter], [filter, last], { retryDelay: 60 });
      await fleet.publish(queue, [...eventMessages(0, 1), ...eventMessages(0, 1)]);
      await nodeRed.sink(last.id).waitFor(1);
      await counts(0, 2);
      const [connection] = await fleet.connections();
      await fleet.broker.closeConnection(connection?.name ?? '');
      // both are given out again; one of them is in the flow, the other one waits for it
      await nodeRed.sink(last.id).waitFor(2);
      await counts(0, 2);
      nodeRed.node<SinkNode>(last.id).finish();
      await counts(0, 0);
      assert.equal(nodeRed.sink(last.id).messages.length, 2);
    });

    it('is not acknowledged because of its own earlier delivery after a reconnect', async () => {
      const last = sink({ never: true });
      const filter = eventFilter(all, [last]);
      await deployFlow([filter], [filter, last]);
      await fleet.publish(queue, eventMessages(0, 3));
      await nodeRed.sink(last.id).waitFor(3);
      const [connection] = await fleet.connections();
      await fleet.broker.closeConnection(connection?.name ?? '');
      await nodeRed.sink(last.id).waitFor(6);
      await counts(0, 3);
      nodeRed.node<SinkNode>(last.id).finish();
      await counts(0, 0);
    });

    it('does not wait for itself when two wires lead into the filter', async () => {
      const last = sink();
      const twins = sink();
      const filter = eventFilter({ ...all, duplicates: true }, [last], [twins]);
      const step = functionNode('return msg;', [filter]);
      await deployFlow([filter, step], [filter, step, last, twins]);
      await fleet.publish(queue, eventMessages(0, 3));
      await nodeRed.sink(twins.id).waitFor(3);
      await counts(0, 0);
      assert.equal(nodeRed.sink(last.id).messages.length, 3);
    });
  });

  it('leaves no hook behind when the topic is gone', async () => {
    const hooks = nodeRed.RED.hooks;
    const last = sink();
    await deployFlow([last], [last]);
    assert.equal(hooks.has('onComplete'), true);
    await nodeRed.clear();
    assert.equal(hooks.has('onComplete'), false);
    await deployFlow([last], [last], { acknowledge: 'delivery' });
    assert.equal(hooks.has('onComplete'), false);
  });
});
