/** Events that kill or block Node-RED every time they come: they end at output 2, and those beside them are not punished. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { eventId, eventMessages } from '../support/events';
import { Fleet } from '../support/fleet';
import { type FlowNode, functionNode, type Properties, sink, tab, topicIn } from '../support/flow';
import { NodeRedProcess } from '../support/node-red-process';
import { FaultProxy } from '../support/proxy';
import { waitFor } from '../support/wait';

const queue = 'fleet.states';
const POISON = 3;

interface Seen {
  readonly payload: { readonly n: number };
  readonly delivery: { readonly attempt: number };
  readonly error?: { readonly code: string; readonly message: string };
}

describe('an event that ends Node-RED or the connection every time it comes', function () {
  this.timeout(300_000);

  let fleet: Fleet;
  let nodeRed: NodeRedProcess | undefined;
  let done: FlowNode;
  let exhausted: FlowNode;

  beforeEach(async () => {
    fleet = await Fleet.create();
    await fleet.subscribe(queue);
    done = sink();
    exhausted = sink();
  });
  afterEach(async () => {
    await nodeRed?.dispose();
    nodeRed = undefined;
    await fleet.dispose();
  });

  /** A topic whose flow runs `code` for each event; what it lets through is done. */
  function flowOf(code: string, properties: Properties = {}, consumer = fleet.consumer()) {
    const step = functionNode(code, [done]);
    const topic = topicIn({ consumer, queue, retryDelay: 1, ...properties }, [step], [exhausted]);
    return { flow: tab([consumer, topic, step, done, exhausted]), topic };
  }

  const seen = (at: FlowNode) => (nodeRed?.sink(at.id).messages ?? []) as unknown as Seen[];

  /** Starts it, and again each time that it has ended by itself, until somebody leaves by output 2. */
  async function untilExhausted(flow: FlowNode[]) {
    const running = await NodeRedProcess.start(flow);
    nodeRed = running;
    const attempts = new Map<number, number[]>();
    for (let start = 1; ; start++) {
      assert.ok(start < 12, 'it never leaves by output 2');
      await waitFor(() => running.pid === undefined || seen(exhausted).length > 0, {
        timeout: 60_000,
      });
      for (const { payload, delivery } of seen(done)) {
        attempts.set(payload.n, [...(attempts.get(payload.n) ?? []), delivery.attempt]);
      }
      running.sink(done.id).clear();
      if (seen(exhausted).length > 0) return { attempts, starts: start };
      await running.start();
    }
  }

  it('by an error in a timer that takes the process down leaves by output 2, alone', async () => {
    await fleet.publish(queue, eventMessages(0, 8));
    // the others take long enough to be in the flow when it strikes
    const { flow, topic } = flowOf(
      `if (msg.payload.n === ${POISON}) setTimeout(() => { Promise.reject(new Error('out of hand')); }, 20);
       else setTimeout(() => { node.send(msg); node.done(); }, 100);`,
      { maxAttempts: 3 },
    );
    const { starts } = await untilExhausted(flow);
    const [message, ...others] = seen(exhausted);
    assert.equal(others.length, 0);
    assert.equal(message?.payload.n, POISON);
    assert.equal(message?.error?.code, 'attempts-exhausted');
    assert.match(
      message?.error?.message ?? '',
      /^Node-RED ended, or the connection broke, 3 times while the flow had this event\.$/,
    );
    assert.equal(message?.delivery.attempt, 4);
    assert.equal(starts, 4);
    await fleet.drained(queue, 60_000);
    const folder = path.join(nodeRed?.userDir ?? '', 'invers');
    const file = path.join(folder, `topic-${topic.id}.suspects.json`);
    // those that were done with just before a crash may stay there, which harms nobody
    const isSuspected = () =>
      fs.existsSync(file) && fs.readFileSync(file, 'utf8').includes(eventId(POISON));
    await waitFor(() => !isSuspected());
  });

  it('leaves those alone that merely come beside it, also in another topic with a slow flow', async () => {
    await fleet.subscribe('fleet.trips');
    const { flow } = flowOf(
      `if (msg.payload.n === ${POISON}) setTimeout(() => { Promise.reject(new Error('out of hand')); }, 300);
       else setTimeout(() => { node.send(msg); node.done(); }, 500);`,
      { maxAttempts: 3 },
    );
    const [, consumer] = flow as [FlowNode, FlowNode];
    const slow = functionNode('setTimeout(() => { node.send(msg); node.done(); }, 1500);', [done]);
    const trips = topicIn({ consumer, queue: 'fleet.trips', maxAttempts: 3 }, [slow], [exhausted]);
    const [tabNode] = flow;
    const place = (each: FlowNode) => ({ ...each, z: tabNode?.id as string });
    await fleet.publish('fleet.trips', eventMessages(100, 103));
    await fleet.publish(queue, eventMessages(0, 5));
    const { attempts } = await untilExhausted([...flow, place(trips), place(slow)]);
    await fleet.drained(queue, 60_000);
    await fleet.drained('fleet.trips', 60_000);
    assert.deepEqual(
      seen(exhausted).map(({ payload }) => payload.n),
      [POISON],
    );
    const last = [...attempts.values(), ...seen(done).map(({ delivery }) => [delivery.attempt])];
    assert.ok(Math.max(...last.flat()) <= 3, JSON.stringify(last));
  });

  it('by blocking the process for longer than the heartbeat leaves by output 2', async () => {
    await fleet.publish(queue, eventMessages(0, 5));
    const consumer = fleet.consumer({ heartbeat: 1 });
    const { flow, topic } = flowOf(
      `if (msg.payload.n === ${POISON}) {
         const end = Date.now() + 6000;
         while (Date.now() < end);
       }
       setTimeout(() => { node.send(msg); node.done(); }, 50);`,
      { maxAttempts: 3 },
      consumer,
    );
    nodeRed = await NodeRedProcess.start(flow);
    const [message] = (await nodeRed.sink(exhausted.id).waitFor(1, 120_000)) as unknown as Seen[];
    assert.equal(message?.payload.n, POISON);
    assert.match(message?.error?.message ?? '', /Node-RED ended, or the connection broke, 3 times/);
    await fleet.drained(queue, 60_000);
    assert.equal(seen(exhausted).length, 1);
    await nodeRed.waitForLog(({ message: text }) => /Node-RED was blocked for \d+ s/.test(text));
    assert.ok(nodeRed.statuses(topic.id).some(({ text }) => /process-blocked/.test(text ?? '')));
  });

  it('by keeping it for longer than the broker waits for an acknowledgement leaves by output 2', async () => {
    const { broker } = fleet;
    await fleet.publish(queue, eventMessages(0, 5));
    const { flow } = flowOf(
      `if (msg.payload.n === ${POISON}) return new Promise(() => {}); return msg;`,
      {
        maxAttempts: 2,
      },
    );
    const patience = (milliseconds: number, tick: number) =>
      broker.evaluate(
        `application:set_env(rabbit, consumer_timeout, ${milliseconds}), ` +
          `application:set_env(rabbit, channel_tick_interval, ${tick})`,
      );
    const usual = (name: string) =>
      broker.evaluate(
        `{ok, Usual} = application:get_env(rabbit, ${name}), Usual`,
      ) as Promise<number>;
    const [timeout, tick] = [await usual('consumer_timeout'), await usual('channel_tick_interval')];
    try {
      await patience(3_000, 500);
      nodeRed = await NodeRedProcess.start(flow);
      const [message] = (await nodeRed.sink(exhausted.id).waitFor(1, 90_000)) as unknown as Seen[];
      assert.equal(message?.payload.n, POISON);
      assert.equal(message?.error?.code, 'attempts-exhausted');
      assert.equal(message?.delivery.attempt, 3);
    } finally {
      await patience(timeout, tick);
    }
    await fleet.drained(queue, 60_000);
    assert.equal(seen(exhausted).length, 1);
    assert.equal(new Set(seen(done).map(({ payload }) => payload.n)).size, 4);
  });

  it('by an orderly end, a deploy or a reset connection is none: nothing is counted', async () => {
    const proxy = await FaultProxy.listen(fleet.port);
    try {
      await fleet.publish(queue, eventMessages(0, 2));
      const consumer = fleet.consumer({ port: proxy.port });
      done = sink({ never: true });
      const { flow, topic } = flowOf('return msg;', {}, consumer);
      const running = await NodeRedProcess.start(flow);
      nodeRed = running;
      await running.sink(done.id).waitFor(2);
      for (let n = 1; n <= 3; n++) {
        proxy.reset();
        await running.sink(done.id).waitFor(2 + 2 * n, 60_000);
      }
      await running.stop();
      running.sink(done.id).clear();
      await running.start();
      await running.sink(done.id).waitFor(2);
      assert.deepEqual(new Set(seen(done).map(({ delivery }) => delivery.attempt)), new Set([1]));
      const folder = path.join(running.userDir, 'invers');
      assert.equal(fs.existsSync(path.join(folder, `topic-${topic.id}.suspects.json`)), false);
      await running.kill();
      running.sink(done.id).clear();
      await running.start();
      await running.sink(done.id).waitFor(2);
      assert.deepEqual(new Set(seen(done).map(({ delivery }) => delivery.attempt)), new Set([2]));
    } finally {
      await proxy.close();
    }
  });
});
