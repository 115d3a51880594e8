/** What a user finds before opening a form: the nodes in the palette, their defaults and their help. */

import assert from 'node:assert/strict';
import { editorForSuite, type PageRed } from '../support/browser.js';
import {
  consumer,
  eventFilter,
  node,
  storeNode,
  tab,
  topicIn,
  vehicleState,
  vehiclesNode,
  watch,
} from '../support/flow.js';
import { sharedNodeRed } from '../support/node-red.js';

declare const RED: PageRed;

const types = [
  'invers-consumer',
  'invers-topic-in',
  'invers-event-filter',
  'invers-vehicle-state',
  'invers-watch',
  'invers-vehicles',
  'invers-ack',
  'invers-store',
];

describe('the palette', function () {
  this.timeout(120_000);
  const editor = editorForSuite(sharedNodeRed);

  it('shows the nodes in a category INVERS, with short names and icons', async () => {
    const category = editor().page.locator('#red-ui-palette-container-INVERS');
    assert.deepEqual(await category.locator('.red-ui-palette-header').allInnerTexts(), ['INVERS']);
    const nodes = category.locator('.red-ui-palette-node');
    assert.deepEqual(
      (await nodes.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ')),
      ['topic in', 'event filter', 'vehicle state', 'watch', 'vehicles', 'ack'],
    );
    const icons = await nodes
      .locator('.red-ui-palette-icon')
      .evaluateAll((elements) => elements.map((element) => element.style.backgroundImage));
    assert.equal(icons.length, 6);
    for (const icon of icons) {
      const address = /url\("(.*)"\)/.exec(icon)?.[1] ?? '';
      const response = await editor().page.request.get(new URL(address, editor().page.url()).href);
      assert.match(address, /invers-[a-z-]+\.svg$/);
      assert.match(await response.text(), /^<svg [^>]*viewBox="0 0 40 60"/);
    }
  });

  it('knows the defaults that flows are saved with', async () => {
    assert.deepEqual(await defaults('invers-consumer'), {
      name: '',
      environment: 'invers',
      host: 'api.invers.com',
      port: 5671,
      vhost: '',
      useTls: true,
      tls: '',
      heartbeat: 30,
      vehicleId: '',
      sandboxVehicles: 20,
      sandboxRate: 2,
      sandboxDuplicates: 2,
      schemas: '',
      schemaDirectory: '',
    });
    assert.deepEqual(await defaults('invers-topic-in'), {
      name: '',
      consumer: '',
      queue: '',
      topic: '',
      prefetch: 50,
      acknowledge: 'completion',
      order: 'queue',
      deadline: 300,
      maxAttempts: 5,
      retryDelay: 5,
      holdOnOutage: true,
      validate: 'schema',
      store: '',
      control: false,
      inputs: 0,
      outputs: 2,
    });
    assert.deepEqual(await defaults('invers-event-filter'), {
      name: '',
      routes: [
        {
          name: '',
          types: ['VehicleStateRecorded'],
          majorVersions: [],
          reasons: [],
          source: '',
        },
      ],
      other: true,
      maxAge: 0,
      dedupe: true,
      store: '',
      key: 'metadata.id',
      keyType: 'msg',
      windowHours: 72,
      maxEntries: 100000,
      duplicates: false,
      outputs: 2,
    });
    assert.deepEqual(await defaults('invers-store'), {
      name: '',
      backend: 'file',
      maxEntries: 1_000_000,
      maxVehicles: 100_000,
      directory: '',
      url: 'redis://127.0.0.1:6379',
      prefix: 'invers:',
      tls: '',
    });
    assert.deepEqual(await defaults('invers-vehicle-state'), {
      name: '',
      store: '',
      state: '',
      stateType: 'msg',
      watch: [],
    });
    assert.deepEqual(await defaults('invers-watch'), {
      name: '',
      store: '',
      conditions: [{ property: '', operator: 'lt', value: '', clear: '' }],
      holdFor: 0,
      repeat: 0,
      clearOutput: true,
      outputs: 2,
    });
    assert.deepEqual(await defaults('invers-vehicles'), {
      name: '',
      store: '',
      vehicle: '',
      vehicleType: 'msg',
      limit: 1_000,
    });
    assert.deepEqual(await defaults('invers-ack'), { name: '', outcome: 'acknowledge' });
  });

  it('keeps the password out of the flow and hides it, and shows the user name', async () => {
    const credentials = await editor().page.evaluate(() =>
      Object.entries(RED.nodes.getType('invers-consumer').credentials).map(([name, { type }]) => ({
        name,
        type,
      })),
    );
    assert.deepEqual(credentials, [
      { name: 'username', type: 'text' },
      { name: 'password', type: 'password' },
    ]);
  });

  it('has a text for everything in the forms', async () => {
    const used = consumer({ port: 9 });
    const nodes = [
      used,
      topicIn({ consumer: used, queue: '' }),
      eventFilter({ routes: [] }),
      node('invers-ack'),
      storeNode(),
      vehicleState(),
      watch(),
      vehiclesNode(),
    ];
    await editor().show(tab(nodes));
    for (const { id } of nodes) {
      await editor().openForm(id);
      const texts = await editor()
        .form.locator('*')
        .evaluateAll((elements) =>
          elements.flatMap((element) => [
            element.children.length === 0 ? (element.textContent ?? '') : '',
            ...['placeholder', 'title', 'aria-label'].map(
              (name) => element.getAttribute(name) ?? '',
            ),
          ]),
        );
      assert.ok(texts.includes('Name'));
      // a key that no catalogue has is shown as it is
      assert.deepEqual(
        texts.filter((text) => /^invers-[\w.-]+$/.test(text)),
        [],
      );
      await editor().cancel();
    }
  });

  for (const type of types) {
    it(`has help for ${type} that begins with one sentence`, async () => {
      await editor().page.evaluate((type) => RED.sidebar.help.show(type), type);
      const help = editor().page.locator('.red-ui-help:visible').first();
      await help.waitFor();
      const [first = ''] = await help.locator('p').allInnerTexts();
      assert.match(first, /INVERS.*\.$/);
      assert.ok(first.length < 150, first);
      assert.ok((await help.locator('h3').allInnerTexts()).includes('Details'));
      assert.ok((await help.locator('a[href^="https://developers.invers.com/"]').count()) > 0);
    });
  }

  it('reports no error while it loads', () => {
    assert.deepEqual(editor().complaints, []);
  });

  async function defaults(type: string): Promise<Record<string, unknown>> {
    return editor().page.evaluate(
      (type) =>
        Object.fromEntries(
          Object.entries(RED.nodes.getType(type).defaults).map(([name, { value }]) => [
            name,
            value,
          ]),
        ),
      type,
    );
  }
});
