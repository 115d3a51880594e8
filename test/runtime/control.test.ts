/** A flow that decides itself about events, and one that steers its topic. */
import assert from 'node:assert/strict';
import { eventId, eventMessage, eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
import {
  catchNode,
  type FlowNode,
  functionNode,
  node,
  type Properties,
  sink,
  tab,
  topicIn,
} from '../support/flow';
import type { NodeRed, SinkNode } from '../support/node-red';
import { setStage } from '../support/stage';
import { waitFor } from '../support/wait';

const queue = 'fleet.states';

type Received = Record<string, unknown> | undefined;
const metadataOf = (message: Received) => message?.['metadata'] as { id?: string };
const deliveryOf = (message: Received) => message?.['delivery'] as { attempt?: number };
const errorOf = (message: Received) => message?.['error'] as { message: string };

describe('a flow in command', () => {
  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });

  const counts = (ready: number, unacked: number) => fleet.counts(queue, ready, unacked);

  describe('of what becomes of its events', () => {
    const ack = (properties: Properties, ...outputs: FlowNode[][]) =>
      node('invers-ack', { outcome: 'acknowledge', ...properties }, ...outputs);

    async function deployFlow(properties: Properties, first: FlowNode[], others: FlowNode[]) {
      const consumer = fleet.consumer();
      const topic = topicIn(
        { consumer, queue, acknowledge: 'manual', retryDelay: 1, ...properties },
        first,
        [],
      );
      await nodeRed.deploy(tab([consumer, topic, ...others]));
      return topic;
    }

    it('holds every event until an INVERS ack node acknowledges it', async () => {
      const gate = sink();
      const done = ack({});
      await deployFlow({}, [gate], [gate, done]);
      await fleet.publish(queue, eventMessages(0, 3));
      const [first] = await nodeRed.sink(gate.id).waitFor(3);
      await counts(0, 3);
      assert.ok(first);
      nodeRed.receive(done.id, first);
      await counts(0, 2);
    });

    it('passes the message on unchanged', async () => {
      const after = sink();
      const done = ack({}, [after]);
      await deployFlow({}, [done], [done, after]);
      await fleet.publish(queue, [eventMessage(1)]);
      const [message] = await nodeRed.sink(after.id).waitFor(1);
      assert.deepEqual(message?.payload, { n: 1 });
      assert.equal(metadataOf(message).id, eventId(1));
      await counts(0, 0);
    });

    it('gives an event back for another attempt, and discards it when told to', async () => {
      const decide = functionNode(
        'msg.outcome = msg.delivery.attempt === 1 ? "retry" : "discard"; return msg;',
        [],
      );
      const done = ack({});
      decide.wires = [[done.id]];
      const seen = sink();
      await deployFlow({}, [decide, seen], [decide, done, seen]);
      await fleet.publish(queue, [eventMessage(1)]);
      const messages = await nodeRed.sink(seen.id).waitFor(2);
      const attempts = messages.map((message) => deliveryOf(message).attempt);
      assert.deepEqual(attempts, [1, 2]);
      await counts(0, 0);
    });

    it('moves a discarded event to the dead letters, and nothing else', async () => {
      const dead = await fleet.subscribe('fleet.dead');
      const deadLetters = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead };
      const mortal = await fleet.subscribe('fleet.mortal', deadLetters);
      const done = ack({ outcome: 'discard' });
      await deployFlow({ queue: mortal }, [done], [done]);
      await fleet.publish(mortal, [eventMessage(1)]);
      await fleet.broker.waitForQueue(fleet.vhost, dead, ({ ready }) => ready === 1);
      await fleet.drained(mortal);
    });

    it('is told by an error when a decision comes too late or about nothing', async () => {
      const gate = sink();
      const done = ack({});
      const caught = sink();
      const catcher = catchNode({ scope: [done.id] }, [caught]);
      await deployFlow({}, [gate], [gate, done, catcher, caught]);
      await fleet.publish(queue, [eventMessage(1)]);
      const [message] = await nodeRed.sink(gate.id).waitFor(1);
      assert.ok(message);
      nodeRed.receive(done.id, message);
      await counts(0, 0);
      nodeRed.receive(done.id, message);
      nodeRed.receive(done.id, { payload: 'no event' });
      nodeRed.receive(done.id, { ...message, outcome: 'burn' });
      const errors = (await nodeRed.sink(caught.id).waitFor(3)).map(
        (each) => errorOf(each).message,
      );
      assert.match(errors[0] ?? '', /decided already/);
      assert.match(errors[1] ?? '', /no msg\.delivery/);
      assert.match(errors[2] ?? '', /"burn": choose acknowledge or retry or discard/);
    });

    it('is told by an error when the connection broke in between', async () => {
      const gate = sink();
      const done = ack({});
      const caught = sink();
      const catcher = catchNode({ scope: [done.id] }, [caught]);
      await deployFlow({}, [gate], [gate, done, catcher, caught]);
      await fleet.publish(queue, [eventMessage(1)]);
      const [before] = await nodeRed.sink(gate.id).waitFor(1);
      const [connection] = await fleet.connections();
      await fleet.broker.closeConnection(connection?.name ?? '');
      const [, again] = await nodeRed.sink(gate.id).waitFor(2);
      assert.ok(before && again);
      nodeRed.receive(done.id, before);
      const [error] = await nodeRed.sink(caught.id).waitFor(1);
      assert.match(errorOf(error).message, /connection broke/);
      await counts(0, 1);
      nodeRed.receive(done.id, again);
      await counts(0, 0);
    });

    it('gets an event again when it does not decide before the deadline', async () => {
      const gate = sink();
      await deployFlow({ deadline: 1 }, [gate], [gate]);
      await fleet.publish(queue, [eventMessage(1)]);
      const messages = await nodeRed.sink(gate.id).waitFor(2);
      assert.equal(deliveryOf(messages[1]).attempt, 2);
    });
  });

  describe('of its topic', () => {
    interface Report {
      state: string;
      received: number;
      acknowledged: number;
      in_flight: number;
    }

    async function deployFlow(properties: Properties = {}, last = sink()) {
      const consumer = fleet.consumer();
      const reports = sink();
      const topic = topicIn(
        { consumer, queue, acknowledge: 'completion', control: true, ...properties },
        [last],
        [],
        [reports],
      );
      await nodeRed.deploy(tab([consumer, topic, last, reports]));
      const states = () =>
        nodeRed.sink(reports.id).messages.map(({ payload }) => (payload as Report).state);
      const reaches = async (state: string, count: number) => {
        await nodeRed.sink(reports.id).waitFor(count);
        assert.equal(states()[count - 1], state, states().join());
      };
      return { topic, last, reports, states, reaches };
    }

    it('pauses it and takes it up again, losing nothing', async () => {
      const { topic, last, reaches } = await deployFlow();
      await reaches('consuming', 2);
      nodeRed.receive(topic.id, { action: 'pause' });
      await reaches('paused', 3);
      await fleet.publish(queue, eventMessages(0, 5));
      await counts(5, 0);
      nodeRed.receive(topic.id, { action: 'resume' });
      await nodeRed.sink(last.id).waitFor(5);
      await counts(0, 0);
    });

    it('has no more events than the prefetch in the flow, however often it pauses and resumes it', async () => {
      const last = sink({ never: true });
      const { topic, reaches } = await deployFlow({ prefetch: 5 }, last);
      await reaches('consuming', 2);
      await fleet.publish(queue, eventMessages(0, 60));
      await nodeRed.sink(last.id).waitFor(5);
      for (let n = 0; n < 10; n++) {
        nodeRed.receive(topic.id, { action: 'pause' });
        await reaches('paused', 3 + 2 * n);
        nodeRed.receive(topic.id, { action: 'resume' });
        await reaches('connecting', 4 + 2 * n);
      }
      await counts(55, 5);
      assert.equal(nodeRed.sink(last.id).messages.length, 5);
      nodeRed.node<SinkNode>(last.id).behaviour = {};
      nodeRed.node<SinkNode>(last.id).finish();
      await nodeRed.sink(last.id).waitFor(60);
      await counts(0, 0);
    });

    it('says several things to it in one go, of which the last one counts', async () => {
      const { topic, last, reaches } = await deployFlow();
      await reaches('consuming', 2);
      for (const action of ['disconnect', 'connect', 'disconnect']) {
        nodeRed.receive(topic.id, { action });
      }
      await nodeRed.waitForStatus(topic.id, { text: /disconnected-by-you$/ });
      await waitFor(async () => (await fleet.connections()).length === 0);
      await fleet.publish(queue, eventMessages(0, 5));
      for (const action of ['connect', 'disconnect', 'connect', 'pause']) {
        nodeRed.receive(topic.id, { action });
      }
      await nodeRed.waitForStatus(topic.id, { text: /paused$/ });
      await counts(5, 0);
      nodeRed.receive(topic.id, { action: 'resume' });
      await nodeRed.sink(last.id).waitFor(5);
      await counts(0, 0);
    });

    it('disconnects it and connects it again', async () => {
      const { topic, last, reaches } = await deployFlow();
      await reaches('consuming', 2);
      nodeRed.receive(topic.id, { action: 'disconnect' });
      await nodeRed.waitForStatus(topic.id, { text: /disconnected-by-you$/ });
      assert.deepEqual(await fleet.connections(), []);
      await fleet.publish(queue, eventMessages(0, 5));
      nodeRed.receive(topic.id, { action: 'connect' });
      await nodeRed.sink(last.id).waitFor(5);
      await counts(0, 0);
    });

    it('does not come back when its node goes while it is being connected again', async () => {
      const { credentials, ...consumer } = fleet.consumer();
      const last = sink({ never: true });
      const topic = topicIn(
        { consumer: consumer.id as string, queue, control: true },
        [last],
        [],
        [],
      );
      const at = { id: 'tab1' };
      await nodeRed.deploy(tab([{ ...consumer, credentials } as FlowNode, topic, last], at));
      await fleet.publish(queue, eventMessages(0, 1));
      await nodeRed.sink(last.id).waitFor(1);
      // it cannot disconnect before the flow has finished, nor connect before that
      nodeRed.receive(topic.id, { action: 'disconnect' });
      nodeRed.receive(topic.id, { action: 'connect' });
      const deployed = nodeRed.deploy(tab([consumer as FlowNode, last], at), 'nodes');
      await waitFor(() => !nodeRed.RED.nodes.getNode(topic.id));
      nodeRed.node<SinkNode>(last.id).finish();
      await deployed;
      await counts(0, 0);
      await waitFor(async () => (await fleet.connections()).length === 0);
    });

    it('reports what it has received and acknowledged when asked', async () => {
      const { topic, last, reports, reaches } = await deployFlow();
      await reaches('consuming', 2);
      await fleet.publish(queue, eventMessages(0, 5));
      await nodeRed.sink(last.id).waitFor(5);
      await counts(0, 0);
      nodeRed.receive(topic.id, { action: 'status', topic: 'mine' });
      const message = (await nodeRed.sink(reports.id).waitFor(3))[2];
      const {
        last_event_at: lastEvent,
        last_ack_at: lastAck,
        rate,
        ...report
      } = (message?.payload ?? {}) as Report &
        Record<'last_event_at' | 'last_ack_at' | 'rate', string>;
      assert.deepEqual(report, {
        state: 'consuming',
        received: 5,
        acknowledged: 5,
        retried: 0,
        failed: 0,
        redelivered: 0,
        in_flight: 0,
      });
      assert.ok(Date.parse(lastEvent) <= Date.parse(lastAck));
      assert.equal(typeof rate, 'number');
      assert.equal(message?.topic, 'mine');
    });

    it('is told by an error which actions there are', async () => {
      const { topic } = await deployFlow();
      nodeRed.receive(topic.id, { action: 'explode' });
      const { message } = await nodeRed.waitForLog(
        ({ id, level }) => id === topic.id && level === 'error',
      );
      assert.match(message, /"explode": set it to pause, resume, connect, disconnect or status/);
    });

    it('sees that it is stalled, since when and where, and that it goes on', async function () {
      this.timeout(120_000);
      const last = sink({ never: true, name: 'slow workshop' });
      const { topic, states, reaches } = await deployFlow({ prefetch: 2, deadline: 6 }, last);
      await fleet.publish(queue, eventMessages(0, 4));
      await nodeRed.waitForStatus(topic.id, { fill: 'yellow', shape: 'dot' }, 15_000);
      const { message } = await nodeRed.waitForLog(({ message: text }) => /^Stalled/.test(text));
      assert.match(message, /2 events.*held by: slow workshop/);
      await counts(2, 2);
      nodeRed.node<SinkNode>(last.id).behaviour = {};
      nodeRed.node<SinkNode>(last.id).finish();
      await counts(0, 0);
      await nodeRed.waitForStatus(topic.id, { fill: 'green' });
      await reaches('consuming', 4);
      assert.deepEqual(states(), ['connecting', 'consuming', 'stalled', 'consuming']);
    });
  });
});
