/** Each event once, with every store: in a real Node-RED, on a real broker, with a real Redis. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { NodeMessage } from 'node-red';
import { eventId, eventMessage, eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
import {
  eventFilter,
  type FlowNode,
  functionNode,
  node,
  type Properties,
  sink,
  storeNode,
  tab,
  topicIn,
} from '../support/flow';
import type { NodeRed, SinkNode } from '../support/node-red';
import { NodeRedProcess } from '../support/node-red-process';
import { Redis } from '../support/redis';
import { setStage } from '../support/stage';
import { waitFor } from '../support/wait';

const queue = 'fleet.states';
const all = { routes: [{ name: '', types: ['*'], majorVersions: [] }], other: false };
const password = 'p@ss:w/rd é';

describe('each event once', function () {
  this.timeout(120_000);
  let nodeRed: NodeRed;
  let redis: Redis;
  let fleet: Fleet;
  let directory: string;
  let prefixes = 0;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });
  before(async () => {
    redis = await Redis.start({ password, durable: true });
  });
  after(() => redis.dispose());
  beforeEach(async () => {
    if (!redis.running) await redis.start();
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ids-'));
  });
  afterEach(() => fs.rmSync(directory, { recursive: true, force: true }));

  const stores: Record<string, () => FlowNode> = {
    memory: () => storeNode(),
    file: () => storeNode({ backend: 'file', directory }),
    redis: () => redisStore(),
  };
  const redisStore = (properties: Properties = {}) =>
    storeNode({
      backend: 'redis',
      url: redis.url,
      prefix: `test${prefixes++}:`,
      redisPassword: password,
      ...properties,
    });

  /** topic in → the first of the nodes; all of them and the config nodes are deployed. */
  async function deploy(nodes: FlowNode[], topic: Properties = {}): Promise<void> {
    const first = nodes.find(({ type }) => type !== 'invers-store');
    const consumer = fleet.consumer();
    const source = topicIn({ consumer, queue, retryDelay: 1, ...topic }, first ? [first] : [], []);
    await nodeRed.deploy(tab([consumer, source, ...nodes]));
  }
  const publish = (...numbers: number[]) =>
    fleet.publish(
      queue,
      numbers.map((n) => eventMessage(n)),
    );
  const ids = (target: FlowNode) =>
    nodeRed.sink(target.id).messages.map((message) => (message['metadata'] as { id: string }).id);
  const unanswered = (count: number) =>
    fleet.broker.waitForQueue(
      fleet.vhost,
      queue,
      (seen) => seen?.ready === 0 && seen.unacked === count,
    );

  for (const [name, create] of Object.entries(stores)) {
    describe(`with a ${name} store`, () => {
      it('lets a requeued event pass on its second attempt, and its twins afterwards not', async () => {
        const last = sink({ fail: 'the workshop is closed' });
        const twins = sink();
        const store = create();
        const filter = eventFilter({ ...all, store: store.id, duplicates: true }, [last], [twins]);
        await deploy([store, filter, last, twins]);
        await publish(0, 1, 2);
        await nodeRed.sink(last.id).waitFor(3);
        nodeRed.node<SinkNode>(last.id).behaviour = {};
        await nodeRed.sink(last.id).waitFor(6);
        await fleet.drained(queue);
        await publish(1, 2, 3);
        await nodeRed.sink(last.id).waitFor(7);
        await nodeRed.sink(twins.id).waitFor(2);
        await fleet.drained(queue);
        assert.equal(ids(last).at(-1), eventId(3));
        assert.deepEqual(ids(twins), [eventId(1), eventId(2)]);
        await nodeRed.waitForStatus(filter.id, { fill: 'grey', text: /^7 \S+ · 2 \S+$/ });
      });

      it('keeps a twin waiting and lets those behind it pass, in their order', async () => {
        const last = sink();
        const held = sink({ never: true });
        const split = functionNode(
          'return msg.payload.n === 0 ? [msg, null] : [null, msg];',
          [held],
          [last],
        );
        const twins = sink();
        const store = create();
        const filter = eventFilter({ ...all, store: store.id, duplicates: true }, [split], [twins]);
        await deploy([store, filter, split, held, last, twins], { prefetch: 500 });
        await publish(0, 0, ...Array.from({ length: 200 }, (_, n) => n + 1));
        await nodeRed.sink(last.id).waitFor(200);
        assert.deepEqual(
          ids(last),
          Array.from({ length: 200 }, (_, n) => eventId(n + 1)),
        );
        await unanswered(2);
        assert.deepEqual(ids(twins), []);
        nodeRed.node<SinkNode>(held.id).finish();
        const [twin] = await nodeRed.sink(twins.id).waitFor(1);
        const { count, first_seen_at } = (twin?.['duplicate'] ?? {}) as Record<string, unknown>;
        assert.equal(count, 2);
        assert.ok(Date.parse(String(first_seen_at)) > Date.now() - 60_000);
        await fleet.drained(queue);
        assert.equal(nodeRed.sink(held.id).messages.length, 1);
      });

      it('is shared by the filters that name it, and passes one delivery through all of them', async () => {
        const last = sink();
        const store = create();
        const second = eventFilter({ ...all, store: store.id }, [last]);
        const first = eventFilter({ ...all, store: store.id, duplicates: true }, [second], []);
        await deploy([store, first, second, last]);
        await publish(0, 1, 0);
        await fleet.drained(queue);
        assert.deepEqual(ids(last), [eventId(0), eventId(1)]);
        await nodeRed.waitForStatus(second.id, { text: /^2 \S+$/ });
      });

      it('does the same where the events are acknowledged at the hand-over', async () => {
        const last = sink();
        const store = create();
        const second = eventFilter({ ...all, store: store.id }, [last]);
        const first = eventFilter({ ...all, store: store.id }, [second]);
        await deploy([store, first, second, last], { acknowledge: 'delivery' });
        await publish(0, 1, 0, 1, 2);
        await nodeRed.sink(last.id).waitFor(3);
        await nodeRed.waitForStatus(first.id, { text: /^3 \S+ · 2 \S+$/ });
        assert.deepEqual(ids(last), [eventId(0), eventId(1), eventId(2)]);
      });

      it('forgets on msg.reset', async () => {
        const last = sink();
        const store = create();
        const filter = eventFilter({ ...all, store: store.id }, [last]);
        await deploy([store, filter, last]);
        await publish(0, 1);
        await fleet.drained(queue);
        nodeRed.receive(filter.id, { reset: true } as NodeMessage);
        await waitFor(async () => {
          await publish(0);
          await fleet.drained(queue);
          return ids(last).length > 2;
        });
      });

      it('gives an event back that waits for its twin while the filter is deployed anew', async () => {
        const held = sink({ never: true });
        const store = create();
        const filter = eventFilter({ ...all, store: store.id }, [held]);
        const consumer = fleet.consumer();
        const seen = sink();
        const topic = topicIn({ consumer, queue }, [seen, filter], []);
        const flow = tab([consumer, topic, store, seen, filter, held]);
        await nodeRed.deploy(flow);
        await publish(0, 0);
        await nodeRed.sink(held.id).waitFor(1);
        await unanswered(2);
        const changed = flow.map((each) =>
          each.id === filter.id ? { ...each, windowHours: 24 } : withoutCredentials(each),
        );
        await nodeRed.deploy(changed, 'nodes');
        // the one that waited comes again, and waits again for the first
        const [, , again] = await nodeRed.sink(seen.id).waitFor(3);
        const { redelivered, attempt } = (again?.['delivery'] ?? {}) as Record<string, unknown>;
        assert.deepEqual({ redelivered, attempt }, { redelivered: true, attempt: 1 });
        await unanswered(2);
        nodeRed.node<SinkNode>(held.id).finish();
        await fleet.drained(queue, 30_000);
        assert.equal(nodeRed.sink(held.id).messages.length, 1);
      });
    });
  }

  it('passes unchecked while Redis is away, says so once, and checks again afterwards', async () => {
    const last = sink();
    const store = redisStore();
    const filter = eventFilter({ ...all, store: store.id }, [last]);
    await deploy([store, filter, last]);
    await publish(0, 1);
    await fleet.drained(queue);
    await redis.stop();
    await publish(0, 2, 3, 4, 5);
    await nodeRed.sink(last.id).waitFor(6);
    await nodeRed.waitForStatus(filter.id, { fill: 'yellow', shape: 'ring' });
    await fleet.drained(queue);
    const warnings = () =>
      nodeRed.logs.filter(({ level, type }) => level === 'warn' && type === 'invers-store');
    assert.equal(warnings().length, 1);
    assert.match(warnings()[0]?.message ?? '', /pass without being checked/);
    assert.ok(nodeRed.logs.every(({ message }) => !message.includes(password)));
    await redis.start();
    await nodeRed.waitForStatus(filter.id, { fill: 'grey', shape: 'dot' });
    await publish(2, 3, 4, 5, 6);
    await fleet.drained(queue);
    // known again is also what this process saw acknowledged meanwhile: 0 was, before the outage
    assert.deepEqual(
      ids(last).slice(2),
      [2, 3, 4, 5, 6].map((n) => eventId(n)),
    );
    assert.equal(warnings().length, 1);
  });

  it('says what is wrong with its store, and gives what arrives to a Catch node', async () => {
    const store = storeNode({ backend: 'redis', url: 'http://user:secret@host' });
    const filter = eventFilter({ ...all, store: store.id }, [sink()]);
    const lonely = eventFilter({ ...all, store: 'nobody' }, [sink()]);
    await deploy([store, filter, lonely]);
    const errors = nodeRed.logs.filter(({ level }) => level === 'error');
    assert.ok(errors.some(({ message }) => /Redis address cannot be read/.test(message)));
    assert.ok(errors.some(({ message }) => /The store is missing or disabled/.test(message)));
    assert.ok(nodeRed.logs.every(({ message }) => !message.includes('secret')));
    await nodeRed.waitForStatus(filter.id, { fill: 'red' });
  });

  it('survives restarts and kills of Node-RED with a file store', async () => {
    const file = path.join(directory, 'passed');
    const end = node('disk-sink', { file });
    const store = storeNode({ backend: 'file' });
    const filter = eventFilter({ ...all, store: store.id }, [end]);
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue }, [filter], []);
    const own = await NodeRedProcess.start(tab([consumer, topic, store, filter, end]));
    try {
      for (const ended of ['stop', 'kill', 'kill'] as const) {
        await fleet.publish(queue, eventMessages(0, 20));
        await fleet.drained(queue, 30_000);
        await own[ended]();
        await own.start();
      }
      await fleet.publish(queue, eventMessages(0, 21));
      await fleet.drained(queue, 30_000);
      const passed = fs.readFileSync(file, 'utf8').trim().split('\n');
      assert.deepEqual(
        passed,
        Array.from({ length: 21 }, (_, n) => eventId(n)),
      );
      assert.ok(
        fs.readdirSync(path.join(own.userDir, 'invers')).some((name) => /^seen-/.test(name)),
      );
      const complaints = own.logs.filter(
        ({ level, type }) => ['warn', 'error'].includes(level) && type?.startsWith('invers-'),
      );
      assert.deepEqual(complaints, []);
    } finally {
      await own.dispose();
    }
  });
});

/** With them, a node counts as changed. */
function withoutCredentials({ credentials, ...properties }: FlowNode): FlowNode {
  return properties as FlowNode;
}
