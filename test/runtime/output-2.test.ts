/** Which events leave by output 2, and that nothing on the way takes them for something else. */
import assert from 'node:assert/strict';
import { connect } from 'amqplib';
import { eventMessage } from '../support/events';
import type { Fleet } from '../support/fleet';
import {
  eventFilter,
  type FlowNode,
  functionNode,
  type Properties,
  sink,
  storeNode,
  tab,
  topicIn,
} from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { setStage } from '../support/stage';
import { waitFor } from '../support/wait';

const queue = 'fleet.states';

interface Seen {
  readonly delivery: { readonly attempt: number };
  readonly error: { readonly code: string; readonly message: string };
}

describe('an event that is not tried again', function () {
  this.timeout(60_000);

  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });

  it('passes a filter once more at output 2, although it is the same event', async () => {
    const exhausted = sink();
    const duplicates = sink();
    const step = functionNode('if (!msg.error) throw new Error("closed"); return msg;', [
      exhausted,
    ]);
    const tried = sink();
    const all = { routes: [{ name: '', types: ['*'], majorVersions: [] }], other: false };
    const filter = eventFilter({ ...all, duplicates: true }, [step, tried], [duplicates]);
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue, maxAttempts: 2, retryDelay: 1 }, [filter], [filter]);
    await nodeRed.deploy(tab([consumer, topic, filter, step, tried, exhausted, duplicates]));
    await fleet.publish(queue, [eventMessage(1)]);
    await nodeRed.sink(exhausted.id).waitFor(1);
    await fleet.drained(queue);
    assert.equal(nodeRed.sink(tried.id).messages.length, 3);
    assert.equal(nodeRed.sink(duplicates.id).messages.length, 0);
    // done with now, so the next copy is a duplicate
    await fleet.publish(queue, [eventMessage(1)]);
    await nodeRed.sink(duplicates.id).waitFor(1);
  });

  describe('in a queue that counts its deliveries', () => {
    const counting = 'fleet.counting';
    const maxAttempts = 3;

    beforeEach(async () => {
      await fleet.subscribe(counting, { 'x-queue-type': 'quorum' });
      await fleet.publish(counting, [eventMessage(1)]);
    });

    /** Takes it out and gives it back so many times, as deploys and kills do. */
    async function giveBack(times: number): Promise<void> {
      const { admin, port, vhost } = fleet;
      const connection = await connect({ hostname: '127.0.0.1', port, vhost, ...admin });
      const channel = await connection.createChannel();
      for (let n = 0; n < times; n++) {
        const message = await waitFor(async () => (await channel.get(counting)) || undefined);
        channel.nack(message, false, true);
      }
      await connection.close();
    }

    async function deployFailing(properties: Properties = {}): Promise<Record<string, FlowNode>> {
      const last = sink({ fail: 'the workshop is closed' });
      const exhausted = sink();
      const consumer = fleet.consumer();
      const topic = topicIn(
        { consumer, queue: counting, maxAttempts, retryDelay: 1, ...properties },
        [last],
        [exhausted],
      );
      await nodeRed.deploy(tab([consumer, topic, last, exhausted]));
      return { last, exhausted };
    }

    it('has had all its attempts in the flow, whatever the broker counted before', async () => {
      await giveBack(6);
      const { last, exhausted } = await deployFailing();
      const [message] = (await nodeRed.sink(exhausted?.id ?? '').waitFor(1)) as unknown as Seen[];
      assert.equal(nodeRed.sink(last?.id ?? '').messages.length, maxAttempts);
      assert.match(message?.error.message ?? '', /^The flow failed at this event 3 times/);
    });

    it('leaves before the broker would drop it, with the reason', async () => {
      await giveBack(18);
      const { last, exhausted } = await deployFailing();
      const [message] = (await nodeRed.sink(exhausted?.id ?? '').waitFor(1)) as unknown as Seen[];
      assert.equal(nodeRed.sink(last?.id ?? '').messages.length, 0);
      assert.equal(message?.error.code, 'attempts-exhausted');
      assert.match(message?.error.message ?? '', /^The broker has given this event out 18 times/);
    });
  });

  it('is told in the log once in ten seconds, with a count, also when 20,000 come at once', async () => {
    const many = 20_000;
    const store = storeNode({ backend: 'memory' });
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue, prefetch: 1_000, store: store.id }, [], []);
    await nodeRed.deploy(tab([store, consumer, topic]));
    const body = Buffer.from('no event');
    const began = performance.now();
    await fleet.publish(queue, Array(many).fill({ body, properties: {} }));
    await fleet.drained(queue);
    const errors = () =>
      nodeRed.logs.filter(({ id, level }) => id === topic.id && level === 'error');
    const told = () =>
      errors().map(({ message }) => 1 + Number(/and (\d+) more of/.exec(message)?.[1] ?? 0));
    await waitFor(async () => told().reduce((sum, count) => sum + count, 0) === many || undefined);
    const seconds = (performance.now() - began) / 1_000;
    assert.ok(errors().length <= 1 + seconds / 10, JSON.stringify(told()));
  });

  it('is told from one whose broker counts nonsense', async () => {
    const exhausted = sink();
    const last = sink();
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue }, [last], [exhausted]);
    await nodeRed.deploy(tab([consumer, topic, last, exhausted]));
    const counts = ['30', -1, 18.5, true, { n: 30 }, null];
    const messages = counts.map((count, n) => {
      const { body, properties } = eventMessage(n);
      return { body, properties: { ...properties, headers: { 'x-delivery-count': count } } };
    });
    await fleet.publish(queue, messages);
    const seen = (await nodeRed.sink(last.id).waitFor(counts.length)) as unknown as Seen[];
    assert.deepEqual(new Set(seen.map(({ delivery }) => delivery.attempt)), new Set([1]));
    await fleet.drained(queue);
    assert.equal(nodeRed.sink(exhausted.id).messages.length, 0);
  });
});
