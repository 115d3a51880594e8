/** The form of `invers-ack`: three outcomes, and what the node is called. */

import assert from 'node:assert/strict';
import { node, tab } from '../support/flow.js';
import { formContract } from '../support/form-contract.js';
import { formStage } from '../support/form-stage.js';

const OUTCOMES = [
  'done: INVERS forgets it',
  'failed: it comes again after the retry delay',
  'of no use: INVERS drops it, without another try',
];

describe('the form of invers-ack', function () {
  const stage = formStage(this);
  const { editor, open } = stage;

  formContract('invers-ack', stage, {
    open: (properties) => open(node('invers-ack', { outcome: 'acknowledge', ...properties })),
    labels: [
      ['name', 'Name'],
      ['outcome', 'The event is'],
    ],
    withoutHint: ['name'],
    choices: [['outcome', OUTCOMES]],
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

  it('is called by its name, or else by its outcome', async () => {
    const id = await openForm('acknowledge');
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

  it('says that another outcome is none, until one is chosen', async () => {
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
  function openForm(outcome: string): Promise<string> {
    return open(node('invers-ack', { outcome }));
  }
});
