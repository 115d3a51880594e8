/** Whatever happens to the broker, the flow comes back by itself, loses nothing, and its status tells the truth. */
import assert from 'node:assert/strict';
import { eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
import { type FlowNode, type Properties, sink, tab, topicIn } from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { FaultProxy } from '../support/proxy';
import { setStage } from '../support/stage';

const GREEN = { fill: 'green', shape: 'dot' } as const;
const WITHIN = 45_000;

describe('coming back', function () {
  this.timeout(120_000);

  let nodeRed: NodeRed;
  let fleet: Fleet;
  let proxy: FaultProxy | undefined;
  let topic: FlowNode;
  let events: FlowNode;
  const queue = 'fleet.states';

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });
  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
  });

  async function deployFlow(consumerProperties: Properties = {}): Promise<void> {
    const consumer = fleet.consumer(consumerProperties);
    events = sink();
    topic = topicIn({ consumer, queue }, [events], []);
    await nodeRed.deploy(tab([consumer, topic, events]));
  }

  const status = (pattern: Parameters<NodeRed['waitForStatus']>[1]) =>
    nodeRed.waitForStatus(topic.id, pattern, WITHIN);

  /** Green, and the broker says so too. */
  async function consuming(): Promise<void> {
    await status(GREEN);
    const seen = await fleet.broker.queue(fleet.vhost, queue);
    assert.equal(seen?.consumers, 1, 'the status is green, but the broker knows no consumer');
  }

  /** Every event up to `count` has come, and the broker holds none back. */
  async function nothingLost(count: number): Promise<void> {
    const numbers = () =>
      new Set(nodeRed.sink(events.id).messages.map(({ payload }) => (payload as { n: number }).n));
    await fleet.drained(queue, WITHIN);
    await nodeRed.sink(events.id).waitFor(count, WITHIN);
    assert.equal(numbers().size, count);
  }

  /** The statuses since the flow began, as `fill code`; the counters under a green dot are one. */
  function story(): string[] {
    return nodeRed
      .statuses(topic.id)
      .map((seen) => seen as { fill?: string; code?: string; state?: string })
      .map(({ fill, code, state }) => `${fill} ${code ?? state}`)
      .filter((each, index, all) => each !== all[index - 1]);
  }

  it('from a broker that was down when the flow started', async () => {
    await fleet.publish(queue, eventMessages(0, 10));
    await fleet.broker.stop();
    try {
      await deployFlow();
      await status({ fill: 'red', shape: 'ring', text: /status\.unreachable$/ });
    } finally {
      await fleet.broker.start();
    }
    await consuming();
    await nothingLost(10);
    assert.deepEqual(story(), [
      'yellow connecting',
      'red unreachable',
      'yellow connecting',
      'green consuming',
    ]);
  });

  it('from a broker that was stopped and started', async () => {
    await deployFlow();
    await consuming();
    await fleet.publish(queue, eventMessages(0, 10));
    await fleet.broker.stop();
    try {
      await status({ fill: 'red', shape: 'ring' });
    } finally {
      await fleet.broker.start();
    }
    await fleet.publish(queue, eventMessages(10, 20));
    await consuming();
    await nothingLost(20);
  });

  it('from a broker that was killed', async () => {
    await deployFlow();
    await consuming();
    await fleet.publish(queue, eventMessages(0, 10));
    await fleet.broker.kill();
    try {
      await status({ fill: 'red', shape: 'ring' });
    } finally {
      await fleet.broker.start();
    }
    await fleet.publish(queue, eventMessages(10, 20));
    await consuming();
    await nothingLost(20);
  });

  it('from a connection that was reset', async () => {
    proxy = await FaultProxy.listen(fleet.broker.port);
    await deployFlow({ port: proxy.port });
    await consuming();
    proxy.reset();
    await status({ fill: 'red', shape: 'ring', text: /status\.connection-lost$/ });
    await fleet.publish(queue, eventMessages(0, 10));
    await consuming();
    await nothingLost(10);
    assert.deepEqual(story(), [
      'yellow connecting',
      'green consuming',
      'red connection-lost',
      'yellow connecting',
      'green consuming',
    ]);
  });

  it('from a network that silently swallows everything', async () => {
    proxy = await FaultProxy.listen(fleet.broker.port);
    await deployFlow({ port: proxy.port, heartbeat: 1 });
    await consuming();
    proxy.swallow();
    await fleet.publish(queue, eventMessages(0, 10));
    await status({ fill: 'red', shape: 'ring', text: /status\.no-answer$/ });
    proxy.forward();
    await status(GREEN);
    await nothingLost(10);
  });

  it('to a queue that did not exist and was created later', async () => {
    await fleet.unsubscribe(queue);
    await deployFlow();
    await status({ fill: 'red', shape: 'dot', text: /status\.queue-missing$/ });
    await fleet.subscribe(queue);
    await fleet.publish(queue, eventMessages(0, 10));
    await consuming();
    await nothingLost(10);
    assert.deepEqual(story(), ['yellow connecting', 'red queue-missing', 'green consuming']);
    const errors = nodeRed.logs.filter(({ id, level }) => id === topic.id && level === 'error');
    assert.equal(errors.length, 1, 'the missing queue is told once');
  });

  it('to a queue that was deleted while it was read and created again', async () => {
    await deployFlow();
    await consuming();
    await fleet.unsubscribe(queue);
    await status({ fill: 'red', shape: 'dot', text: /status\.queue-(deleted|missing)$/ });
    await fleet.subscribe(queue);
    await fleet.publish(queue, eventMessages(0, 10));
    await consuming();
    await nothingLost(10);
  });

  it('to a queue that the user may read only from now on', async () => {
    await fleet.publish(queue, eventMessages(0, 10));
    await fleet.allow('^something else$');
    await deployFlow();
    await status({ fill: 'red', shape: 'dot', text: /status\.queue-refused$/ });
    await fleet.allow('.*');
    await consuming();
    await nothingLost(10);
  });

  it('with the password that was wrong until somebody mended it at the broker', async () => {
    await fleet.publish(queue, eventMessages(0, 10));
    await fleet.broker.setPassword(fleet.username, 'another');
    await deployFlow();
    await status({ fill: 'red', shape: 'ring', text: /status\.login-refused$/ });
    await fleet.broker.setPassword(fleet.username, fleet.password);
    await consuming();
    await nothingLost(10);
    for (const { message } of nodeRed.logs) assert.ok(!message.includes(fleet.password));
  });

  it('leaves the other topics of the consumer undisturbed when one queue is missing', async () => {
    const consumer = fleet.consumer();
    events = sink();
    topic = topicIn({ consumer, queue }, [events], []);
    const lost = topicIn({ consumer, queue: 'never.subscribed' }, [events], []);
    await nodeRed.deploy(tab([consumer, topic, lost, events]));
    await consuming();
    await nodeRed.waitForStatus(lost.id, { text: /queue-missing$/ });
    const [connection] = await fleet.connections();
    await fleet.publish(queue, eventMessages(0, 10));
    await nothingLost(10);
    // that it is found proves that it was looked for, on the same connection, beside the other topic
    await fleet.subscribe('never.subscribed');
    await nodeRed.waitForStatus(lost.id, GREEN, WITHIN);
    const connections = await fleet.connections();
    assert.deepEqual(
      connections.map(({ name }) => name),
      [connection?.name],
    );
    assert.deepEqual(story(), ['yellow connecting', 'green consuming']);
  });
});
