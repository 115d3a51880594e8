/** The form of `invers-store`: what it asks for which place, what it accepts, and where the password stays. */

import assert from 'node:assert/strict';
import { variable } from '../support/browser.js';
import { eventFilter, type FlowNode, storeNode, tab } from '../support/flow.js';
import { formContract } from '../support/form-contract.js';
import { formStage } from '../support/form-stage.js';
import type { NodeRed } from '../support/node-red.js';
import { waitFor } from '../support/wait.js';

const secret = 'correct-horse-battery-staple';

describe('the form of invers-store', function () {
  const stage = formStage(this);
  const { editor, nodeRed, open, deploy } = stage;

  formContract('invers-store', stage, {
    open: openForm,
    labels: [
      ['name', 'Name'],
      ['backend', 'Kept in'],
      ['maxEntries', 'Event ids'],
      ['maxVehicles', 'Vehicles'],
      ['directory', 'Directory'],
      ['url', 'Redis address'],
      ['redisUsername', 'User name'],
      ['redisPassword', 'Password'],
      ['tls', 'TLS settings'],
      ['prefix', 'Key prefix'],
    ],
    withoutHint: ['name'],
    numbers: ['memory', 'file'].flatMap((backend) => [
      [
        'maxEntries',
        { backend },
        ['0', 'many', '10000001', '1.5'],
        ['1', '10000000'],
        'is not a number of event ids. Type a whole number from 1 to 10000000, for example 1000000.',
      ],
      [
        'maxVehicles',
        { backend },
        ['0', 'many', '1000001', '1.5'],
        ['1', '1000000'],
        'is not a number of vehicles. Type a whole number from 1 to 1000000, for example 100000.',
      ],
    ]),
    choices: [
      ['backend', ['Files of this machine', 'Memory', 'Redis, shared by several Node-REDs']],
    ],
  });

  const fields = [
    'maxEntries',
    'maxVehicles',
    'directory',
    'url',
    'redisUsername',
    'redisPassword',
    'tls',
    'prefix',
  ];
  const asked: Record<string, string[]> = {
    memory: ['maxEntries', 'maxVehicles'],
    file: ['maxEntries', 'maxVehicles', 'directory'],
    redis: ['url', 'redisUsername', 'redisPassword', 'tls', 'prefix'],
  };

  it('asks for what each place needs, and explains it', async () => {
    await openForm();
    const hints = new Set<string>();
    for (const [backend, shown] of Object.entries(asked)) {
      await editor().field('backend').selectOption(backend);
      for (const name of fields) {
        const isVisible = await editor().field(name).isVisible();
        assert.equal(isVisible, shown.includes(name), `${backend}: ${name}`);
      }
      const hint = editor().form.locator('#invers-store-backend-hint');
      assert.ok(await hint.isVisible(), backend);
      hints.add((await hint.textContent()) ?? '');
    }
    assert.equal(hints.size, 3);
    await editor().cancel();
  });

  const mistakes: [backend: string, field: string, value: string, message: RegExp][] = [
    ['redis', 'url', 'http://host', /^This is not the address of a Redis\. Type it as redis:/],
    ['redis', 'url', 'host:6379', /^This is not the address of a Redis/],
    ['redis', 'url', 'redis://fleet:pa55@host', /^A password does not belong into the address/],
    ['redis', 'url', 'redis://host/name', /^This is not the address of a Redis/],
  ];
  it('says what is wrong with a value and what to type instead', async () => {
    await openForm();
    for (const [backend, field, value, message] of mistakes) {
      await editor().field('backend').selectOption(backend);
      assert.deepEqual(await editor().problems(), []);
      const before = await editor().field(field).inputValue();
      await editor().field(field).fill(value);
      const [problem = '', ...others] = await editor().problems();
      assert.match(problem, message);
      assert.deepEqual(others, []);
      await editor().field(field).fill(before);
    }
    await editor().field('url').fill('rediss://user@redis.example:6380/2');
    assert.deepEqual(await editor().problems(), []);
    // empty = what it shows in grey
    for (const [field, usual] of Object.entries({
      url: 'redis://127.0.0.1:6379',
      prefix: 'invers:',
    })) {
      await editor().field(field).fill(variable('REDIS'));
      assert.deepEqual(await editor().problems(), []);
      await editor().field(field).fill('');
      assert.deepEqual(await editor().problems(), []);
      assert.equal(await editor().field(field).getAttribute('placeholder'), usual);
    }
    await editor().cancel();
  });

  it('tests the place as it is typed, and says what to do', async () => {
    await openForm({ backend: 'memory' });
    const row = editor().form.locator('#invers-store-test');
    const says = async (sentence: RegExp) => {
      await row.getByRole('button', { name: 'Test' }).click();
      const said = row.locator('[role="status"]');
      await waitFor(async () => sentence.test((await said.textContent()) ?? ''));
    };
    await says(/^Nothing can be wrong with the memory/);
    await editor().field('backend').selectOption('file');
    await editor().field('directory').fill('not-there-yet');
    await says(/^It works: the directory is not there yet/);
    await editor().field('backend').selectOption('redis');
    await editor().field('url').fill('redis://127.0.0.1:9');
    await says(
      /^Redis at redis:\/\/127\.0\.0\.1:9 cannot be used: .*Check the address, and that Redis is running\.$/,
    );
    await editor().picture('store tested');
    await editor().cancel();
  });

  it('does not mind what is hidden', async () => {
    const id = await openForm({ backend: 'file', url: '', prefix: '' });
    assert.deepEqual(await editor().problems(), []);
    await editor().done();
    assert.deepEqual(await editor().validationErrors(id), []);
  });

  it('shows all fields for a variable as the place, and changes nothing when it is closed', async () => {
    const id = await openForm({ backend: variable('PLACE') });
    for (const name of fields) assert.ok(await editor().field(name).isVisible(), name);
    await editor().done();
    assert.deepEqual(await editor().properties(id, 'backend'), { backend: variable('PLACE') });
  });

  it('never gets the password back after a deploy, and exports it never', async () => {
    const id = await openForm({ backend: 'redis' });
    await editor().field('redisUsername').fill('fleet');
    await editor().field('redisPassword').fill(secret);
    await editor().done();
    await deploy();
    const { credentials } = nodeRed().node<ReturnType<NodeRed['node']> & { credentials: unknown }>(
      id,
    );
    assert.deepEqual(credentials, { redisUsername: 'fleet', redisPassword: secret });
    await editor().reload();
    await editor().openForm(id);
    assert.equal(await editor().field('redisPassword').inputValue(), '__PWRD__');
    await editor().done();
    const exported = (await editor().exportAll()).find((node) => node.id === id);
    assert.deepEqual(exported, {
      id,
      type: 'invers-store',
      name: '',
      backend: 'redis',
      maxEntries: 1_000_000,
      maxVehicles: 100_000,
      directory: '',
      url: 'redis://127.0.0.1:6379',
      prefix: 'invers:',
      tls: '',
    });
  });

  it('can be chosen in a filter, which then needs no limit of its own', async () => {
    const store = storeNode({ name: 'Shared' });
    const filter = eventFilter({ maxEntries: 100_000 });
    const other = eventFilter({ store: store.id, maxEntries: '' });
    await editor().show(tab([store, filter, other]));
    await editor().openForm(filter.id);
    assert.ok(await editor().field('maxEntries').isVisible());
    await editor().field('store').selectOption(store.id);
    assert.ok(await editor().field('maxEntries').isHidden());
    await editor().done();
    assert.deepEqual(await editor().properties(filter.id, 'store'), { store: store.id });
    await editor().openForm(other.id);
    assert.ok(await editor().field('maxEntries').isHidden());
    assert.deepEqual(await editor().problems(), []);
    await editor().done();
    assert.deepEqual(await editor().validationErrors(other.id), []);
  });

  /** Opens the form of a store with these properties, and answers its id. */
  async function openForm(properties: Partial<FlowNode> = {}): Promise<string> {
    const { redisUsername: _user, redisPassword: _none, ...rest } = properties;
    // nobody uses it while the flow runs: the filter is disabled
    const store = storeNode(rest);
    const user = eventFilter({ store: store.id, d: true });
    return open(store, user);
  }
});
