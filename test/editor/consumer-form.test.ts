/** The form of `invers-consumer`: what it shows for which environment, what it accepts, and where the password stays. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { editorForSuite, variable } from '../support/browser.js';
import { consumer, type FlowNode, tab, topicIn } from '../support/flow.js';
import { type NodeRed, sharedNodeRed } from '../support/node-red.js';

const secret = 'correct-horse-battery-staple';

describe('the form of invers-consumer', function () {
  this.timeout(30_000);
  const editor = editorForSuite(sharedNodeRed);
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await sharedNodeRed();
  });

  after(() => nodeRed.clear());

  afterEach(() => {
    assert.deepEqual(editor().complaints, []);
  });

  const sandboxFields = ['sandboxVehicles', 'sandboxRate', 'sandboxDuplicates'];

  it('asks for host, port and encryption of another broker only', async () => {
    await openForm({ environment: 'invers', host: 'api.invers.com', port: 5671, useTls: true });
    const own = ['environment', 'vhost', 'username', 'password', 'tls', 'heartbeat'];
    const other = ['host', 'port', 'useTls'];
    for (const name of own) assert.ok(await editor().field(name).isVisible(), name);
    for (const name of [...other, ...sandboxFields]) {
      assert.ok(await editor().field(name).isHidden(), name);
    }
    await editor().field('environment').selectOption('custom');
    for (const name of [...own, ...other]) assert.ok(await editor().field(name).isVisible(), name);
    await editor().cancel();
  });

  it('asks for the fleet instead of an address and credentials in the sandbox', async () => {
    const id = await openForm({ environment: 'sandbox', vhost: '', heartbeat: '' });
    const hidden = ['host', 'port', 'useTls', 'vhost', 'username', 'password', 'tls', 'heartbeat'];
    for (const name of hidden) assert.ok(await editor().field(name).isHidden(), name);
    for (const name of sandboxFields) assert.ok(await editor().field(name).isVisible(), name);
    assert.deepEqual(await editor().problems(), []);
    for (const [field, value, message] of [
      ['sandboxVehicles', '1.5', /“1\.5” is not a number of vehicles\. Type a whole number/],
      ['sandboxRate', '0', /“0” is not a number of events per second/],
      ['sandboxDuplicates', '101', /“101” is not a percentage/],
    ] as const) {
      await editor().field(field).fill(value);
      assert.match((await editor().problems()).join(), message);
      await editor().field(field).fill('2');
    }
    await editor().done();
    assert.deepEqual(await editor().validationErrors(id), []);
    assert.deepEqual(await editor().properties(id, ...sandboxFields), {
      sandboxVehicles: '2',
      sandboxRate: '2',
      sandboxDuplicates: '2',
    });
  });

  it('offers the environments of this version', async () => {
    await openForm();
    assert.deepEqual(await editor().field('environment').locator('option').allInnerTexts(), [
      'INVERS (api.invers.com)',
      'Another broker',
      'Sandbox (simulated fleet)',
    ]);
    await editor().cancel();
  });

  const mistakes: [field: string, value: string, message: RegExp][] = [
    ['host', 'amqps://broker:5671', /“amqps:\/\/broker:5671” is not a host name.*api\.invers\.com/],
    ['host', '', /is not a host name/],
    ['port', '70000', /“70000” is not a port\. Type a whole number from 1 to 65535/],
    ['port', '56.71', /“56\.71” is not a port/],
    ['vhost', '', /The virtual host is empty\. Copy it from FleetControl/],
    ['username', ' ', /The user name is empty\. Copy it from FleetControl/],
    ['password', '', /The password is empty\. Copy it from FleetControl/],
    ['heartbeat', '0', /“0” is not a heartbeat\. Type whole seconds from 1 to 600/],
    ['heartbeat', 'soon', /“soon” is not a heartbeat/],
  ];
  it('says what is wrong with a value and what to type instead', async () => {
    await openForm();
    assert.deepEqual(await editor().problems(), []);
    for (const [field, value, message] of mistakes) {
      const before = await editor().field(field).inputValue();
      await editor().field(field).fill(value);
      const [problem = '', ...others] = await editor().problems();
      assert.match(problem, message);
      assert.deepEqual(others, []);
      assert.equal(await editor().field(field).getAttribute('aria-invalid'), 'true');
      await editor().field(field).fill(before);
      assert.deepEqual(await editor().problems(), []);
      assert.equal(await editor().field(field).getAttribute('aria-invalid'), null);
    }
    await editor().cancel();
  });

  it('does not mind what is hidden', async () => {
    const id = await openForm({ environment: 'invers', host: '', port: '' });
    assert.deepEqual(await editor().problems(), []);
    await editor().done();
    assert.deepEqual(await editor().validationErrors(id), []);
  });

  it('accepts environment variables in every field, and keeps one for the environment', async () => {
    const id = await openForm({ environment: variable('WHERE') });
    assert.equal(await editor().field('environment').inputValue(), variable('WHERE'));
    await editor().field('environment').selectOption('custom');
    for (const name of ['host', 'port', 'vhost', 'username', 'password', 'heartbeat']) {
      await editor().field(name).fill(variable('INVERS_VALUE'));
    }
    assert.deepEqual(await editor().problems(), []);
    await editor().field('environment').selectOption(variable('WHERE'));
    await editor().done();
    assert.deepEqual(await editor().validationErrors(id), []);
    assert.deepEqual(await editor().properties(id, 'environment', 'port', 'heartbeat'), {
      environment: variable('WHERE'),
      port: variable('INVERS_VALUE'),
      heartbeat: variable('INVERS_VALUE'),
    });
  });

  it('never gets the password back after a deploy, and keeps it when the form is saved again', async () => {
    const seen: Promise<string>[] = [];
    const id = await openForm({ vhost: '/old' });
    await editor().field('username').fill('f-FLT23-c-CNSM23A');
    await editor().field('password').fill(secret);
    await editor().done();
    await deploy();
    assert.deepEqual(credentials(id), { username: 'f-FLT23-c-CNSM23A', password: secret });

    editor().page.on('response', (response) => {
      if (/\/(flows|credentials)/.test(response.url())) seen.push(response.text());
    });
    await editor().reload();
    await editor().openForm(id);
    assert.equal(await editor().field('username').inputValue(), 'f-FLT23-c-CNSM23A');
    assert.equal(await editor().field('password').inputValue(), '__PWRD__');
    assert.deepEqual(await editor().problems(), []);
    const answers = await Promise.all(seen);
    assert.ok(answers.some((answer) => answer.includes('has_password')));
    assert.ok(!answers.some((answer) => answer.includes(secret)));

    await editor().field('vhost').fill('/new');
    await editor().done();
    await deploy();
    assert.deepEqual(credentials(id), { username: 'f-FLT23-c-CNSM23A', password: secret });
  });

  it('exports what was typed, without user name and password', async () => {
    const id = await openForm();
    await editor().field('name').fill('Fleet dashboard');
    await editor().field('environment').selectOption('custom');
    await editor().field('host').fill('broker.example');
    await editor().field('port').fill('5672');
    await editor().field('useTls').uncheck();
    await editor().field('vhost').fill('/a/b');
    await editor().field('heartbeat').fill('10');
    await editor().field('password').fill(secret);
    await editor().done();
    const exported = (await editor().exportAll()).find((node) => node.id === id);
    assert.deepEqual(exported, {
      id,
      type: 'invers-consumer',
      name: 'Fleet dashboard',
      environment: 'custom',
      host: 'broker.example',
      port: '5672',
      vhost: '/a/b',
      useTls: false,
      tls: '',
      heartbeat: '10',
      sandboxVehicles: '20',
      sandboxRate: '2',
      sandboxDuplicates: '2',
      schemas: '',
      schemaDirectory: '',
    });
  });

  /** Opens the form of a consumer with these properties, and answers its id. */
  async function openForm(properties: Partial<FlowNode> = {}): Promise<string> {
    // a port where nobody listens; its user is disabled, so nothing connects there anyway
    const used = consumer({ port: 9, ...properties });
    const user = topicIn({ consumer: used, queue: 'queue', d: true });
    await editor().show(tab([used, user]));
    await editor().openForm(used.id);
    return used.id;
  }

  /** Deploys from the editor, and waits until the flows run. */
  async function deploy(): Promise<void> {
    const started = once(nodeRed.RED.events, 'flows:started');
    await editor().deploy();
    await started;
  }

  function credentials(id: string): unknown {
    return nodeRed.node<NodeWithCredentials>(id).credentials;
  }
});

type NodeWithCredentials = ReturnType<NodeRed['node']> & { credentials: unknown };
