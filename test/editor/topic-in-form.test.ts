/** The form of `invers-topic-in`, from the palette to the export. */

import assert from 'node:assert/strict';
import { editorForSuite, variable } from '../support/browser.js';
import { consumer, type FlowNode, tab, topicIn } from '../support/flow.js';
import { sharedNodeRed } from '../support/node-red.js';

describe('the form of invers-topic-in', function () {
  this.timeout(30_000);
  const editor = editorForSuite(sharedNodeRed);

  afterEach(() => {
    assert.deepEqual(editor().complaints, []);
  });

  it('says of a node fresh from the palette what is still to be filled in', async () => {
    await editor().show(tab([]));
    const id = await editor().drop('invers-topic-in', 300, 200);
    assert.deepEqual(await editor().properties(id, 'prefetch', 'acknowledge', 'validate'), {
      prefetch: 50,
      acknowledge: 'delivery',
      validate: 'envelope',
    });
    await editor().openForm(id);
    const problems = await editor().problems();
    assert.equal(problems.length, 2);
    assert.match(problems[0] ?? '', /No consumer is chosen\. Choose one, or add one/);
    assert.match(problems[1] ?? '', /The queue’s name is empty\. Copy it from FleetControl/);
    await editor().cancel();
    assert.deepEqual(await editor().validationErrors(id), problems);
  });

  it('ties each label to its field', async () => {
    await openForm();
    const labels = await editor()
      .form.locator('label')
      .evaluateAll((elements) =>
        elements.map((label) => [
          label.textContent?.trim(),
          (label as HTMLLabelElement).control?.id,
        ]),
      );
    assert.deepEqual(labels, [
      ['Name', 'node-input-name'],
      ['Consumer', 'node-input-consumer'],
      ['Queue', 'node-input-queue'],
      ['Topic', 'node-input-topic'],
      ['Prefetch', 'node-input-prefetch'],
    ]);
    await editor().cancel();
  });

  it('says what is wrong with a prefetch', async () => {
    await openForm();
    for (const value of ['0', '65536', '1.5', 'many', '']) {
      await editor().field('prefetch').fill(value);
      const [problem, ...others] = await editor().problems();
      assert.equal(
        problem,
        `“${value}” is not a prefetch. Type a whole number from 1 to 65535, for example 50.`,
      );
      assert.deepEqual(others, []);
    }
    for (const value of ['1', '65535', variable('PREFETCH')]) {
      await editor().field('prefetch').fill(value);
      assert.deepEqual(await editor().problems(), []);
    }
    await editor().cancel();
  });

  it('accepts environment variables as queue and topic', async () => {
    const id = await openForm();
    await editor().field('queue').fill(variable('QUEUE'));
    await editor().field('topic').fill(variable('TOPIC'));
    await editor().done();
    assert.deepEqual(await editor().validationErrors(id), []);
  });

  it('says when its consumer is gone, or is not filled in', async () => {
    const id = await openForm({ consumer: 'gone' });
    assert.match(String(await editor().validationErrors(id)), /“gone”.*is not there any more/);
    await editor().cancel();

    const broken = consumer({ port: 9, vhost: '' });
    const node = topicIn({ consumer: broken, queue: 'queue', d: true });
    await editor().show(tab([broken, node]));
    assert.match(String(await editor().validationErrors(node.id)), /not filled in correctly/);
    await editor().openForm(broken.id);
    await editor().field('vhost').fill('/');
    await editor().done();
    assert.deepEqual(await editor().validationErrors(node.id), []);
  });

  it('names its outputs, and itself after name, topic or queue', async () => {
    const id = await openForm({ queue: 'f-FLT23-q', topic: '' });
    await editor().cancel();
    assert.deepEqual(await editor().outputLabels(id), ['event', 'unusable event']);
    assert.equal(await editor().label(id), 'f-FLT23-q');
    for (const [field, value] of [
      ['topic', 'VehicleChange'],
      ['name', 'All changes'],
    ] as const) {
      await editor().openForm(id);
      await editor().field(field).fill(value);
      await editor().done();
      assert.equal(await editor().label(id), value);
    }
  });

  it('exports what was typed', async () => {
    const id = await openForm();
    await editor().field('name').fill('Vehicle states');
    await editor().field('queue').fill('queue-of-states');
    await editor().field('topic').fill('VehicleStateRecorded');
    await editor().field('prefetch').fill('200');
    await editor().done();
    const exported = (await editor().exportAll()).find((node) => node.id === id);
    const { consumer: used, x, y, z, ...rest } = exported as FlowNode;
    assert.ok(used && x && y && z);
    assert.deepEqual(rest, {
      id,
      type: 'invers-topic-in',
      d: true,
      name: 'Vehicle states',
      queue: 'queue-of-states',
      topic: 'VehicleStateRecorded',
      prefetch: '200',
      acknowledge: 'delivery',
      validate: 'envelope',
      wires: [[], []],
    });
  });

  /** Opens the form of a node with these properties, and answers its id. */
  async function openForm(properties: Partial<FlowNode> = {}): Promise<string> {
    const used = consumer({ port: 9 });
    // disabled, so that nothing tries to connect
    const node = topicIn({ consumer: used, queue: 'queue', d: true, ...properties });
    await editor().show(tab([used, node]));
    await editor().openForm(node.id);
    return node.id;
  }
});
