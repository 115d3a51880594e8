/** What the suites of the forms begin with: the editor, the one Node-RED behind it, and forms opened by what is stored. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Suite } from 'mocha';
import { type Editor, editorForSuite } from './browser.js';
import { type FlowNode, tab } from './flow.js';
import { type NodeRed, sharedNodeRed } from './node-red.js';

export interface FormStage {
  editor(): Editor;
  nodeRed(): NodeRed;
  /** Shows the node among others, opens its form, and answers its id. */
  open(node: FlowNode, ...others: FlowNode[]): Promise<string>;
  /** Deploys from the editor, and waits until the flows run. */
  deploy(): Promise<void>;
}

/** To be called in a `describe` with its `this`. No test may leave a complaint of the page behind. */
export function formStage(suite: Suite): FormStage {
  // a machine that other runs keep busy needs a third of it for the longest of them
  suite.timeout(90_000);
  const editor = editorForSuite(sharedNodeRed);
  let shared: NodeRed | undefined;
  const nodeRed = (): NodeRed => {
    if (!shared) throw new Error('Node-RED is not there yet.');
    return shared;
  };

  before(async () => {
    shared = await sharedNodeRed();
  });
  afterEach(() => {
    assert.deepEqual(editor().complaints, []);
  });

  return {
    editor,
    nodeRed,
    async open(node, ...others) {
      await editor().show(tab([node, ...others]));
      await editor().openForm(node.id);
      return node.id;
    },
    async deploy() {
      const started = once(nodeRed().RED.events, 'flows:started');
      await editor().deploy();
      await started;
    },
  };
}
