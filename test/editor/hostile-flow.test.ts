/** A flow that somebody else made, imported and looked at: nothing in it runs as script. */
import assert from 'node:assert/strict';
import { consumer, eventFilter, type FlowNode, storeNode, tab } from '../support/flow.js';
import { formStage } from '../support/form-stage.js';

declare const window: { ran?: boolean };
declare const RED: {
  nodes: { node(id: string): { valid?: boolean } | null };
  sidebar: { show(id: string): void };
};

const script = '<img src=x onerror="window.ran = true">';

describe('a flow that came from somebody else', function () {
  const stage = formStage(this);
  const { editor } = stage;

  const nodes: Record<string, FlowNode> = {
    'the host of a consumer': consumer({ port: 1, host: script }),
    'the name of a schema': consumer({ port: 1, schemas: JSON.stringify({ [script]: {} }) }),
    'the place of a store': storeNode({ backend: script }),
  };

  for (const [what, node] of Object.entries(nodes)) {
    it(`runs no script from ${what} when one looks what is wrong with it`, async () => {
      const user = eventFilter({ store: node.id, d: true });
      await editor().show(tab([node, user]));
      const { page } = editor();
      await page.evaluate(() => RED.sidebar.show('config'));
      const badge = page.locator(
        '.red-ui-palette-node-config-invalid .red-ui-palette-node-annotations',
      );
      await badge.first().hover();
      const tooltip = page.locator('.red-ui-popover-content');
      await tooltip.first().waitFor();
      assert.match((await tooltip.first().textContent()) ?? '', /‹img src=x/);
      assert.equal(await tooltip.locator('img').count(), 0);
      assert.equal(await page.evaluate(() => window.ran), undefined);
      await page.mouse.move(0, 0);
      await tooltip.first().waitFor({ state: 'detached' });
    });
  }
});
