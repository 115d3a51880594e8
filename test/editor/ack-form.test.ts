/** The form of `invers-ack`: three outcomes, and what the node is called. */

import assert from 'node:assert/strict';
import { editorForSuite, variable } from '../support/browser.js';
import { node, tab } from '../support/flow.js';
import { sharedNodeRed } from '../support/node-red.js';

describe('the form of invers-ack', function () {
  this.timeout(30_000);
  const editor = editorForSuite(sharedNodeRed);

  afterEach(() => {
    assert.deepEqual(editor().complaints, []);
  });

  it('acknowledges when it comes from the palette, and needs nothing more', async () => {
    await editor().show(tab([]));
    const id = await editor().drop('invers-ack', 300, 200);
    assert.deepEqual(await editor().properties(id, 'outcome', 'inputs', 'outputs'), {
      outcome: 'acknowledge',
      inputs: 1,
      outputs: 1,
    });
    assert.deepEqual(await editor().validationErrors(id), []);
    assert.equal(await editor().label(id), 'acknowledge');
  });

  it('says of each outcome what the broker does, and is called by its name or its outcome', async () => {
    const id = await openForm('acknowledge');
    assert.deepEqual(await editor().field('outcome').locator('option').allInnerTexts(), [
      'done: INVERS forgets it',
      'failed: it comes again after the retry delay',
      'of no use: INVERS drops it, without another try',
    ]);
    for (const outcome of ['retry', 'discard']) {
      await editor().field('outcome').selectOption(outcome);
      await editor().done();
      assert.equal(await editor().label(id), outcome);
      await editor().openForm(id);
    }
    await editor().field('name').fill('Not ours');
    await editor().done();
    assert.equal(await editor().label(id), 'Not ours');
    assert.equal((await editor().properties(id, 'outcome'))['outcome'], 'discard');
  });

  it('keeps an environment variable as the outcome, and refuses any other', async () => {
    const id = await openForm(variable('OUTCOME'));
    assert.deepEqual(await editor().problems(), []);
    await editor().done();
    assert.equal((await editor().properties(id, 'outcome'))['outcome'], variable('OUTCOME'));

    const wrong = await openForm('forget');
    const problem = '“forget” is not an outcome. Choose one from the list.';
    assert.deepEqual(await editor().problems(), [problem]);
    assert.deepEqual(await editor().validationErrors(wrong), [problem]);
    await editor().field('outcome').selectOption('retry');
    assert.deepEqual(await editor().problems(), []);
    await editor().done();
    assert.deepEqual(await editor().validationErrors(wrong), []);
  });

  /** Opens the form of a node with this outcome, and answers its id. */
  async function openForm(outcome: string): Promise<string> {
    const ack = node('invers-ack', { outcome });
    await editor().show(tab([ack]));
    await editor().openForm(ack.id);
    return ack.id;
  }
});
