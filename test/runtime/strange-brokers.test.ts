/** What answers where a broker should be, and what a broker says when it is not the login: told by its own name. */
import assert from 'node:assert/strict';
import { publishDeep } from '../support/deep-message';
import { eventMessage, eventMessages } from '../support/events';
import { Fleet } from '../support/fleet';
import {
  config,
  consumer,
  type FlowNode,
  type Properties,
  sink,
  tab,
  topicIn,
} from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { setStage } from '../support/stage';
import { type StrangeServers, startStrangeServers } from '../support/strange-servers';

const GREEN = { fill: 'green', shape: 'dot' } as const;
const queue = 'fleet.states';

describe('a connection that cannot be made', function () {
  this.timeout(120_000);

  let nodeRed: NodeRed;
  let fleet: Fleet;
  let crowded: Fleet;
  let strange: StrangeServers;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });
  before(async () => {
    strange = await startStrangeServers();
  });
  after(() => strange.close());
  beforeEach(async () => {
    crowded = await Fleet.create();
  });
  afterEach(() => crowded.dispose());

  /** One consumer and its topic for each; answers the topics. */
  async function deployAll(consumers: FlowNode[], others: FlowNode[] = []): Promise<FlowNode[]> {
    const topics = consumers.map((each) => topicIn({ consumer: each, queue }, [], []));
    await nodeRed.deploy(tab([...others, ...consumers, ...topics]));
    return topics;
  }

  /** What Node-RED shows of the first error or warning of a node, cut as in its debug sidebar. */
  function firstLine({ id }: FlowNode): string {
    const logged = nodeRed.logs.find(
      (entry) => entry.id === id && (entry.level === 'error' || entry.level === 'warn'),
    );
    return String(logged?.message).slice(0, 80);
  }

  it('is told by what answered there', async () => {
    const ca = fleet.broker.certificates.ca;
    const trust = config('tls-config', {
      ...{ cert: '', key: '', ca: '', verifyservercert: true, servername: 'localhost' },
      credentials: { certdata: '', keydata: '', cadata: ca, passphrase: '' },
    });
    const { ports } = strange;
    const at = (port: number, useTls: boolean): FlowNode =>
      consumer({ host: '127.0.0.1', port, useTls, tls: useTls ? trust.id : '' });
    const cases: [consumer: FlowNode, code: string, line: RegExp][] = [
      [at(ports.http, false), 'http', /^This port speaks HTTP, not AMQP\. Check host and port\./],
      [at(ports.http, true), 'not-tls', /^The port does not speak TLS\. Check the port: .*5671/],
      [at(ports.https, true), 'http', /^This port speaks HTTP, not AMQP\./],
      [at(ports.https, false), 'tls-required', /^This port wants .*: switch on TLS/],
      [at(ports.amqp10, false), 'other-amqp', /^This port speaks AMQP 1\.0, and this node 0-9-1\./],
      [at(ports.oldTls, true), 'tls-mismatch', /no TLS version or cipher in common/],
      [at(ports.oldTls, false), 'tls-required', /^This port wants .*: switch on TLS/],
      [at(ports.otherCiphers, true), 'tls-mismatch', /no TLS version or cipher in common/],
      [at(ports.hangsUp, false), 'connection-lost', /^The server hung up before the login\./],
      [at(fleet.broker.tlsPort, false), 'tls-required', /^This port wants .*: switch on TLS/],
    ];
    const topics = await deployAll(
      cases.map(([each]) => each),
      [trust],
    );
    for (const [index, [each, code, line]] of cases.entries()) {
      const text = new RegExp(`\\.${code}$`);
      await nodeRed.waitForStatus(String(topics[index]?.id), { fill: 'red', shape: 'ring', text });
      assert.match(firstLine(each), line);
    }
    for (const { message } of nodeRed.logs) assert.doesNotMatch(message, /off\b.*TLS|TLS off/);
  });

  it('because of a limit is told by that limit, and not by the virtual host', async () => {
    const { broker, username, vhost } = fleet;
    await crowded.subscribe(queue);
    await Promise.all([
      broker.rabbitmqctl('set_user_limits', username, '{"max-connections":0}'),
      broker.rabbitmqctl('set_vhost_limits', '-p', crowded.vhost, '{"max-connections":0}'),
    ]);
    const consumers = [fleet.consumer(), crowded.consumer(), crowded.consumer({ vhost })];
    const [byUser, byVhost, elsewhere] = (await deployAll(consumers)).map(({ id }) => id);
    for (const id of [byUser, byVhost]) {
      await nodeRed.waitForStatus(String(id), { fill: 'red', text: /\.connection-limit$/ });
    }
    await nodeRed.waitForStatus(String(elsewhere), { fill: 'red', text: /\.vhost-refused$/ });
    const [first, second] = consumers as [FlowNode, FlowNode];
    for (const each of [first, second]) {
      assert.match(firstLine(each), /^There are as many connections as the broker allows: stop/);
    }
    for (const { message } of nodeRed.logs) {
      assert.ok(!message.includes(fleet.password) && !message.includes(crowded.password));
    }
  });

  it('because the virtual host is switched off is told so, and made when it is there again', async () => {
    await crowded.subscribe(queue);
    const vhost = `<<"${crowded.vhost}">>`;
    await crowded.broker.evaluate(`rabbit_vhost_sup_sup:delete_on_all_nodes(${vhost}), ok`);
    const waiting = crowded.consumer();
    const [topic] = (await deployAll([waiting])) as [FlowNode];
    await nodeRed.waitForStatus(topic.id, { text: /\.vhost-down$/ });
    assert.match(firstLine(waiting), /^The broker has the virtual host switched off for now\./);
    await crowded.broker.evaluate(`rabbit_vhost_sup_sup:start_vhost(${vhost}), ok`);
    await nodeRed.waitForStatus(topic.id, GREEN);
  });

  it('where the consumer is disabled, says so under the topic', async () => {
    const disabled = fleet.consumer({ d: true, name: 'Yard' });
    const [topic] = await deployAll([disabled]);
    await nodeRed.waitForStatus(String(topic?.id), { fill: 'red', text: /\.consumer-disabled$/ });
    assert.match(firstLine(topic as FlowNode), /^The consumer "Yard" is disabled: enable it/);
  });

  it('for want of a variable is not even tried', async () => {
    const host = '$'.concat('{INVERS_TEST_NOT_SET}');
    const unset = fleet.consumer({ host });
    const [topic] = await deployAll([unset]);
    await nodeRed.waitForStatus(String(topic?.id), { fill: 'red', text: /\.settings-invalid$/ });
    assert.equal(
      firstLine(unset),
      'Host: the environment variable INVERS_TEST_NOT_SET is not set. Set it where Node-'.slice(
        0,
        80,
      ),
    );
  });
});

