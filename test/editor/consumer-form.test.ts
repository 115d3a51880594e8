/** The form of `invers-consumer`: what it shows for which environment, what it accepts, and where the password stays. */

import assert from 'node:assert/strict';
import { variable } from '../support/browser.js';
import { config, consumer, type FlowNode, sink, topicIn } from '../support/flow.js';
import { formContract } from '../support/form-contract.js';
import { formStage } from '../support/form-stage.js';
import type { NodeRed } from '../support/node-red.js';
import { waitFor } from '../support/wait.js';

const secret = 'correct-horse-battery-staple';

describe('the form of invers-consumer', function () {
  const stage = formStage(this);
  const { editor, nodeRed, open, deploy } = stage;

  const sandbox = { environment: 'sandbox' };
  formContract('invers-consumer', stage, {
    open: openForm,
    labels: [
      ['name', 'Name'],
      ['environment', 'Connect to'],
      ['host', 'Host'],
      ['port', 'Port'],
      ['useTls', 'Encrypt the connection (TLS)'],
      ['vhost', 'Virtual host'],
      ['username', 'User name'],
      ['password', 'Password'],
      ['tls', 'TLS settings'],
      ['heartbeat', 'Heartbeat'],
      ['sandboxVehicles', 'Vehicles'],
      ['sandboxRate', 'Events'],
      ['sandboxDuplicates', 'Duplicates'],
      ['vehicleId', 'Vehicle id'],
      ['schemas', 'Schemas'],
      ['schemaDirectory', 'Schema folder'],
    ],
    withoutHint: ['name', 'environment'],
    numbers: [
      [
        'port',
        { environment: 'custom' },
        ['0', '70000', '56.71', '0x10'],
        ['1', '65535'],
        'is not a port. Type a whole number from 1 to 65535, for example 5671.',
      ],
      [
        'heartbeat',
        { environment: 'invers' },
        ['0', '601', 'soon', '1e2'],
        ['1', '600'],
        'is not a heartbeat. Type whole seconds from 1 to 600, for example 30.',
      ],
      [
        'sandboxVehicles',
        sandbox,
        ['0', '10001', '1.5'],
        ['1', '10000'],
        'is not a number of vehicles. Type a whole number from 1 to 10000, for example 20.',
      ],
      [
        'sandboxRate',
        sandbox,
        ['0', '0.01', '10001'],
        ['0.02', '10000'],
        'is not a number of events per second. Type a number from 0.02 to 10000, for example 2.',
      ],
      [
        'sandboxDuplicates',
        sandbox,
        ['101', '-1'],
        ['0', '99.5', '100'],
        'is not a percentage. Type a number from 0 to 100, for example 2.',
      ],
    ],
    choices: [
      ['environment', ['INVERS (api.invers.com)', 'Another broker', 'Sandbox (simulated fleet)']],
    ],
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

  it('lets something happen in the sandbox by the press of a button, and its event comes out of a topic', async () => {
    const used = config('invers-consumer', {
      environment: 'sandbox',
      sandboxVehicles: 20,
      sandboxRate: 0.02,
      sandboxDuplicates: 0,
    });
    const events = sink();
    const topic = topicIn({ consumer: used, queue: 'SmokeDetection' }, [events], []);
    await open(used, topic, events);
    const happenings = editor().form.locator('#invers-consumer-happenings');
    const said = happenings.locator('[role="status"]');
    const smoke = happenings.getByRole('button', { name: 'smoke' });
    await smoke.click();
    await waitFor(async () => (await said.textContent())?.startsWith('There is no sandbox yet'));
    await editor().field('name').fill('Simulated');
    await editor().done();
    // a sandbox that nobody has deployed is asked for by mistake alone, and the browser says so too
    editor().complaints.splice(0);

    await deploy();
    await nodeRed().waitForStatus(topic.id, { fill: 'green' });
    await editor().openForm(used.id);
    await smoke.click();
    await waitFor(async () => / somebody smokes in it\.$/.test((await said.textContent()) ?? ''));
    const [id] = ((await said.textContent()) ?? '').split(' ');
    const [message] = await nodeRed().sink(events.id).waitFor(1);
    const { metadata, payload } = message as unknown as {
      metadata: { type: string };
      payload: { vehicle_id: string };
    };
    assert.deepEqual([metadata.type, payload.vehicle_id], ['SmokeDetected', id]);
    await editor().picture('sandbox buttons');
    await editor().cancel();
  });

  it('tests a connection as it is typed, and says what to do', async () => {
    await openForm();
    const row = editor().form.locator('#invers-consumer-test');
    const said = row.locator('[role="status"]');
    const button = row.getByRole('button', { name: 'Test connection' });
    const says = async (sentence: RegExp) => {
      await button.click();
      await waitFor(async () => sentence.test((await said.textContent()) ?? ''));
      assert.ok(await button.isEnabled());
    };
    await says(/^no connection: Nothing answers there\. Check host, port, network and firewall\./);
    assert.ok(await said.evaluate((element) => element.matches('.invers-problem')));
    await editor().picture('connection tested');
    await editor().field('host').fill('<b>amqps://x</b>');
    await says(/^check the settings: Host is "<b>amqps:\/\/x<\/b>": type the name alone/);
    assert.equal(await said.locator('b').count(), 0);
    await editor().field('host').fill(variable('NO_SUCH_HOST'));
    await says(/^check the settings: Host: the environment variable NO_SUCH_HOST is not set/);
    await editor().field('environment').selectOption('sandbox');
    await says(/^Nothing is wrong: the sandbox starts with the first topic/);
    assert.ok(await said.evaluate((element) => !element.matches('.invers-problem')));
    await editor().cancel();
  });

  it('asks for the fleet instead of an address and credentials in the sandbox', async () => {
    const id = await openForm({ environment: 'sandbox', vhost: '', heartbeat: '' });
    const hidden = ['host', 'port', 'useTls', 'vhost', 'username', 'password', 'tls', 'heartbeat'];
    for (const name of hidden) assert.ok(await editor().field(name).isHidden(), name);
    for (const name of sandboxFields) assert.ok(await editor().field(name).isVisible(), name);
    assert.deepEqual(await editor().problems(), []);
    for (const name of sandboxFields) await editor().field(name).fill('2');
    await editor().done();
    assert.deepEqual(await editor().validationErrors(id), []);
    assert.deepEqual(await editor().properties(id, ...sandboxFields), {
      sandboxVehicles: '2',
      sandboxRate: '2',
      sandboxDuplicates: '2',
    });
  });

  const mistakes: [field: string, value: string, message: RegExp][] = [
    ['host', 'amqps://broker:5671', /“amqps:\/\/broker:5671” is not a host name.*api\.invers\.com/],
    ['host', '', /is not a host name/],
    ['username', ' ', /The user name is empty\. Copy it from FleetControl/],
    ['vehicleId', 'vehicle..id', /“vehicle\.\.id” is not a place in an event’s data\. Type names/],
    ['password', '', /The password is empty\. Copy it from FleetControl/],
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

  it('asks for the virtual host that FleetControl shows, and takes / for none on another broker', async () => {
    const id = await openForm({ environment: 'invers', vhost: '' });
    const vhost = editor().field('vhost');
    const problem =
      'The virtual host is empty. Copy it from FleetControl > Developers > Event Consumers.';
    assert.deepEqual(await editor().problems(), [problem]);
    assert.equal(await vhost.getAttribute('placeholder'), 'copied from FleetControl');
    await editor().field('environment').selectOption('custom');
    assert.deepEqual(await editor().problems(), []);
    assert.equal(await vhost.getAttribute('placeholder'), '/');
    await editor().field('environment').selectOption('invers');
    assert.equal(await vhost.getAttribute('placeholder'), 'copied from FleetControl');
    await editor().done();
    assert.deepEqual(await editor().validationErrors(id), [problem]);
  });

  it('shows all fields while a variable says where to connect, and needs none of them', async () => {
    const id = await openForm({ environment: variable('WHERE'), host: '', vhost: '' });
    for (const name of ['host', 'vhost', 'username', ...sandboxFields]) {
      assert.ok(await editor().field(name).isVisible(), name);
    }
    for (const name of ['username', 'password']) await editor().field(name).fill('');
    assert.deepEqual(await editor().problems(), []);
    await editor().done();
    assert.deepEqual(await editor().validationErrors(id), []);
  });

  it('leaves the encryption on for a flow that does not say', async () => {
    const id = await openForm({ environment: 'custom', useTls: undefined });
    assert.ok(await editor().field('useTls').isChecked());
    await editor().done();
    assert.deepEqual(await editor().properties(id, 'useTls'), { useTls: true });
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
      vehicleId: '',
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
    return open(used, user);
  }

  function credentials(id: string): unknown {
    return nodeRed().node<NodeWithCredentials>(id).credentials;
  }
});

type NodeWithCredentials = ReturnType<NodeRed['node']> & { credentials: unknown };
