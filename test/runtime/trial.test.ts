/** Test connection, Test queue and Test: the values of a form on real servers, right and wrong, deployed or not. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
import { config, type FlowNode, sink, storeNode, tab, topicIn } from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { Redis } from '../support/redis';
import { setStage } from '../support/stage';
import { formOf, type TrialAnswer, tryForm, variable } from '../support/trial';
import { waitFor } from '../support/wait';

const queue = 'fleet.states';

describe('trying a form before it is deployed', function () {
  this.timeout(120_000);
  let nodeRed: NodeRed;
  let fleet: Fleet;
  const seen: TrialAnswer[] = [];

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
    seen.splice(0);
  });
  afterEach(() => {
    for (const { text } of seen) {
      for (const secret of [fleet.password, 'wrong password']) assert.ok(!text.includes(secret));
    }
  });

  async function ask(path: string, body: unknown): Promise<Record<string, unknown>> {
    const answer = await tryForm(nodeRed.url, path, body);
    seen.push(answer);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  }

  const tryConsumer = (node: FlowNode) => ask('connection', formOf(node));
  const tryQueue = (consumer: FlowNode, name: string, look = false) =>
    ask('queue', {
      consumer: formOf(consumer),
      topic: formOf(topicIn({ consumer, queue: name })),
      look,
    });

  it('says of a connection in one sentence what happened and what to do', async () => {
    const silent = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as net.AddressInfo;
    try {
      const cases: [node: FlowNode, code: string, message: RegExp][] = [
        [fleet.consumer({ port: 9 }), 'unreachable', /^Nothing answers there\. Check host, port/],
        [fleet.consumer({ port }), 'unreachable', /^Nothing answers there\..*no answer within 6 s/],
        [fleet.consumer({ password: 'wrong password' }), 'login-refused', /Copy both again\./],
        [
          fleet.consumer({ vhost: 'not-there' }),
          'vhost-refused',
          /^The broker refused the virtual/,
        ],
        [
          fleet.consumer({ host: 'localhost', port: fleet.broker.tlsPort, useTls: true }),
          'certificate-untrusted',
          /not trusted here/,
        ],
        [fleet.consumer({ port: fleet.broker.tlsPort }), 'tls-required', /switch on TLS/],
        [fleet.consumer({ host: 'amqps://x' }), 'settings-invalid', /^Host is "amqps:\/\/x": type/],
        [
          fleet.consumer({ host: variable('NO_SUCH') }),
          'settings-invalid',
          /variable NO_SUCH is not set/,
        ],
        [
          fleet.consumer({ useTls: true, tls: 'gone' }),
          'settings-invalid',
          /^The TLS settings do not run yet/,
        ],
      ];
      await Promise.all(
        cases
          .slice(0, 2)
          .map(async ([node, code, message]) =>
            expectFailure(await tryConsumer(node), code, message),
          ),
      );
      for (const [node, code, message] of cases.slice(2)) {
        expectFailure(await tryConsumer(node), code, message);
      }
      assert.deepEqual(await tryConsumer(fleet.consumer()), { ok: true });
    } finally {
      silent.close();
    }
    await waitFor(async () => (await fleet.connections()).length === 0);
  });

  it('takes the password that is stored where none was typed, of that consumer alone, and variables as a deploy does', async () => {
    const used = fleet.consumer();
    const stranger = config('mqtt-broker', {
      broker: '127.0.0.1',
      port: '9',
      credentials: { username: fleet.username, password: fleet.password },
    });
    process.env['TRIAL_PORT'] = String(fleet.port);
    await nodeRed.deploy(tab([used, stranger]));
    const form = (node: FlowNode, fields = {}) => ({
      ...formOf(node, fields),
      credentials: { username: fleet.username, password: '__PWRD__' },
    });
    try {
      assert.deepEqual(await ask('connection', form(used, { port: variable('TRIAL_PORT') })), {
        ok: true,
      });
    } finally {
      delete process.env['TRIAL_PORT'];
    }
    const other = { ...form(used), id: stranger.id };
    expectFailure(await ask('connection', other), 'settings-invalid', /^Password is empty/);
    const unknown = { ...form(used), id: 'not-deployed' };
    expectFailure(await ask('connection', unknown), 'settings-invalid', /^Password is empty/);
  });

  it('trusts the authority of the TLS settings that are deployed, as a deploy would', async () => {
    const tls = config('tls-config', {
      ...{ cert: '', key: '', ca: '', servername: '', verifyservercert: true },
      credentials: { certdata: '', keydata: '', cadata: fleet.broker.certificates.ca },
    });
    await nodeRed.deploy(tab([tls]));
    const encrypted = { host: 'localhost', port: fleet.broker.tlsPort, useTls: true };
    const consumer = fleet.consumer({ ...encrypted, tls: tls.id });
    assert.deepEqual(await tryConsumer(consumer), { ok: true });
  });

  it('does not show what an environment variable holds', async () => {
    process.env['TRIAL_SECRET'] = 'amqp://wrong password';
    try {
      const answer = await tryConsumer(fleet.consumer({ host: variable('TRIAL_SECRET') }));
      expectFailure(answer, 'settings-invalid', /^Host is "\*\*\*": type the name alone/);
    } finally {
      delete process.env['TRIAL_SECRET'];
    }
  });

  it('says how many events wait in a queue, and takes none of them unless it is asked to', async () => {
    const consumer = fleet.consumer();
    assert.deepEqual(await tryQueue(consumer, queue, true), queueOf(0, null));
    await fleet.publish(queue, eventMessages(0, 3));
    await fleet.counts(queue, 3, 0);
    assert.deepEqual(await tryQueue(consumer, queue), queueOf(3, null));
    const { event } = (await tryQueue(consumer, queue, true)) as {
      event: { output: number; message: string };
    };
    const [first] = eventMessages(0, 1);
    const message = JSON.parse(event.message);
    assert.equal(event.output, 1);
    assert.equal(message.topic, queue);
    assert.equal(message.delivery.redelivered, false);
    assert.deepEqual(message.metadata, JSON.parse(String(first?.body)).metadata);
    await fleet.counts(queue, 3, 0);
    // looking marks it, the question alone had not
    const events = sink();
    await nodeRed.deploy(tab([consumer, topicIn({ consumer, queue }, [events], []), events]));
    const redelivered = (await nodeRed.sink(events.id).waitFor(3)).map(
      (each) => (each as unknown as { delivery: { redelivered: boolean } }).delivery.redelivered,
    );
    assert.deepEqual(redelivered, [true, false, false]);
  });

  it('says what is wrong with a queue, of the connection first', async () => {
    expectFailure(
      await tryQueue(fleet.consumer(), 'not.there'),
      'queue-missing',
      /^There is no such queue: compare/,
    );
    expectFailure(
      await tryQueue(fleet.consumer({ port: 9 }), queue),
      'unreachable',
      /^Nothing answers/,
    );
    expectFailure(await tryQueue(fleet.consumer(), ''), 'settings-invalid', /^Queue is empty/);
    await fleet.allow('^other$');
    for (const look of [false, true]) {
      expectFailure(
        await tryQueue(fleet.consumer(), queue, look),
        'queue-refused',
        /^This user may not read/,
      );
    }
    await fleet.allow('.*');
    await fleet.subscribe('single', { 'x-queue-type': 'quorum', 'x-single-active-consumer': true });
    assert.deepEqual(await tryQueue(fleet.consumer(), 'single', true), {
      ...queueOf(0, null),
      hidden: true,
    });
  });

  it('asks a sandbox that runs, and starts none', async () => {
    const consumer = config('invers-consumer', {
      environment: 'sandbox',
      sandboxVehicles: 5,
      sandboxRate: 0.02,
    });
    const notRunning = { ok: true, sandbox: 'not-running' };
    assert.deepEqual(await tryConsumer(consumer), notRunning);
    await nodeRed.deploy(tab([consumer]));
    assert.deepEqual(await tryQueue(consumer, 'Trip (v2)'), notRunning);
    const wrong = { ...consumer, sandboxRate: '-1' };
    expectFailure(await tryConsumer(wrong), 'settings-invalid', /^Events per second is "-1"/);
    const topic = topicIn({ consumer, queue: 'SmokeDetection' }, [], []);
    await nodeRed.deploy(tab([consumer, topic]));
    await nodeRed.waitForStatus(topic.id, { fill: 'green' });
    assert.deepEqual(await tryConsumer(consumer), { ok: true });
    const { ok, readers } = await tryQueue(consumer, 'SmokeDetection');
    assert.deepEqual([ok, readers], [true, 1]);
    expectFailure(await tryQueue(consumer, 'Trip'), 'queue-missing', /^There is no such queue/);
  });

  it('tries where a store keeps things, and leaves nothing there', async () => {
    const redis = await Redis.start({ password: fleet.password });
    const tryStore = (properties: object) => ask('store', formOf(storeNode({ ...properties })));
    const at = { backend: 'redis', url: redis.url };
    try {
      assert.deepEqual(await tryStore({}), { ok: true, place: 'memory' });
      assert.deepEqual(await tryStore({ backend: 'file', directory: 'new/one' }), {
        ok: true,
        place: 'directory-new',
      });
      assert.deepEqual(await tryStore({ backend: 'file', directory: '.' }), {
        ok: true,
        place: 'directory-there',
      });
      expectFailure(
        await tryStore({ backend: 'file', directory: '/dev/null/a' }),
        'store-away',
        /^\/dev\/null is not a directory: name another/,
      );
      assert.deepEqual(await tryStore({ ...at, redisPassword: fleet.password }), {
        ok: true,
        place: 'redis',
      });
      for (const [properties, message] of [
        [
          { ...at, redisPassword: 'wrong password' },
          /refuses user or password.*Check the password\.$/,
        ],
        [at, /refuses user or password.*Check the password\.$/],
        [
          { ...at, url: 'redis://127.0.0.1:9' },
          /ECONNREFUSED.*Check the address, and that Redis is running\.$/,
        ],
        [
          { ...at, url: redis.tlsUrl, redisPassword: fleet.password },
          /its certificate is not accepted/,
        ],
      ] as const) {
        expectFailure(await tryStore(properties), 'store-away', message);
      }
      expectFailure(
        await tryStore({ ...at, url: 'http://x' }),
        'settings-invalid',
        /^Redis address cannot be read/,
      );
      assert.equal(await redis.command('DBSIZE'), 0);
    } finally {
      await redis.dispose();
    }
  });
});

function queueOf(waiting: number, event: null) {
  return { ok: true, waiting, readers: 0, hidden: false, event };
}

function expectFailure(answer: Record<string, unknown>, code: string, message: RegExp): void {
  assert.deepEqual([answer['ok'], answer['code']], [false, code], JSON.stringify(answer));
  assert.match(String(answer['message']), message);
  assert.doesNotMatch(String(answer['message']), /tried again|made anew|again and again/);
}
