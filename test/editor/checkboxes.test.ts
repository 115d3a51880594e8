/** Checkboxes that an environment variable decides: opening and saving a form does not make a yes of `${NAME}`. */
import assert from 'node:assert/strict';
import { variable } from '../support/browser.js';
import {
  consumer,
  eventFilter,
  type FlowNode,
  type Properties,
  topicIn,
  watch,
} from '../support/flow.js';
import { formStage } from '../support/form-stage.js';

describe('a checkbox whose value comes from an environment variable', function () {
  const { editor, open } = formStage(this);

  /** All forms with checkboxes, and all of these. */
  const forms: [boxes: string[], create: (properties: Properties) => FlowNode][] = [
    [['useTls'], (properties) => consumer({ port: 9, ...properties })],
    [
      ['holdOnOutage', 'control'],
      (properties) => topicIn({ consumer: consumer({ port: 9 }), queue: 'queue', ...properties }),
    ],
    [['other', 'dedupe', 'duplicates'], eventFilter],
    [['clearOutput'], (properties) => watch(properties)],
  ];

  async function opened(node: FlowNode): Promise<string> {
    return node.type === 'invers-consumer'
      ? open(node, topicIn({ consumer: node, queue: 'queue' }))
      : open(node);
  }

  /** Every box of the form holds this; answers what it holds when the form was saved. */
  async function saved(
    boxes: string[],
    create: (properties: Properties) => FlowNode,
    stored: unknown,
    look: () => Promise<void>,
  ): Promise<unknown[]> {
    const id = await opened(create(Object.fromEntries(boxes.map((box) => [box, stored]))));
    await look();
    await editor().done();
    return Object.values(await editor().properties(id, ...boxes));
  }

  const shown = () => editor().form.locator('.invers-variable').allInnerTexts();

  for (const [boxes, create] of forms) {
    it(`keeps the variable unless somebody clicks the box: ${boxes.join(', ')}`, async () => {
      const name = variable('YES_OR_NO');
      const kept = await saved(boxes, create, name, async () => {
        const all = await editor().form.locator('.invers-check > input').count();
        assert.equal(all, boxes.length, 'a checkbox of the form is not listed here');
        assert.deepEqual(
          await shown(),
          boxes.map(() => name),
        );
      });
      assert.deepEqual(
        kept,
        boxes.map(() => name),
      );

      const clicked = await saved(boxes, create, name, async () => {
        for (const box of boxes.toReversed()) await editor().field(box).uncheck();
        assert.deepEqual(await shown(), []);
      });
      assert.deepEqual(
        clicked,
        boxes.map(() => false),
      );
    });
  }

  it('shows a yes or no that is stored as a text as what the runtime reads in it', async () => {
    for (const [stored, read] of [
      ['no', false],
      [null, true],
    ]) {
      const kept = await saved(
        ['useTls'],
        (properties) => consumer({ port: 9, ...properties }),
        stored,
        async () => assert.equal(await editor().field('useTls').isChecked(), read),
      );
      assert.deepEqual(kept, [read]);
    }
  });
});
