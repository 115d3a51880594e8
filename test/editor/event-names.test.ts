/** The forms know events by name: pick lists of types and topics, and a field for schemas of one's own. */

import assert from 'node:assert/strict';
import { type PageRed, variable } from '../support/browser.js';
import { consumer, eventFilter, type FlowNode, topicIn } from '../support/flow.js';
import { formStage } from '../support/form-stage.js';

declare const RED: PageRed;
/** Of the code editor that Node-RED uses. Exists in the page only. */
declare const monaco: { editor: { getEditors(): { setValue(text: string): void }[] } };

describe('the forms, which know events by name', function () {
  const { editor, open } = formStage(this);

  describe('the event filter', () => {
    it('offers the types that begin like what is typed, after those that stand there already', async () => {
      const id = await openFilter();
      const field = types();
      await field.fill('');
      await field.pressSequentially('TripStarted, trip');
      assert.deepEqual(await offered(), [
        'TripEnded',
        'TripMetricsReady',
        'TripDiscarded',
        'TripDataReady',
      ]);
      await field.press('Enter');
      assert.equal(await field.inputValue(), 'TripStarted, TripEnded');
      assert.deepEqual(await editor().problems(), []);
      await editor().done();
      assert.deepEqual((await editor().outputLabels(id))[0], 'TripStarted, TripEnded');
    });

    it('shows all types when the arrow key asks for them, and takes one by mouse', async () => {
      await openFilter();
      await types().fill('');
      await types().press('ArrowDown');
      const names = await offered();
      assert.ok(names.includes('VehicleStateRecorded') && names.includes('SmokeDataReady'));
      await editor().page.locator('.red-ui-menu:visible >> text=SmokeDetected').click();
      assert.equal(await types().inputValue(), 'SmokeDetected');
      await editor().cancel();
    });

    it('takes any other name and patterns, offers nothing for them, and labels the output with them', async () => {
      const id = await openFilter();
      await types().fill('');
      await types().pressSequentially('Trip*, DamageOfTomorrow');
      assert.deepEqual(await offered(), []);
      assert.deepEqual(await editor().problems(), []);
      await editor().done();
      assert.equal((await editor().outputLabels(id))[0], 'Trip*, DamageOfTomorrow');
    });

    it('lists the types in its help', async () => {
      await editor().page.evaluate(() => RED.sidebar.help.show('invers-event-filter'));
      const help = editor().page.locator('.red-ui-help:visible').first();
      await help.waitFor();
      const text = (await help.textContent()) ?? '';
      for (const type of ['VehicleChanged', 'TripDataReady', 'CentralLockStatusChanged']) {
        assert.ok(text.includes(type), type);
      }
    });

    function types() {
      return editor().form.locator('.invers-route-types').first();
    }

    async function openFilter(): Promise<string> {
      const filter = eventFilter({ outputs: 2 }, [], []);
      return open(filter);
    }
  });

  it('offers the names of the topics to a topic, and takes any other', async () => {
    const used = consumer({ port: 9 });
    const topic = topicIn({ consumer: used, queue: 'q', d: true }, [], []);
    await open(topic, used);
    await editor().field('topic').pressSequentially('tri');
    assert.deepEqual(await offered(), ['Trip (v2)', 'Trip']);
    await editor().field('topic').press('Enter');
    assert.equal(await editor().field('topic').inputValue(), 'Trip (v2)');
    await editor().field('topic').fill('Our own');
    await editor().done();
    assert.deepEqual(await editor().properties(topic.id, 'topic'), { topic: 'Our own' });
  });

  it('lets a topic choose what is checked, data by default', async () => {
    const topic = topicIn({ consumer: '', queue: 'q', validate: undefined }, [], []);
    await open(topic);
    assert.equal(await editor().field('validate').inputValue(), 'schema');
    await editor().field('validate').selectOption('envelope');
    await editor().done();
    assert.deepEqual(await editor().properties(topic.id, 'validate'), { validate: 'envelope' });
  });

  describe('the consumer', () => {
    const good = '{ "VehicleChanged@1": { "type": "object" } }';
    const mistakes: [typed: string, message: RegExp][] = [
      ['{\n  "VehicleChanged@1": {', /^This is not JSON, at line 2, column \d+\.$/],
      ['[1]', /^This is not an object of schemas\./],
      ['{ "VehicleChanged v1": {} }', /^“VehicleChanged v1” is not an event type with its major/],
      [`{ "A@1": { "x": "${'x'.repeat(70_000)}" } }`, /^The schema “A@1” is longer than 65536/],
    ];

    it('checks schemas while they are typed', async () => {
      await openConsumer();
      assert.deepEqual(await editor().problems(), []);
      for (const [typed, message] of mistakes) {
        await typeSchemas(typed);
        const [problem = '', ...others] = await editor().problems();
        assert.match(problem, message);
        assert.deepEqual(others, []);
      }
      await typeSchemas(good);
      assert.deepEqual(await editor().problems(), []);
      await editor().cancel();
    });

    it('marks the node as long as they cannot be read', async () => {
      const id = await openConsumer();
      await typeSchemas('{');
      await editor().done();
      assert.match(String(await editor().validationErrors(id)), /This is not JSON/);
    });

    it('stores the schemas and the folder, and shows them again', async () => {
      const id = await openConsumer();
      await typeSchemas(good);
      await editor().field('schemaDirectory').fill('invers/schemas');
      await editor().done();
      assert.deepEqual(await editor().properties(id, 'schemas', 'schemaDirectory'), {
        schemas: good,
        schemaDirectory: 'invers/schemas',
      });
      await editor().openForm(id);
      assert.equal(await shownSchemas(), good);
      await editor().done();
      assert.deepEqual(await editor().properties(id, 'schemas'), { schemas: good });
    });

    it('takes an environment variable for them', async () => {
      await openConsumer({ schemas: variable('SCHEMAS'), schemaDirectory: variable('FOLDER') });
      assert.deepEqual(await editor().problems(), []);
      await editor().cancel();
    });

    async function openConsumer(properties: Partial<FlowNode> = {}): Promise<string> {
      const used = consumer({ port: 9, schemas: '', schemaDirectory: '', ...properties });
      return open(used, topicIn({ consumer: used, queue: 'q', d: true }));
    }

    /** As if it had been pasted: what is typed key by key, the code editor completes. */
    async function typeSchemas(text: string): Promise<void> {
      await editor().page.evaluate((text) => {
        monaco.editor.getEditors().at(-1)?.setValue(text);
      }, text);
      await editor().page.waitForFunction((length) => {
        const field = document.querySelector('#node-config-input-schemas');
        return field instanceof HTMLTextAreaElement && field.value.length === length;
      }, text.length);
    }

    function shownSchemas(): Promise<string> {
      return editor().field('schemas').inputValue();
    }
  });

  /** What is in the list that pops up; nothing where there is none. */
  function offered(): Promise<string[]> {
    return editor().page.locator('.red-ui-autoComplete-container:visible li').allInnerTexts();
  }
});
