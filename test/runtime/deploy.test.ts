/** Deploying again and again leaves nothing behind at the broker: no connection, no channel, no consumer. */
import assert from 'node:assert/strict';
import { eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
import { type FlowNode, sink, tab, topicIn } from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { setStage } from '../support/stage';
import { waitFor } from '../support/wait';

const GREEN = { fill: 'green', shape: 'dot' } as const;

describe('deploying', () => {
  let nodeRed: NodeRed;
  let fleet: Fleet;
  const queue = 'fleet.states';

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });

  function flowOf(consumer: FlowNode, topic: FlowNode, ...others: FlowNode[]): FlowNode[] {
    return tab([consumer, topic, ...others], { id: 'tab1' });
  }

  /** As the editor sends it again: credentials only when they were typed anew. */
  function unchanged({ credentials: _, ...consumer }: FlowNode): FlowNode {
    return consumer as FlowNode;
  }

  /** Exactly these connections, by name, with so many channels each. */
  async function brokerSees(expected: { clientName: string; channels: number }[]): Promise<void> {
    let seen: unknown;
    await waitFor(
      async () => {
        const connections = await fleet.connections();
        seen = connections.map(({ clientName, channels }) => ({ clientName, channels }));
        return JSON.stringify(seen) === JSON.stringify(expected);
      },
      {
        interval: 200,
        message: () => `${JSON.stringify(expected)}, but saw ${JSON.stringify(seen)}`,
      },
    );
  }

  it('opens one connection with the consumer’s name and a channel for each topic', async () => {
    const consumer = fleet.consumer({ name: 'yard' });
    const topics = [1, 2, 3].map(() => topicIn({ consumer, queue }, [], []));
    await nodeRed.deploy(tab([consumer, ...topics]));
    for (const { id } of topics) await nodeRed.waitForStatus(id, GREEN);
    await brokerSees([{ clientName: 'node-red-invers/yard', channels: 3 }]);
  });

  it('opens no connection for a consumer that nobody uses', async () => {
    const unused = fleet.consumer({ name: 'unused' });
    const used = fleet.consumer({ name: 'used' });
    const topic = topicIn({ consumer: used, queue }, [], []);
    await nodeRed.deploy(tab([unused, used, topic]));
    await nodeRed.waitForStatus(topic.id, GREEN);
    await brokerSees([{ clientName: 'node-red-invers/used', channels: 1 }]);
  });

  it('fully, ten times over, leaves one connection and loses nothing', async () => {
    const consumer = fleet.consumer({ name: 'yard' });
    const events = sink();
    const topic = topicIn({ consumer, queue }, [events], []);
    for (let round = 0; round < 10; round++) {
      await fleet.publish(queue, eventMessages(round * 20, round * 20 + 20));
      await nodeRed.deploy(flowOf(consumer, topic, events));
    }
    await nodeRed.waitForStatus(topic.id, GREEN);
    await fleet.drained(queue);
    const numbers = () =>
      new Set(nodeRed.sink(events.id).messages.map(({ payload }) => (payload as { n: number }).n));
    await waitFor(() => numbers().size === 200, {
      message: () => `200 events; ${numbers().size} came`,
    });
    await brokerSees([{ clientName: 'node-red-invers/yard', channels: 1 }]);
  });

  it('the changed node only keeps the connection of its neighbour', async () => {
    const consumer = fleet.consumer({ name: 'yard' });
    const stays = topicIn({ consumer, queue, id: 'stays' }, [], []);
    const changes = topicIn({ consumer, queue, id: 'changes' }, [], []);
    await nodeRed.deploy(flowOf(consumer, stays, changes));
    for (const { id } of [stays, changes]) await nodeRed.waitForStatus(id, GREEN);
    const [before] = await fleet.connections();
    await nodeRed.deploy(flowOf(unchanged(consumer), stays, { ...changes, prefetch: 7 }), 'nodes');
    await nodeRed.waitForStatus(changes.id, GREEN);
    await brokerSees([{ clientName: 'node-red-invers/yard', channels: 2 }]);
    assert.equal((await fleet.connections())[0]?.name, before?.name);
  });

  it('without the node closes its channel, and the connection after the last one', async () => {
    const consumer = fleet.consumer({ name: 'yard' });
    const first = topicIn({ consumer, queue }, [], []);
    const second = topicIn({ consumer, queue }, [], []);
    await nodeRed.deploy(flowOf(consumer, first, second));
    for (const { id } of [first, second]) await nodeRed.waitForStatus(id, GREEN);
    await nodeRed.deploy(flowOf(unchanged(consumer), first), 'nodes');
    await brokerSees([{ clientName: 'node-red-invers/yard', channels: 1 }]);
    await nodeRed.deploy(tab([consumer], { id: 'tab1' }), 'nodes');
    await brokerSees([]);
  });

  it('changed settings of the consumer moves its topics to a new connection', async () => {
    const consumer = fleet.consumer({ name: 'yard' });
    const topic = topicIn({ consumer, queue }, [], []);
    await nodeRed.deploy(flowOf(consumer, topic));
    await nodeRed.waitForStatus(topic.id, GREEN);
    await nodeRed.deploy(flowOf({ ...consumer, name: 'depot' }, topic), 'nodes');
    await nodeRed.waitForStatus(topic.id, GREEN);
    await brokerSees([{ clientName: 'node-red-invers/depot', channels: 1 }]);
  });

  it('while the broker refuses the login leaves nothing that goes on trying', async () => {
    const consumer = fleet.consumer({ name: 'yard', password: 'wrong' });
    const topic = topicIn({ consumer, queue }, [], []);
    await nodeRed.deploy(flowOf(consumer, topic));
    await nodeRed.waitForStatus(topic.id, { text: /login-refused$/ });
    const timers = () =>
      (process as unknown as { getActiveResourcesInfo(): string[] })
        .getActiveResourcesInfo()
        .filter((kind) => kind === 'Timeout').length;
    const waiting = timers();
    await nodeRed.clear();
    await waitFor(() => timers() < waiting, { message: 'the timer of the next try to be gone' });
  });

  it('says what is wrong with a form that cannot work, and the others work on', async () => {
    const consumer = fleet.consumer();
    const good = topicIn({ consumer, queue }, [], []);
    const lonely = topicIn({ consumer: '', queue }, [], []);
    const drowning = topicIn({ consumer, queue, prefetch: '0' }, [], []);
    const broken = fleet.consumer({ port: 'many' });
    const stuck = topicIn({ consumer: broken, queue }, [], []);
    await nodeRed.deploy(tab([consumer, broken, good, lonely, drowning, stuck]));
    for (const { id } of [lonely, drowning, stuck]) {
      await nodeRed.waitForStatus(id, { fill: 'red', shape: 'ring', text: /\.settings-invalid$/ });
    }
    await nodeRed.waitForStatus(good.id, GREEN);
    const errorOf = ({ id }: FlowNode) =>
      nodeRed.waitForLog((entry) => entry.id === id && entry.level === 'error');
    assert.match((await errorOf(lonely)).message, /Consumer is missing: choose an event consumer/);
    assert.match(
      (await errorOf(drowning)).message,
      /Prefetch is "0": type a whole number from 1 to 65535/,
    );
    assert.match((await errorOf(broken)).message, /Port is "many"/);
  });

  it('takes values from environment variables in every field', async () => {
    const variables = {
      INVERS_TEST_PORT: String(fleet.broker.port),
      INVERS_TEST_VHOST: fleet.vhost,
      INVERS_TEST_USER: fleet.username,
      INVERS_TEST_PASSWORD: fleet.password,
      INVERS_TEST_QUEUE: queue,
      INVERS_TEST_PREFETCH: '3',
    };
    Object.assign(process.env, variables);
    try {
      // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Node-RED replaces them
      const consumer = fleet.consumer({
        port: '${INVERS_TEST_PORT}',
        vhost: '${INVERS_TEST_VHOST}',
        credentials: { username: '${INVERS_TEST_USER}', password: '${INVERS_TEST_PASSWORD}' },
      });
      const topic = topicIn(
        { consumer, queue: '${INVERS_TEST_QUEUE}', prefetch: '${INVERS_TEST_PREFETCH}' },
        [],
        [],
      );
      // biome-ignore-end lint/suspicious/noTemplateCurlyInString: Node-RED replaces them
      await nodeRed.deploy(tab([consumer, topic]));
      await nodeRed.waitForStatus(topic.id, GREEN);
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name];
    }
  });
});
