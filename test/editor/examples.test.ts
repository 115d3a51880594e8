/** The examples, imported from the editor's own menu, filled in and deployed. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { manifest } from '../package/manifest.js';
import { editorForSuite, type PageRed } from '../support/browser.js';
import type { FlowNode } from '../support/flow.js';
import { layoutProblems } from '../support/flow-layout.js';
import { type NodeRed, sharedNodeRed } from '../support/node-red.js';
import { repositoryRoot } from '../support/node-red-home.js';

declare const RED: PageRed;

const directory = path.join(repositoryRoot, 'examples');
const files = fs.readdirSync(directory).sort();
const ownTypes = Object.keys(manifest['node-red'].nodes);
const coreTypes = [
  'tab',
  'comment',
  'debug',
  'change',
  'catch',
  'http in',
  'http request',
  'http response',
  'switch',
  'inject',
  'template',
  'csv',
  'file',
];
/** Types of others, and the package that the import dialog offers because of them. */
const packages = new Map([
  ['influxdb out', 'node-red-contrib-influxdb'],
  ['influxdb', 'node-red-contrib-influxdb'],
  ['e-mail', 'node-red-node-email'],
  ...['ui-base', 'ui-theme', 'ui-page', 'ui-group', 'ui-table', 'ui-chart'].map(
    (type) => [type, '@flowfuse/node-red-dashboard'] as const,
  ),
]);
/** They want credentials and a queue of the user's own; all others run on the sandbox. */
const withCredentials = ['01', '02', '04'];
/** The one that `npm start` opens: the node that shows that it runs, and what it says then. */
const start = { title: '03 - Try it on the sandbox', shown: 'the car', text: /[1-9]\d* changed/ };
/** What a tab has in an editor of 1440 pixels with its palette and its sidebar. */
const tabWidth = 937;

