/** What an INVERS ack node decides at output 2, and in a flow that is otherwise followed to its end. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import v8 from 'node:v8';
import { TrackedEvent } from '../../nodes/runtime/flow/tracked-event';
import { eventMessage, eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
import {
  type FlowNode,
  functionNode,
  node,
  type Properties,
  sink,
  tab,
  topicIn,
} from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { setStage } from '../support/stage';

const queue = 'fleet.states';

interface Seen {
  readonly payload: { readonly n: number };
  readonly delivery: { readonly attempt: number };
}

describe('an INVERS ack node', function () {
  this.timeout(120_000);

  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });

  const ack = (outcome: string, ...outputs: FlowNode[][]) =>
    node('invers-ack', { outcome }, ...outputs);
  /** Takes every message and never says that it is done. */
  const forgetful = () => functionNode('if (false) node.done();', []);
  const seen = (at: FlowNode) => nodeRed.sink(at.id).messages as unknown as Seen[];

  async function deployFlow(
    properties: Properties,
    outputs: FlowNode[][],
    others: FlowNode[],
  ): Promise<FlowNode> {
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue, retryDelay: 1, ...properties }, ...outputs);
    await nodeRed.deploy(tab([consumer, topic, ...others]));
    return topic;
  }

  for (const acknowledge of ['completion', 'manual']) {
    describe(`at output 2 (${acknowledge})`, () => {
      /** The flow fails at every event, so that each leaves by output 2, where `behind` is wired to the ack node. */
      async function deployFailing(
        outcome: string,
        behind: FlowNode,
        properties: Properties = {},
      ): Promise<FlowNode> {
        const first = acknowledge === 'manual' ? ack('retry') : sink({ fail: 'closed' });
        const decision = ack(outcome, [behind]);
        const tried = sink();
        const all = { acknowledge, maxAttempts: 1, ...properties };
        await deployFlow(all, [[first, tried], [decision]], [first, tried, decision, behind]);
        return tried;
      }

      it('moves an event to the dead letters with `discard`', async () => {
        const dead = await fleet.subscribe('fleet.dead');
        const deadLetters = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead };
        const mortal = await fleet.subscribe('fleet.mortal', deadLetters);
        await deployFailing('discard', sink(), { queue: mortal });
        await fleet.publish(mortal, [eventMessage(1)]);
        await fleet.counts(dead, 1, 0);
        await fleet.drained(mortal);
      });

      it('gives an event back with `retry`, and it comes again', async () => {
        const behind = sink();
        const tried = await deployFailing('retry', behind);
        await fleet.publish(queue, [eventMessage(1)]);
        await nodeRed.sink(behind.id).waitFor(2);
        assert.equal(seen(tried).length, 2);
        await fleet.counts(queue, 0, 1);
      });

      it('does not stop the topic with a node behind it that is never done', async () => {
        for (const outcome of ['retry', 'discard', 'acknowledge']) {
          const tried = await deployFailing(outcome, forgetful(), { prefetch: 1, deadline: 300 });
          await fleet.publish(queue, eventMessages(0, 3));
          await nodeRed.sink(tried.id).waitFor(3);
          const numbers = new Set(seen(tried).map(({ payload }) => payload.n));
          if (outcome !== 'retry') {
            assert.equal(numbers.size, 3);
            await fleet.drained(queue);
          }
        }
      });
    });
  }

  describe('behind a Switch, in a flow that is followed to its end', () => {
    let server: http.Server;
    let answers: number[];
    let url: string;

    beforeEach(async () => {
      answers = [];
      server = http.createServer((_request, response) => {
        response.writeHead(answers.shift() ?? 200).end('answered');
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    });
    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    /** topic in → HTTP request → Switch on the status → `retry`, or the end. */
    async function deployRequests(properties: Properties = {}) {
      const good = sink();
      const exhausted = sink();
      const retry = ack('retry');
      const rules = [{ t: 'gte', v: '400', vt: 'num' }, { t: 'else' }];
      const choice = node(
        'switch',
        { property: 'statusCode', propertyType: 'msg', rules, checkall: 'true', outputs: 2 },
        [retry],
        [good],
      );
      const request = node(
        'http request',
        { method: 'POST', ret: 'txt', paytoqs: 'ignore', url, persist: false, headers: [] },
        [choice],
      );
      const others = [request, choice, retry, good, exhausted];
      const topic = await deployFlow(properties, [[request], [exhausted]], others);
      return { exhausted, good, topic };
    }

    it('says without a line of code that a server refused the event: it is tried again', async () => {
      answers = [503, 500];
      const { good, topic } = await deployRequests();
      await fleet.publish(queue, [eventMessage(1)]);
      const [message] = (await nodeRed.sink(good.id).waitFor(1)) as unknown as Seen[];
      assert.equal(message?.delivery.attempt, 3);
      await fleet.drained(queue);
      await nodeRed.waitForLog(
        ({ id, message: text }) =>
          id === topic.id && /attempt 1 of 5.*the flow asked for another attempt/.test(text),
      );
    });

    it('lets the event leave by output 2 when the server refuses it for ever', async () => {
      answers = [500, 500, 500];
      const { exhausted, good } = await deployRequests({ maxAttempts: 2 });
      await fleet.publish(queue, [eventMessage(1)]);
      await nodeRed.sink(exhausted.id).waitFor(1);
      await fleet.drained(queue);
      assert.equal(seen(good).length, 0);
      assert.deepEqual(answers, [500]);
    });
  });

  it('leaves nothing in memory of an event that it decided about, whatever stands behind it', async () => {
    const EVENTS = 4_000;
    const last = forgetful();
    const decision = ack('acknowledge', [last]);
    await deployFlow({ acknowledge: 'completion' }, [[decision], []], [decision, last]);
    await fleet.publish(queue, eventMessages(0, EVENTS));
    await fleet.drained(queue, 100_000);
    const followed = v8.queryObjects(TrackedEvent, { format: 'count' });
    assert.ok(followed < 100, `${followed} events are still followed`);
  });
});
