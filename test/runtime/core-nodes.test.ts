/** Node by node: the moment at which an event is acknowledged, and what becomes of it when the node fails. */
import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Between, delay, ROUTES } from '../support/core-node-routes';
import {
  BLOCKING_NODES,
  BROKEN_NODES,
  ENDING_NODES,
  FAILING_NODES,
  GROUPING_NODES,
} from '../support/core-nodes';
import { eventMessages } from '../support/events';
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
import { turn } from '../support/moved-clock';
import type { NodeRed, SinkNode } from '../support/node-red';
import { freePorts } from '../support/ports';
import { setStage } from '../support/stage';

const queue = 'fleet.states';
const EVENTS = 20;

/** So many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}

describe('an event on its way through', () => {
  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });

  /** A failed event is held for longer than the test lasts. */
  async function deploy({ first, others }: Between, properties: Properties = {}) {
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue, retryDelay: 300, ...properties }, first, []);
    await nodeRed.deploy(tab([consumer, topic, ...others]));
    return topic;
  }

  const counts = (ready: number, unacked: number) => fleet.counts(queue, ready, unacked);

  const failure = (topic: FlowNode, reason: RegExp) =>
    nodeRed.waitForLog(({ id, message }) => id === topic.id && reason.test(message));

  const withMore = ({ first, others }: Between, ...more: FlowNode[]): Between => ({
    first,
    others: [...others, ...more],
  });

  for (const [what, route] of Object.entries(ROUTES)) {
    it(`${what} is acknowledged when the last node has finished, and given back when that one fails`, async () => {
      const last = sink({ never: true });
      const topic = await deploy(withMore(route(last), last));
      await fleet.publish(queue, eventMessages(0, EVENTS));
      await nodeRed.sink(last.id).waitFor(EVENTS);
      await counts(0, EVENTS);
      nodeRed.node<SinkNode>(last.id).finish();
      await counts(0, 0);
      assert.equal(nodeRed.sink(last.id).messages.length, EVENTS);

      await fleet.publish(queue, eventMessages(EVENTS, EVENTS + 1));
      await nodeRed.sink(last.id).waitFor(EVENTS + 1);
      nodeRed.node<SinkNode>(last.id).finish(new Error('the workshop is closed'));
      await failure(topic, /attempt 1 of 5.*the workshop is closed/);
      await counts(0, 1);
      await nodeRed.clear();
      await counts(1, 0);
    });
  }

  for (const [what, route] of Object.entries(BLOCKING_NODES)) {
    it(`${what} is acknowledged when it does not pass`, async () => {
      const last = sink({ never: true });
      await deploy(withMore(route(last), last));
      await fleet.publish(queue, eventMessages(0, EVENTS));
      await nodeRed.sink(last.id).waitFor(1);
      await counts(0, 1);
      nodeRed.node<SinkNode>(last.id).finish();
      await counts(0, 0);
    });
  }

  for (const [what, create] of Object.entries(FAILING_NODES)) {
    it(`${what} is given back, but not when a Catch node took the error`, async () => {
      const failing = create();
      const topic = await deploy(failing);
      await fleet.publish(queue, eventMessages(0, 1));
      await failure(topic, /attempt 1 of 5/);
      await counts(0, 1);

      const last = sink({ never: true });
      const catcher = catchNode({}, [last]);
      await deploy(withMore(failing, catcher, last));
      const [caught] = await nodeRed.sink(last.id).waitFor(1);
      assert.deepEqual(caught?.['delivery'], {
        ...(caught?.['delivery'] as object),
        redelivered: true,
      });
      await counts(0, 1);
      nodeRed.node<SinkNode>(last.id).finish();
      await counts(0, 0);
    });
  }

  for (const [what, create] of Object.entries(BROKEN_NODES)) {
    it(`${what} has failed: nobody did anything with it`, async () => {
      const broken = create();
      const topic = await deploy({ first: [broken], others: [broken] });
      await fleet.publish(queue, eventMessages(0, 1));
      await failure(topic, /attempt 1 of 5.*it took no message.*settings are wrong/);
      await counts(0, 1);
    });
  }

  for (const [what, route] of Object.entries(GROUPING_NODES)) {
    it(`${what} is finished when what was made of all five is, and fails with it`, async () => {
      const last = sink({ never: true });
      const topic = await deploy(withMore(route(last), last));
      await fleet.publish(queue, eventMessages(0, 5));
      await nodeRed.sink(last.id).waitFor(1);
      await counts(0, 5);
      nodeRed.node<SinkNode>(last.id).finish();
      await counts(0, 0);

      await fleet.publish(queue, eventMessages(5, 10));
      await nodeRed.sink(last.id).waitFor(2);
      nodeRed.node<SinkNode>(last.id).finish(new Error('the workshop is closed'));
      await failure(topic, /attempt 1 of 5.*the workshop is closed/);
      await counts(0, 5);
      await nodeRed.clear();
      await counts(5, 0);
    });
  }

  for (const [what, create] of Object.entries(ENDING_NODES)) {
    it(`${what} is acknowledged when it has been handed over`, async () => {
      const ending = create();
      const gate = sink({ never: true });
      // UDP out takes nothing in its first quarter of a second: what comes then is tried again
      const between = { first: [gate, ...ending.first], others: [gate, ...ending.others] };
      await deploy(between, { retryDelay: 1 });
      await fleet.publish(queue, eventMessages(0, 1));
      await nodeRed.sink(gate.id).waitFor(1);
      await counts(0, 1);
      nodeRed.node<SinkNode>(gate.id).behaviour = {};
      nodeRed.node<SinkNode>(gate.id).finish();
      await counts(0, 0);
    });
  }

  it('a Batch that throws away what is too much for it has failed at all of it', async () => {
    const last = sink();
    const batch = node('batch', { mode: 'count', count: 5_000, overlap: 0, topics: [] }, [last]);
    const topic = await deploy({ first: [batch], others: [batch, last] }, { prefetch: 1_100 });
    await fleet.publish(queue, eventMessages(0, 1_001));
    await failure(topic, /attempt 1 of 5/);
    await counts(0, 1_001);
    await nodeRed.clear();
    await counts(1_001, 0);
  });

  it('a Delay that is longer than the deadline is acknowledged when it has let go, once', async () => {
    const last = sink();
    const slow = delay('6', 'seconds', [last]);
    // a failed event would be held for longer than the test lasts
    await deploy({ first: [slow], others: [slow, last] }, { deadline: 3 });
    await fleet.publish(queue, eventMessages(0, 1));
    await counts(0, 1);
    await nodeRed.sink(last.id).waitFor(1);
    await counts(0, 0);
    assert.equal(nodeRed.sink(last.id).messages.length, 1);
  });

  it('a Batch that sends an event twice is finished when both are', async () => {
    const last = sink({ never: true });
    const joined = node(
      'join',
      { mode: 'auto', build: 'array', property: 'payload', propertyType: 'msg', count: '' },
      [last],
    );
    const batch = node('batch', { mode: 'count', count: 3, overlap: 1, topics: [] }, [joined]);
    await deploy({ first: [batch], others: [batch, joined, last] });
    await fleet.publish(queue, eventMessages(0, 3));
    await nodeRed.sink(last.id).waitFor(1);
    nodeRed.node<SinkNode>(last.id).finish();
    // the third waits for the next group
    await counts(0, 1);
    await fleet.publish(queue, eventMessages(3, 5));
    await nodeRed.sink(last.id).waitFor(2);
    await counts(0, 3);
    nodeRed.node<SinkNode>(last.id).finish();
    await counts(0, 1);
  });

  it('a node that calls done twice completes no other part', async () => {
    const last = sink({ never: true });
    const twice = functionNode('node.send(msg); node.done(); node.done();', [last]);
    const slow = functionNode('setTimeout(() => node.done(), 30000);', []);
    const parts = node(
      'split',
      { splt: ',', spltType: 'str', arraySplt: 1, arraySpltType: 'len', stream: false },
      [twice, slow],
    );
    const two = functionNode('msg.payload = [1, 2]; return msg;', [parts]);
    await deploy({ first: [two], others: [two, parts, twice, slow, last] });
    await fleet.publish(queue, eventMessages(0, 1));
    await nodeRed.sink(last.id).waitFor(2);
    nodeRed.node<SinkNode>(last.id).finish();
    await turns(10);
    await counts(0, 1);
  });

  it('a hook of somebody else that takes its time is not acknowledged meanwhile', async () => {
    for (const name of ['onSend', 'preRoute', 'preDeliver', 'postDeliver', 'onReceive']) {
      const last = sink({ never: true });
      await deploy({ first: [last], others: [last] });
      let goOn: () => void = () => undefined;
      const waiting = new Promise<void>((entered) => {
        nodeRed.addHook(`${name}.slow`, (_event, next) => {
          goOn = () => next();
          entered();
        });
      });
      await fleet.publish(queue, eventMessages(0, 1));
      await waiting;
      await turns(10);
      await counts(0, 1);
      nodeRed.removeHook('*.slow');
      goOn();
      await nodeRed.sink(last.id).waitFor(1);
      await counts(0, 1);
      nodeRed.node<SinkNode>(last.id).finish();
      await counts(0, 0);
    }
  });

  it('a node that throws instead of calling done is given back all the same', async () => {
    const foreign = node('foreign-node', { takesDone: true, fail: 'flat tyre' }, []);
    const topic = await deploy({ first: [foreign], others: [foreign] });
    await fleet.publish(queue, eventMessages(0, 1));
    await failure(topic, /attempt 1 of 5.*flat tyre/);
    await counts(0, 1);
  });

  it('a Link call that gets no answer is given back', async () => {
    const into = node('link in', { links: [] }, []);
    const properties = { links: [into.id], linkType: 'static', timeout: '0.1' };
    const call = node('link call', properties, []);
    const topic = await deploy({ first: [call], others: [call, into] });
    await fleet.publish(queue, eventMessages(0, 1));
    await failure(topic, /attempt 1 of 5.*timeout/);
    await counts(0, 1);
  });

  it('a node that never calls done fails at the deadline, which names it', async () => {
    const foreign = node('foreign-node', { name: 'yard', takesDone: true }, []);
    const topic = await deploy({ first: [foreign], others: [foreign] }, { deadline: 1 });
    await fleet.publish(queue, eventMessages(0, 1));
    await failure(topic, /attempt 1 of 5.*after 1 s; still held by: yard/);
    await counts(0, 1);
  });

  describe('an HTTP request', () => {
    const request = (port: number, ...outputs: FlowNode[][]) =>
      node(
        'http request',
        {
          method: 'GET',
          ret: 'txt',
          paytoqs: 'ignore',
          url: `http://127.0.0.1:${port}/`,
          tls: '',
          persist: false,
          proxy: '',
          insecureHTTPParser: false,
          authType: '',
          senderr: false,
          headers: [],
        },
        ...outputs,
      );

    it('is acknowledged when the answer has come', async () => {
      const waiting: http.ServerResponse[] = [];
      const server = http.createServer((_request, response) => waiting.push(response));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        const last = sink();
        const asks = request((server.address() as AddressInfo).port, [last]);
        await deploy({ first: [asks], others: [asks, last] });
        const arrived = new Promise((resolve) => server.once('request', resolve));
        await fleet.publish(queue, eventMessages(0, 1));
        await arrived;
        await counts(0, 1);
        for (const response of waiting) response.end('ok');
        await nodeRed.sink(last.id).waitFor(1);
        await counts(0, 0);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    });

    it('that no server answers is given back', async () => {
      const [nobody = 0] = await freePorts(1);
      const asks = request(nobody, []);
      const topic = await deploy({ first: [asks], others: [asks] });
      await fleet.publish(queue, eventMessages(0, 1));
      await failure(topic, /attempt 1 of 5.*ECONNREFUSED/);
      await counts(0, 1);
    });
  });
});