describe('a queue with something odd about it', function () {
  this.timeout(120_000);

  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });

  async function deployTopics(...properties: Properties[]) {
    const shared = fleet.consumer();
    const events = properties.map(() => sink());
    const topics = properties.map((each, index) =>
      topicIn({ consumer: shared, queue, ...each }, [events[index] as FlowNode], []),
    );
    const copies = properties.flatMap(({ consumer: own }) => (own ? [own as FlowNode] : []));
    await nodeRed.deploy(tab([shared, ...copies, ...topics, ...events]));
    for (const { id } of topics) await nodeRed.waitForStatus(id, GREEN);
    return { shared, topics: topics.map(({ id }) => id), events: events.map(({ id }) => id) };
  }

  const warnings = (id: string | undefined) =>
    nodeRed.logs.filter((entry) => entry.id === id && entry.level === 'warn');

  it('gives out a message with headers 8,000 tables deep like any other, and names the queue once', async () => {
    await fleet.subscribe('other');
    const { body } = eventMessage(0);
    await publishDeep(fleet, queue, body, 8_000, eventMessage(1).body);
    await publishDeep(fleet, queue, body, 8_000, eventMessage(2).body);
    const { shared, topics, events } = await deployTopics({}, { queue: 'other' });
    await fleet.publish('other', eventMessages(3, 4));
    const [first = '', second = ''] = events;
    const messages = await nodeRed.sink(first).waitFor(4);
    assert.deepEqual(
      messages.map(({ payload }) => payload),
      [{ n: 0 }, { n: 1 }, { n: 0 }, { n: 2 }],
    );
    await nodeRed.sink(second).waitFor(1);
    await fleet.drained(queue);
    const [odd, ...more] = warnings(topics[0]).filter(({ message }) => /headers/.test(message));
    assert.match(String(odd?.message), /^Odd message: its headers are nested too deeply/);
    assert.match(String(odd?.message), /by the queue "fleet\.states"/);
    assert.deepEqual(more, []);
    const troubles = nodeRed.logs.filter(
      ({ id, level }) => id === shared.id && (level === 'warn' || level === 'error'),
    );
    assert.deepEqual(troubles, [], 'the connection never ended');
  });

  it('that is read by two topics is told to both at the deploy, with the other one’s name', async () => {
    const copy = fleet.consumer({ host: 'localhost' });
    const { topics } = await deployTopics({ name: 'One' }, { topic: 'Two', consumer: copy });
    for (const [index, other] of ['Two', 'One'].entries()) {
      const [warning] = warnings(topics[index]);
      assert.equal(
        String(warning?.message).slice(0, 80),
        `This queue has another reader here, so each event reaches only one: "${other}". Wire all`.slice(
          0,
          80,
        ),
      );
    }
  });

  it('for which the user has no channel left is told by that limit', async () => {
    await fleet.subscribe('other');
    const { broker, username } = fleet;
    // none at all, because the broker counts a channel only a while after it has opened it
    await broker.rabbitmqctl('set_user_limits', username, '{"max-channels":0}');
    const shared = fleet.consumer();
    const topics = [queue, 'other'].map((each) => topicIn({ consumer: shared, queue: each }, []));
    await nodeRed.deploy(tab([shared, ...topics]));
    for (const { id } of topics) {
      await nodeRed.waitForStatus(id, { fill: 'red', text: /\.channel-limit$/ });
    }
    const line = /^This user has all the channels it may have: read fewer queues with it\./;
    await nodeRed.waitForLog((entry) => entry.id === shared.id && line.test(entry.message));
  });

  it('whose home node is down is told to be away, not missing, and read when it is back', async () => {
    await fleet.publish(queue, eventMessages(0, 1));
    // the broker knows by its disk that there is a queue, and finds nobody who keeps it
    const name = `rabbit_misc:r(<<"${fleet.vhost}">>, queue, <<"${queue}">>)`;
    await fleet.broker.evaluate(
      `[Queue] = mnesia:dirty_read(rabbit_queue, ${name}), ` +
        'persistent_term:put(test_queue_away, Queue), ' +
        `mnesia:dirty_delete(rabbit_queue, ${name})`,
    );
    const shared = fleet.consumer();
    const events = sink();
    const topic = topicIn({ consumer: shared, queue }, [events], []);
    await nodeRed.deploy(tab([shared, topic, events]));
    await nodeRed.waitForStatus(topic.id, { fill: 'yellow', text: /\.queue-away$/ });
    const away = /^The queue is away for a while: the node of the broker that keeps it is down\./;
    const told = await nodeRed.waitForLog(
      ({ id, message }) => id === topic.id && away.test(message),
    );
    assert.match(told.message, /home node '.*' of durable queue .* is down or inaccessible/);
    await fleet.broker.evaluate(
      'mnesia:dirty_write(rabbit_queue, persistent_term:get(test_queue_away)), ' +
        'persistent_term:erase(test_queue_away), ok',
    );
    await nodeRed.waitForStatus(topic.id, GREEN);
    await nodeRed.sink(events.id).waitFor(1);
  });

  it('that is there again at once after its consumer was cancelled was not deleted', async () => {
    const { topics, events } = await deployTopics({});
    const [id = ''] = topics;
    await fleet.unsubscribe(queue);
    await fleet.subscribe(queue);
    await fleet.publish(queue, eventMessages(0, 1));
    await nodeRed.sink(String(events[0])).waitFor(1);
    await nodeRed.waitForStatus(id, GREEN);
    assert.deepEqual(
      nodeRed.logs.filter((entry) => entry.id === id && entry.level === 'error'),
      [],
    );
    assert.match(String(warnings(id)[0]?.message), /^The broker ended the reading of a queue/);
  });
});
