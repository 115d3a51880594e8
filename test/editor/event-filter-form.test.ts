/** The form of `invers-event-filter`: its list of outputs, and that wires stay with their output. */

import assert from 'node:assert/strict';
import { type PageRed, variable } from '../support/browser.js';
import { debug, eventFilter, type FlowNode, tab } from '../support/flow.js';
import { formContract } from '../support/form-contract.js';
import { formStage } from '../support/form-stage.js';

declare const RED: PageRed;

describe('the form of invers-event-filter', function () {
  const stage = formStage(this);
  const { editor, open } = stage;

  formContract('invers-event-filter', stage, {
    open: openForm,
    labels: [
      ['name', 'Name'],
      ['other', 'One more output for all other events'],
      ['maxAge', 'Late after'],
      ['dedupe', 'Let each event through only once'],
      ['key', 'Same event if'],
      ['windowHours', 'Remember for'],
      ['store', 'Remember in'],
      ['maxEntries', 'At most'],
      ['duplicates', 'One more output for events seen before'],
    ],
    withoutHint: ['name'],
    numbers: [
      [
        'maxAge',
        {},
        ['-1', '525601', 'soon'],
        ['0', '0.5', '525600'],
        'is not a number of minutes. Type a number from 0 to 525600, for example 0.',
      ],
      [
        'windowHours',
        {},
        ['0', '-1', '9000', 'week'],
        ['0.5', '8760'],
        'is not a number of hours. Type a number above 0 and up to 8760, for example 72.',
      ],
      [
        'maxEntries',
        {},
        ['0', '1.5', '10000001'],
        ['1', '10000000'],
        'is not a number of events. Type a whole number from 1 to 10000000, for example 100000.',
      ],
    ],
  });

  it('has one output for vehicle states and one for the rest when it comes from the palette', async () => {
    await editor().show(tab([]));
    const id = await editor().drop('invers-event-filter', 300, 200);
    await editor().openForm(id);
    assert.deepEqual(await editor().problems(), []);
    assert.deepEqual(await rows(), [['VehicleStateRecorded', '', '1', '']]);
    await editor().done();
    assert.deepEqual(await editor().properties(id, 'outputs', 'validationErrors'), {
      outputs: 2,
      validationErrors: [],
    });
    assert.deepEqual(await editor().outputLabels(id), ['VehicleStateRecorded', 'other']);
  });

  it('changes nothing when it is closed with Done as it was opened', async () => {
    const id = await openForm();
    await editor().done();
    assert.equal(await editor().page.evaluate(() => RED.nodes.dirty()), false);
    assert.deepEqual(await editor().properties(id, 'outputs'), { outputs: 4 });
    assert.deepEqual(await editor().wires(id), [['states'], ['trips'], ['rest'], ['twice']]);
  });

  it('adds an output after the others, and the wires of the later ones move on', async () => {
    const id = await openForm();
    await addRow({ types: `Smoke*, ${variable('MORE')}`, versions: '1, 2', name: 'Smoke' });
    await editor().done();
    assert.deepEqual(await editor().wires(id), [['states'], ['trips'], [], ['rest'], ['twice']]);
    assert.deepEqual(await editor().outputLabels(id), [
      'States',
      'Trip*',
      'Smoke',
      'other',
      'duplicates',
    ]);
    const { routes } = await editor().properties(id, 'routes');
    assert.deepEqual((routes as unknown[])[2], {
      name: 'Smoke',
      types: ['Smoke*', variable('MORE')],
      majorVersions: [1, 2],
      reasons: [],
      source: '',
    });
  });

  it('offers the reasons that are known and who tells an event, and stores what was chosen', async () => {
    const id = await openForm();
    await addRow({ types: 'VehicleChanged' });
    const row = editor().form.locator('.invers-route').last();
    await row.locator('.invers-route-reasons').pressSequentially('master');
    const menu = editor().page.locator('.red-ui-menu:visible');
    assert.deepEqual(await menu.locator('li').allTextContents(), ['MASTER_DATA_CHANGED']);
    await row.locator('.invers-route-reasons').press('Enter');
    await row.locator('.invers-route-source').selectOption('INVERS');
    assert.deepEqual(await editor().problems(), []);
    await editor().done();
    assert.equal((await editor().outputLabels(id))[2], 'VehicleChanged: MASTER_DATA_CHANGED');
    const { routes } = await editor().properties(id, 'routes');
    assert.deepEqual((routes as unknown[])[2], {
      name: '',
      types: ['VehicleChanged'],
      majorVersions: [],
      reasons: ['MASTER_DATA_CHANGED'],
      source: 'oneapi',
    });
  });

  it('adds an output for late events before the one for duplicates, and takes it away again', async () => {
    const id = await openForm();
    await editor().field('maxAge').fill('10');
    await editor().done();
    const [states, trips, rest, twice] = [['states'], ['trips'], ['rest'], ['twice']];
    assert.deepEqual(await editor().wires(id), [states, trips, rest, [], twice]);
    assert.deepEqual((await editor().outputLabels(id)).slice(2), ['other', 'late', 'duplicates']);
    await editor().openForm(id);
    await editor().field('maxAge').fill(variable('AGE'));
    await editor().field('other').uncheck();
    await editor().done();
    assert.deepEqual(await editor().wires(id), [states, trips, [], twice]);
    assert.deepEqual((await editor().outputLabels(id)).slice(2), ['late', 'duplicates']);
    await editor().openForm(id);
    await editor().field('maxAge').fill('0');
    await editor().done();
    assert.deepEqual(await editor().wires(id), [states, trips, twice]);
  });

  it('moves an output by mouse, and its wires go with it', async () => {
    const id = await openForm();
    const [first, second] = [handle(0), handle(1)];
    await first.hover();
    await editor().page.mouse.down();
    const target = await second.boundingBox();
    assert.ok(target);
    await editor().page.mouse.move(target.x + 5, target.y + target.height + 15, { steps: 10 });
    await editor().page.mouse.up();
    await editor().form.locator('.ui-sortable-helper').waitFor({ state: 'detached' });
    assert.deepEqual(await rows(), [
      ['Trip*', '', '1', ''],
      ['VehicleStateRecorded', '2', '2', 'States'],
    ]);
    await editor().done();
    assert.deepEqual(await editor().wires(id), [['trips'], ['states'], ['rest'], ['twice']]);
  });

  it('moves an output by keyboard, and its wires go with it', async () => {
    const id = await openForm();
    const types = editor().form.locator('.invers-route-types');
    await types.nth(1).press('Alt+ArrowUp');
    await types.nth(0).press('Alt+ArrowUp');
    assert.deepEqual(
      (await rows()).map(([type]) => type),
      ['Trip*', 'VehicleStateRecorded'],
    );
    await editor().done();
    assert.deepEqual(await editor().wires(id), [['trips'], ['states'], ['rest'], ['twice']]);
  });

  it('deletes an output with its wires, and brings them back when that is undone', async () => {
    const id = await openForm();
    await editor().form.locator('.red-ui-editableList-item-remove').first().click();
    await editor().done();
    assert.deepEqual(await editor().wires(id), [['trips'], ['rest'], ['twice']]);
    assert.equal((await editor().properties(id, 'outputs'))['outputs'], 3);
    await editor().page.evaluate(() => RED.history.pop());
    assert.deepEqual(await editor().wires(id), [['states'], ['trips'], ['rest'], ['twice']]);
    assert.equal((await editor().properties(id, 'outputs'))['outputs'], 4);
  });

  it('adds, moves and deletes at once, and deploys what it shows', async () => {
    const id = await openForm();
    await addRow({ types: 'SmokeDetected', name: 'Smoke' });
    await editor().form.locator('.invers-route-types').nth(2).press('Alt+ArrowUp');
    await editor().form.locator('.red-ui-editableList-item-remove').first().click();
    await editor().field('other').uncheck();
    await editor().done();
    const expected = [[], ['trips'], ['twice']];
    assert.deepEqual(await editor().wires(id), expected);
    await editor().deploy();
    await editor().reload();
    assert.deepEqual(await editor().wires(id), expected);
    assert.deepEqual(await editor().outputLabels(id), ['Smoke', 'Trip*', 'duplicates']);
  });

  it('folds the settings for repeated events away with them, and their output too', async () => {
    const id = await openForm();
    const settings = ['windowHours', 'maxEntries', 'duplicates'];
    for (const name of settings) assert.ok(await editor().field(name).isVisible(), name);
    await editor().field('dedupe').uncheck();
    for (const name of settings) assert.ok(await editor().field(name).isHidden(), name);
    await editor().done();
    assert.deepEqual(await editor().properties(id, 'outputs', 'duplicates'), {
      outputs: 3,
      duplicates: false,
    });
    assert.deepEqual(await editor().wires(id), [['states'], ['trips'], ['rest']]);
  });

  const mistakes: [field: string, value: string, message: RegExp][] = [
    ['.invers-route-types', ' ', /^No event type\. Type at least one/],
    ['.invers-route-types', 'Trip.*', /^“Trip\.\*” is not an event type/],
    ['.invers-route-types', '"TripEnded"', /^“"TripEnded"” is not an event type/],
    ['.invers-route-versions', '1, two', /^“two” is not a major version/],
    ['.invers-route-versions', '2.1', /^“2\.1” is not a major version/],
    ['.invers-route-reasons', 'ALL, TRIP*', /^“TRIP\*” is not a reason\. Type it as INVERS/],
  ];
  it('says what is wrong in a row, in the form and at the node', async () => {
    for (const [field, value, message] of mistakes) {
      const id = await openForm();
      await editor().form.locator(field).nth(1).fill(value);
      const [problem = '', ...others] = await editor().problems();
      assert.match(problem, message);
      assert.deepEqual(others, []);
      await editor().done();
      assert.deepEqual(await editor().validationErrors(id), [`Output 2: ${problem}`]);
    }
  });

  it('says so when no event could leave it', async () => {
    const id = await openForm({ routes: [], duplicates: false, outputs: 1, wires: [[]] });
    assert.deepEqual(await editor().problems(), []);
    await editor().field('other').uncheck();
    const problems = await editor().problems();
    assert.match(problems.join(), /^No event can leave this node\. Add an output, or switch on/);
    await editor().done();
    assert.deepEqual(await editor().validationErrors(id), problems);
    assert.equal((await editor().properties(id, 'outputs'))['outputs'], 0);
  });

  it('lets each event through once, and others out, where a flow does not say', async () => {
    const id = await openForm({ other: undefined, dedupe: undefined, key: undefined });
    for (const name of ['other', 'dedupe']) assert.ok(await editor().field(name).isChecked(), name);
    assert.deepEqual(await editor().problems(), []);
    await editor().done();
    const kept = await editor().properties(id, 'other', 'dedupe', 'key', 'outputs');
    assert.deepEqual(kept, { other: true, dedupe: true, key: 'metadata.id', outputs: 4 });
  });

  it('takes a message property or JSONata for what makes events the same', async () => {
    const right = await openForm({ key: '$lowercase(metadata.id)', keyType: 'jsonata' });
    assert.deepEqual(await editor().problems(), []);
    await editor().cancel();
    assert.deepEqual(await editor().validationErrors(right), []);

    for (const [key, keyType, message] of [
      ['', 'msg', /^It is not said what makes two events the same\. Type metadata\.id\.$/],
      ['metadata[', 'msg', /^“metadata\[” cannot be used: /],
      ['$lowercase(', 'jsonata', /^“\$lowercase\(” cannot be used: /],
    ] as const) {
      const wrong = await openForm({ key, keyType });
      assert.match((await editor().problems()).join(), message);
      await editor().cancel();
      assert.match(String(await editor().validationErrors(wrong)), message);
    }
  });

  it('exports what was typed', async () => {
    const id = await openForm();
    await editor().field('name').fill('By type');
    await editor().field('windowHours').fill('0.5');
    await editor().field('maxEntries').fill('1000');
    await editor().done();
    const exported = (await editor().exportAll()).find((node) => node.id === id) as FlowNode;
    const { wires, x, y, z, ...rest } = exported;
    assert.ok(x && y && z);
    assert.equal(wires?.length, 4);
    assert.deepEqual(rest, {
      id,
      type: 'invers-event-filter',
      name: 'By type',
      routes: [
        {
          name: 'States',
          types: ['VehicleStateRecorded'],
          majorVersions: [2],
          reasons: [],
          source: '',
        },
        { name: '', types: ['Trip*'], majorVersions: [], reasons: [], source: '' },
      ],
      other: true,
      maxAge: 0,
      dedupe: true,
      store: '',
      key: 'metadata.id',
      keyType: 'msg',
      windowHours: '0.5',
      maxEntries: '1000',
      duplicates: true,
      outputs: 4,
    });
  });

  /** Opens the form of a filter with four outputs, each wired to a node that is named after it. */
  async function openForm(properties: Partial<FlowNode> = {}): Promise<string> {
    const ends = ['states', 'trips', 'rest', 'twice'].map((name) => debug({ name, active: false }));
    const filter = eventFilter(
      {
        routes: [
          {
            name: 'States',
            types: ['VehicleStateRecorded'],
            majorVersions: [2],
            reasons: [],
            source: '',
          },
          { name: '', types: ['Trip*'], majorVersions: [], reasons: [], source: '' },
        ],
        duplicates: true,
        outputs: 4,
        ...properties,
      },
      ...ends.map((end) => [end]),
    );
    return open({ ...filter, ...properties }, ...ends);
  }

  /** The list as it reads: event types, versions, number and name of each output. */
  function rows(): Promise<string[][]> {
    return editor()
      .form.locator('.invers-route')
      .evaluateAll((elements) =>
        elements.map((row) => {
          const value = (name: string) =>
            row.querySelector<HTMLInputElement>(`.invers-route-${name}`)?.value ?? '';
          const port = row.querySelector('.invers-route-port')?.textContent?.trim() ?? '';
          return [value('types'), value('versions'), port, value('name')];
        }),
      );
  }

  /** Adds an output and fills in its fields, by their names. */
  async function addRow(fields: Record<string, string>): Promise<void> {
    await editor().form.locator('.red-ui-editableList-addButton').click();
    const row = editor().form.locator('.invers-route').last();
    for (const [name, value] of Object.entries(fields)) {
      await row.locator(`.invers-route-${name}`).fill(value);
    }
    assert.deepEqual(await editor().problems(), []);
  }

  function handle(row: number) {
    return editor().form.locator('.red-ui-editableList-item-handle').nth(row);
  }
});
