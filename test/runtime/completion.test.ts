/** What becomes of an event, with the broker's counts as the witness. */
import assert from 'node:assert/strict';
import { delay } from '../support/core-node-routes';
import { HOLDING_NODES } from '../support/core-nodes';
import { eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
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
import type { NodeRed, SinkNode } from '../support/node-red';
import { NodeRedProcess } from '../support/node-red-process';
import { setStage } from '../support/stage';
import { waitFor } from '../support/wait';

const queue = 'fleet.states';

describe('an event is acknowledged when the flow has finished with it', () => {
  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
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

  const counts = (ready: number, unacked: number) => fleet.counts(queue, ready, unacked);

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
    this.timeout(120_000);
    const last = sink({ never: true });
    const topic = await deployFlow([last], [last]);
    await fleet.publish(queue, eventMessages(0, 3));
    await nodeRed.sink(last.id).waitFor(3);
    await nodeRed.clear();
    await counts(3, 0);
    assert.equal(topic.type, 'invers-topic-in');
  });

  describe('comes again when a deploy takes the flow away under it', () => {
    const seen = sink();

    async function fill(held: FlowNode, properties: Properties = {}) {
      const topic = await deployFlow([held, seen], [held, seen], properties);
      await fleet.publish(queue, eventMessages(0, 4));
      await nodeRed.sink(seen.id).waitFor(4);
      await counts(0, 4);
      return topic;
    }

    for (const [what, create] of Object.entries(HOLDING_NODES)) {
      it(`while ${what} held it`, async () => {
        await fill(create());
        await nodeRed.clear();
        await counts(4, 0);
      });
    }

    it('although the topic stays and only the node that held it is deployed anew', async () => {
      const { credentials, ...consumer } = fleet.consumer();
      const last = sink();
      const held = { ...delay('60', 'seconds'), wires: [[last.id]] };
      const topic = topicIn(
        { consumer: consumer.id as string, queue, acknowledge: 'completion', maxAttempts: 1 },
        [held, seen],
        [],
      );
      const at = { id: 'tab1' };
      const others = [topic, seen, last];
      await nodeRed.deploy(tab([{ ...consumer, credentials } as FlowNode, held, ...others], at));
      await fleet.publish(queue, eventMessages(0, 4));
      await nodeRed.sink(seen.id).waitFor(4);
      const quick = { ...held, timeout: '1', timeoutUnits: 'milliseconds' };
      await nodeRed.deploy(tab([consumer as FlowNode, quick, ...others], at), 'nodes');
      const messages = await nodeRed.sink(last.id).waitFor(4);
      // nobody failed, so this is no second attempt
      for (const message of messages) {
        const { redelivered, attempt } = message['delivery'] as Record<string, unknown>;
        assert.deepEqual({ redelivered, attempt }, { redelivered: true, attempt: 1 });
      }
      await counts(0, 0);
    });

    it('at output 2 as well', async () => {
      const held = delay('60', 'seconds');
      const consumer = fleet.consumer();
      const topic = topicIn({ consumer, queue }, [], [held, seen]);
      await nodeRed.deploy(tab([consumer, topic, held, seen]));
      await fleet.publish(queue, [{ body: Buffer.from('no event'), properties: {} }]);
      await nodeRed.sink(seen.id).waitFor(1);
      await nodeRed.clear();
      await counts(1, 0);
    });
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

  it('is known to be tried again after a kill of Node-RED where the queue counts its deliveries', async () => {
    const counting = await fleet.subscribe('fleet.counting', { 'x-queue-type': 'quorum' });
    const last = sink({ never: true });
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue: counting }, [last], []);
    const flow = tab([consumer, topic, last]);
    await fleet.publish(counting, eventMessages(0, 1));
    for (const attempt of [1, 2]) {
      const other = await NodeRedProcess.start(flow);
      try {
        const [message] = await other.sink(last.id).waitFor(1);
        const counted = message && (message['delivery'] as { attempt?: number }).attempt;
        assert.equal(counted, attempt);
        await other.kill();
      } finally {
        await other.dispose();
      }
    }
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

    it('lets its twin pass when the first was lost with its connection and does not finish', async () => {
      const last = sink({ never: true });
      const filter = eventFilter(all, [last]);
      await deployFlow([filter], [filter, last], { retryDelay: 60 });
      await fleet.publish(queue, [...eventMessages(0, 1), ...eventMessages(0, 1)]);
      await nodeRed.sink(last.id).waitFor(1);
      await counts(0, 2);
      const [connection] = await fleet.connections();
      await fleet.broker.closeConnection(connection?.name ?? '');
      // both are given out again, and wait for what the flow has; then one goes, the other one waits
      await nodeRed.sink(last.id).waitFor(2, 20_000);
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
      await nodeRed.sink(last.id).waitFor(6, 20_000);
      await counts(0, 3);
      nodeRed.node<SinkNode>(last.id).finish();
      await counts(0, 0);
    });

    it('does not come a second time when the flow finished although the connection was gone', async () => {
      const last = sink({ never: true });
      const twins = sink();
      const filter = eventFilter({ ...all, duplicates: true }, [last], [twins]);
      await deployFlow([filter], [filter, last, twins]);
      await fleet.publish(queue, eventMessages(0, 3));
      await nodeRed.sink(last.id).waitFor(3);
      const [connection] = await fleet.connections();
      await fleet.broker.closeConnection(connection?.name ?? '');
      nodeRed.node<SinkNode>(last.id).finish();
      await nodeRed.sink(twins.id).waitFor(3);
      await counts(0, 0);
      assert.equal(nodeRed.sink(last.id).messages.length, 3);
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

  it('is acknowledged at once where that is chosen, whatever the flow does with it', async () => {
    const last = sink({ never: true });
    const failing = sink({ fail: 'the workshop is closed' });
    await deployFlow([last, failing], [last, failing], { acknowledge: 'delivery' });
    await fleet.publish(queue, eventMessages(0, 3));
    await nodeRed.sink(last.id).waitFor(3);
    await nodeRed.sink(failing.id).waitFor(3);
    await counts(0, 0);
  });

  it('leaves hooks and error methods as they were when the topic is gone', async () => {
    const hooks = nodeRed.RED.hooks;
    let heard = 0;
    // Node-RED waits for a handler that does not take exactly one argument
    hooks.add('onComplete.somebody-else', (_event: unknown) => {
      heard += 1;
    });
    try {
      const last = sink();
      await deployFlow([last], [last]);
      await fleet.publish(queue, eventMessages(0, 1));
      await counts(0, 0);
      assert.equal(heard, 1);
      const stays = nodeRed.node<SinkNode>(last.id);
      assert.equal(Object.hasOwn(stays, 'error'), true);
      await nodeRed.clear();
      assert.equal(Object.hasOwn(stays, 'error'), false);
      assert.equal(hooks.has('onComplete.somebody-else'), true);
    } finally {
      hooks.remove('*.somebody-else');
    }
    assert.equal(hooks.has('onComplete'), false);
    const last = sink();
    await deployFlow([last], [last], { acknowledge: 'delivery' });
    assert.equal(hooks.has('onComplete'), false);
  });
});