describe('the examples', function () {
  this.timeout(120_000);
  const editor = editorForSuite(sharedNodeRed);
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await sharedNodeRed();
  });

  after(() => nodeRed.clear());

  afterEach(() => {
    assert.deepEqual(editor().complaints, []);
  });

  it('show every node', () => {
    const used = new Set(files.flatMap(read).map(({ type }) => type));
    assert.deepEqual(
      ownTypes.filter((type) => !used.has(type)),
      [],
    );
  });

  for (const file of files) {
    const title = path.basename(file, '.json');

    it(`“${title}” uses core nodes and ours, and carries no credentials and no address but INVERS’`, () => {
      const nodes = read(file);
      const types = [...ownTypes, ...coreTypes, ...packages.keys(), 'global-config'];
      assert.deepEqual(
        nodes.filter(({ type }) => !types.includes(type)),
        [],
      );
      assert.deepEqual(
        nodes.filter((node) => 'credentials' in node),
        [],
      );
      const environments = nodes.flatMap((node) => node['environment'] ?? []);
      const needsCredentials = withCredentials.includes(title.slice(0, 2));
      assert.deepEqual(environments, [needsCredentials ? 'invers' : 'sandbox']);
      assert.deepEqual(
        nodes.flatMap((node) => node['host'] ?? []),
        ['api.invers.com'],
      );
      assert.equal(nodes.filter(({ type }) => type === 'comment').length, 1);
      const addresses = JSON.stringify(nodes).match(/https?:\/\/[^/:"\s]*/g) ?? [];
      assert.deepEqual(
        addresses.filter((address) => address !== 'http://127.0.0.1'),
        [],
      );
    });

    const needed = packagesOf(file);
    if (needed.length > 0) {
      it(`“${title}” comes from the menu, and the package it needs is offered`, async () => {
        await importExample(title);
        const offer = editor().page.locator('.red-ui-notification', { hasText: needed[0] ?? '' });
        await offer.waitFor();
        assert.deepEqual(await offer.locator('li').allTextContents(), needed);
        await lacksNothing(file);
        assert.deepEqual(await layoutProblems(editor().page, tabWidth), []);
      });
      continue;
    }

    if (!withCredentials.includes(title.slice(0, 2)) && title !== start.title) {
      it(`“${title}” comes from the menu, lacks nothing, and can be read`, async () => {
        await importExample(title);
        await lacksNothing(file);
        assert.deepEqual(await layoutProblems(editor().page, tabWidth), []);
      });
      continue;
    }

    if (title === start.title) {
      it(`“${title}” comes from the menu, lacks nothing, and runs as it is`, async () => {
        await importExample(title);
        const nodes = await lacksNothing(file);
        assert.deepEqual(await layoutProblems(editor().page, tabWidth), []);
        await editor().deploy();
        for (const { id, type } of nodes) {
          if (type !== 'invers-topic-in') continue;
          await nodeRed.waitForStatus(id, { fill: 'green', text: /sandbox/ });
        }
        const shown = nodes.find(({ name }) => name === start.shown);
        assert.ok(shown);
        await nodeRed.waitForStatus(shown.id, { text: start.text });
      });
      continue;
    }

    it(`“${title}” comes from the menu, lacks only virtual host and queue, and runs when they are filled in`, async () => {
      await importExample(title);
      const nodes = await allNodes();
      assert.deepEqual(nodes.map(({ type }) => type).sort(), typesOnTab(file));
      assert.deepEqual(await layoutProblems(editor().page, tabWidth), []);
      const invalid = nodes.filter(({ valid }) => !valid);
      assert.deepEqual(
        invalid.map(({ type, errors }) => [type, ...errors.map((error) => error.slice(0, 27))]),
        [
          ['invers-topic-in', 'The consumer is not filled ', 'The queue’s name is empty. '],
          ['invers-consumer', 'The virtual host is empty. '],
        ],
      );
      const [topicIn] = invalid;
      assert.ok(topicIn);

      const consumer = String((await editor().properties(topicIn.id, 'consumer'))['consumer']);
      await editor().openForm(consumer);
      await editor().field('username').fill('f-FLT23-c-CNSM23A');
      await editor().field('password').fill('secret');
      // not to INVERS, but to a port of this machine where nobody listens
      await editor().field('environment').selectOption('custom');
      await editor().field('host').fill('127.0.0.1');
      await editor().field('port').fill('9');
      await editor().done();
      await editor().openForm(topicIn.id);
      await editor().field('queue').fill('queue');
      await editor().done();
      assert.deepEqual(
        (await allNodes()).filter(({ valid }) => !valid),
        [],
      );
      await editor().deploy();
      await nodeRed.waitForStatus(topicIn.id, { fill: 'red', text: /unreachable/ });
    });
  }

  /** All that the file has is there, and nothing is to be filled in; what needs a package counts as unknown until then. */
  async function lacksNothing(file: string) {
    const nodes = await allNodes();
    const types = typesOnTab(file).map((type) => (packages.has(type) ? 'unknown' : type));
    assert.deepEqual(nodes.map(({ type }) => type).sort(), types.sort());
    assert.deepEqual(
      nodes.filter(({ type, valid }) => !valid && type !== 'unknown'),
      [],
    );
    return nodes;
  }

  /** Picks an example in the import dialog, as a user does. */
  async function importExample(title: string): Promise<void> {
    // what the example before it reports must not arrive in an editor that does not know its nodes
    await nodeRed.clear();
    await editor().reload();
    const { page } = editor();
    await page.evaluate(() => RED.actions.invoke('core:show-examples-import-dialog'));
    const dialog = page.locator('#red-ui-clipboard-dialog');
    const entry = (text: string) => dialog.locator('.red-ui-treeList-label', { hasText: text });
    await entry('@fleetwire/node-red-invers').click();
    await entry(title).click();
    await page.locator('#red-ui-clipboard-dialog-ok').click();
    await page.waitForFunction(() => RED.nodes.filterNodes({ type: 'invers-topic-in' }).length > 0);
  }

  function allNodes() {
    return editor().page.evaluate(() => {
      const nodes = RED.nodes.filterNodes({});
      RED.nodes.eachConfig((node) => {
        nodes.push(node);
      });
      return nodes.map(({ id, type, name, valid, validationErrors }) => ({
        id,
        type,
        name,
        valid,
        errors: validationErrors,
      }));
    });
  }
});

function read(file: string): FlowNode[] {
  const nodes: unknown = JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8'));
  assert.ok(Array.isArray(nodes));
  return nodes as FlowNode[];
}

function typesOnTab(file: string): string[] {
  return (
    read(file)
      .map(({ type }) => type)
      // the editor takes the list of packages from it, and does not import it
      .filter((type) => type !== 'tab' && type !== 'global-config')
      .sort()
  );
}

/** The packages that an example needs; it names them, with their versions. */
function packagesOf(file: string): string[] {
  const nodes = read(file);
  const used = nodes.flatMap(({ type }) => packages.get(type) ?? []);
  const named = nodes.flatMap((node) => Object.keys((node['modules'] as object) ?? {}));
  assert.deepEqual([...new Set(used)], named);
  return named;
}
