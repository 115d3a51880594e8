/** What fails an editor test: whatever goes wrong in the page, except what Node-RED's own debug sidebar stumbles over. */
import assert from 'node:assert/strict';
import { editorForSuite, type PageRed } from '../support/browser.js';
import { sharedNodeRed } from '../support/node-red.js';
import { waitFor } from '../support/wait.js';

declare const RED: PageRed & { comms: { subscribe(topic: string, heard: () => void): void } };

describe('the editor that tests look at', function () {
  this.timeout(120_000);
  const editor = editorForSuite(sharedNodeRed);

  /** Tells the open editors again and again, because one that is not connected yet hears nothing. */
  async function tellUntil(topic: string, data: unknown, isOver: () => boolean): Promise<void> {
    const { RED } = await sharedNodeRed();
    await waitFor(() => {
      RED.events.emit('comms', { topic, data });
      return isOver();
    });
  }

  it('takes no offence at a debug message from a flow that is not loaded yet', async () => {
    const warnings: string[] = [];
    editor().page.on('console', (message) => warnings.push(message.text()));
    await tellUntil('debug', { id: 'a', z: 'b', path: 'b/a', msg: 'early', format: 'string' }, () =>
      warnings.some((text) => text.includes('handleDebugMessage')),
    );
    assert.deepEqual(editor().complaints, []);
  });

  it('complains of any other that fails in what it is told', async () => {
    await editor().page.evaluate(() => {
      RED.comms.subscribe('test-topic', () => {
        throw new Error('a mistake of a node');
      });
    });
    await tellUntil('test-topic', {}, () => editor().complaints.length > 0);
    assert.match(editor().complaints[0] ?? '', /a mistake of a node/);
  });
});
