/** Node-RED's editor in a real browser, as a user sees it: nodes, forms, their problems, deploy. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  type BrowserContext,
  type ConsoleMessage,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';
import { type FlowNode, tab } from './flow.js';

/** The editor's global `RED`, as far as tests look into it. Exists in the page only. */
export interface PageRed {
  nodes: {
    node(id: string): PageNode | null;
    clear(): void;
    import(nodes: FlowNode[]): void;
    dirty(changed?: boolean): boolean;
    version(): string;
    filterNodes(filter: object): PageNode[];
    filterLinks(filter: object): { source: PageNode; sourcePort: number; target: PageNode }[];
    eachConfig(visit: (node: PageNode) => void): void;
    getType(type: string): PageDefinition;
  };
  editor: {
    edit(node: PageNode): void;
    editConfig(property: string, type: string, id: string): void;
  };
  actions: { invoke(name: string): void };
  sidebar: { help: { show(type: string): void } };
  workspaces: { active(): string; show(id: string): void };
  history: { clear(): void; pop(): void };
  view: { redraw(all: boolean): void };
}

export interface PageNode {
  id: string;
  type: string;
  name?: string;
  z?: string;
  valid: boolean;
  validationErrors: string[];
  outputs: number;
  _def: PageDefinition;
  [property: string]: unknown;
}

export interface PageDefinition {
  category: string;
  inputs: number;
  outputs: number;
  defaults: Record<string, { value: unknown; type?: string }>;
  credentials: Record<string, { type: string }>;
  outputLabels(this: PageNode, index: number): string;
}

declare const RED: PageRed;
declare const window: { jQuery?: { fx: { off: boolean } } };

/** `${name}`, which stands for an environment variable. */
export function variable(name: string): string {
  return `\${${name}}`;
}

/** The shell draws the same pages without the windows around them, and takes a fifth less of the processor. */
const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // nothing outside this machine is asked, whatever the page wants
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** How long anything in the page may take, on a machine that other runs keep busy. */
const timeout = 30_000;
/** How long the editor may take to load: two megabytes of scripts. */
const loadTimeout = 90_000;

let shared: Promise<BrowserContext> | undefined;

/** The browser that all tests of this process use, closed after the last test. Its pages share their cache. */
function sharedBrowser(): Promise<BrowserContext> {
  if (!shared) {
    shared = chromium
      .launch({ executablePath: findBrowser(), args: flags })
      .then((browser) => browser.newContext({ viewport: { width: 1400, height: 1000 } }));
    // Called while tests run, mocha takes this as a hook of the root suite.
    after(async () => {
      const running = shared;
      shared = undefined;
      await (await running)?.browser()?.close();
    });
  }
  return shared;
}

function findBrowser(): string {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const found = names
    .flatMap((name) => folders.map((folder) => path.join(folder, name)))
    .find((file) => fs.existsSync(file));
  if (!found) {
    throw new Error(`No browser: looked for ${names.join(', ')}. “npm test” installs Chromium.`);
  }
  return found;
}

/** Runs in the page. Forms that slide in and menus that fade take as long as what the tests do with them. */
function withoutAnimation(): void {
  addEventListener('DOMContentLoaded', () => {
    const style = document.createElement('style');
    style.textContent =
      '*, *::before, *::after { transition: none !important; animation: none !important; }';
    document.head.append(style);
    if (window.jQuery) window.jQuery.fx.off = true;
  });
}

/** A page for what a flow shows; who opened it closes it. */
export async function openPage(): Promise<Page> {
  const page = await (await sharedBrowser()).newPage();
  page.setDefaultTimeout(timeout);
  return page;
}

/** One page with the editor in it. */
export class Editor {
  /** What the page complained of since it was opened; a test expects it to be empty. */
  readonly complaints: string[] = [];

  static async open(url: string): Promise<Editor> {
    const page = await (await sharedBrowser()).newPage();
    page.setDefaultTimeout(timeout);
    await page.addInitScript(withoutAnimation);
    const editor = new Editor(page, url);
    await editor.reload();
    return editor;
  }

  private constructor(
    readonly page: Page,
    private readonly url: string,
  ) {
    page.on('pageerror', (error) => {
      if (!isBackgroundWork(error)) this.complaints.push(String(error));
    });
    page.on('console', (message) => {
      if (isComplaint(message)) this.complaints.push(message.text());
    });
  }

  /** Loads what is deployed. */
  async reload(): Promise<void> {
    await this.page.goto(`${this.url}/`, { timeout: loadTimeout });
    await this.page.locator('#red-ui-main-container').waitFor({ timeout: loadTimeout });
    await this.page.waitForFunction(
      () => typeof RED !== 'undefined' && Boolean(RED.workspaces.active()),
      undefined,
      { timeout: loadTimeout },
    );
    await this.page
      .locator('#red-ui-loading-progress')
      .waitFor({ state: 'hidden', timeout: loadTimeout });
  }

  /** Shows these nodes as if they had been loaded, without a deploy. */
  async show(flow: FlowNode[]): Promise<void> {
    await this.page.evaluate((flow) => {
      RED.nodes.clear();
      RED.history.clear();
      RED.nodes.import(flow);
      RED.nodes.dirty(false);
      RED.workspaces.show(flow[0]?.id ?? '');
      RED.view.redraw(true);
    }, flow);
  }

  /** Takes everything away that is deployed, so that the page shows what Node-RED has. */
  async clear(): Promise<void> {
    // under an open form nothing can be pressed
    if ((await this.page.locator('.red-ui-tray').count()) > 0) await this.reload();
    await this.show(tab([]));
    await this.page.evaluate(() => RED.nodes.dirty(true));
    await this.deploy();
  }

  /** Whether something else was deployed than this page has loaded or deployed. */
  async isOutdated(): Promise<boolean> {
    const headers = { 'Node-RED-API-Version': 'v2' };
    const { rev } = (await (await fetch(`${this.url}/flows`, { headers })).json()) as {
      rev: string;
    };
    return rev !== (await this.page.evaluate(() => RED.nodes.version()));
  }

  close(): Promise<void> {
    return this.page.close();
  }

  /** Drags a node from the palette to a place in the workspace, and answers its id. */
  async drop(type: string, x: number, y: number): Promise<string> {
    const before = await this.nodeIds();
    const entry = this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    await entry.scrollIntoViewIfNeeded();
    const workspace = await this.page.locator('#red-ui-workspace-chart').boundingBox();
    if (!workspace) throw new Error('The workspace is not visible.');
    await entry.hover();
    await this.page.mouse.down();
    await this.page.mouse.move(workspace.x + x - 10, workspace.y + y, { steps: 5 });
    await this.page.mouse.move(workspace.x + x, workspace.y + y);
    await this.page.mouse.up();
    const added = (await this.nodeIds()).find((id) => !before.includes(id));
    if (added === undefined) throw new Error(`Dropping ${type} added no node.`);
    return added;
  }

  private nodeIds(): Promise<string[]> {
    return this.page.evaluate(() => RED.nodes.filterNodes({}).map(({ id }) => id));
  }

  /** Opens a node's form, a config node's too, and waits until its fields are filled. */
  async openForm(id: string): Promise<void> {
    await this.page.evaluate((id) => {
      const node = RED.nodes.node(id);
      if (!node) throw new Error(`no node ${id}`);
      if (node._def.category === 'config') RED.editor.editConfig('', node.type, id);
      else RED.editor.edit(node);
    }, id);
    await this.form.waitFor();
    // The editor moves the focus when the form has slid in; a key pressed before would go astray.
    await this.page.waitForFunction(() => {
      const tray = [...document.querySelectorAll('.red-ui-tray')].at(-1);
      return tray?.contains(document.activeElement);
    });
  }

  /** The form of ours that is open, the uppermost if there are two. */
  get form(): Locator {
    return this.page.locator('form.invers-form').last();
  }

  /** A field of the open form. */
  field(property: string): Locator {
    return this.form.locator(`#node-input-${property}, #node-config-input-${property}`);
  }

  /** The sentences under fields that say what is wrong. */
  problems(): Promise<string[]> {
    return this.form.locator('.invers-problem:visible').allInnerTexts();
  }

  /** Closes the open form with Done, Update or Add. */
  async done(): Promise<void> {
    await this.closeForm('#node-dialog-ok', '#node-config-dialog-ok');
  }

  async cancel(): Promise<void> {
    await this.closeForm('#node-dialog-cancel', '#node-config-dialog-cancel');
  }

  private async closeForm(...buttons: string[]): Promise<void> {
    const forms = await this.page.locator('form.invers-form').count();
    await this.page.locator(buttons.join(', ')).last().click();
    await this.page.waitForFunction(
      (forms) => document.querySelectorAll('form.invers-form').length < forms,
      forms,
    );
  }

  /** Where the wires of a node's outputs lead: the names of the nodes at their ends, output by output. */
  wires(id: string): Promise<string[][]> {
    return this.page.evaluate((id) => {
      const node = RED.nodes.node(id);
      const outputs: string[][] = Array.from({ length: node?.outputs ?? 0 }, () => []);
      for (const link of RED.nodes.filterLinks({ source: node ?? undefined })) {
        outputs[Number(link.sourcePort)]?.push(String(link.target.name));
      }
      return outputs;
    }, id);
  }

  /** What a node's outputs are called when the mouse is over them. */
  outputLabels(id: string): Promise<string[]> {
    return this.page.evaluate((id) => {
      const node = RED.nodes.node(id);
      if (!node) throw new Error(`no node ${id}`);
      return Array.from({ length: node.outputs }, (_, i) => node._def.outputLabels.call(node, i));
    }, id);
  }

  /** What a node is called in the workspace. */
  async label(id: string): Promise<string> {
    const label = this.page.locator(`[id="${id}"] .red-ui-flow-node-label-text`);
    return (await label.allTextContents()).join(' ').trim();
  }

  /** Some of a node's properties, as the editor holds them. */
  properties(id: string, ...names: string[]): Promise<Record<string, unknown>> {
    return this.page.evaluate(
      ({ id, names }) => {
        const node = RED.nodes.node(id);
        return Object.fromEntries(names.map((name) => [name, node?.[name]]));
      },
      { id, names },
    );
  }

  /** What the editor says is wrong with a node, at its red triangle. */
  async validationErrors(id: string): Promise<unknown> {
    return (await this.properties(id, 'validationErrors'))['validationErrors'];
  }

  /** Presses Deploy and waits until Node-RED has taken the flows. */
  async deploy(): Promise<void> {
    await this.page.locator('#red-ui-header-button-deploy').click();
    await this.page.waitForFunction(() => !RED.nodes.dirty());
  }

  /** What the export dialog offers for the whole workspace. */
  async exportAll(): Promise<FlowNode[]> {
    await this.page.evaluate(() => RED.actions.invoke('core:show-export-dialog'));
    const dialog = this.page.locator('#red-ui-clipboard-dialog');
    await dialog.locator('#red-ui-clipboard-dialog-export-rng-full').click();
    const text = await dialog.locator('#red-ui-clipboard-dialog-export-text').inputValue();
    await this.page.locator('#red-ui-clipboard-dialog-cancel').click();
    return JSON.parse(text) as FlowNode[];
  }

  /** Saves a picture of the page for people to look at, where INVERS_TEST_PICTURES names a folder. */
  async picture(title: string): Promise<void> {
    const folder = process.env['INVERS_TEST_PICTURES'];
    if (folder) await this.page.screenshot({ path: path.join(folder, `${title}.png`) });
  }

  /** Saves a picture of the page in a directory for temporary files and prints its path. */
  async screenshot(title: string): Promise<void> {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'editor-'));
    const file = path.join(directory, `${title.replace(/[^\w-]+/g, '-').slice(0, 80)}.png`);
    await this.page.screenshot({ path: file });
    console.error(`      screenshot: ${file}`);
  }
}

/** Monaco, the code editor, still looks at a text in the background when its form was closed quickly. */
function isBackgroundWork({ message }: Error): boolean {
  return message.startsWith('Model is disposed!');
}

/**
 * Node-RED's debug sidebar stumbles over a message that comes before the flow is loaded. The editor reports what a
 * subscriber throws twice: in a line without a stack, then with it; the second says whose error it is.
 */
function isTroubleOfDebugSidebar(text: string): boolean {
  return (
    text.startsWith('Uncaught error from RED.comms.subscribe: ') ||
    /\n\s+at (\S+\.)?handleDebugMessage /.test(text)
  );
}

/** The editor logs what goes wrong in a form as plain text too. */
function isComplaint(message: ConsoleMessage): boolean {
  if (isTroubleOfDebugSidebar(message.text())) return false;
  const kind = message.type();
  return kind === 'error' || kind === 'warning' || /error|^oneditp/i.test(message.text());
}

/** By the address of their Node-RED: to load the editor takes longer than most tests, so suites share a page. */
const opened = new Map<string, Editor>();

async function editorOf(url: string): Promise<Editor> {
  const editor = opened.get(url);
  if (!editor) {
    opened.set(url, await Editor.open(url));
    return editorOf(url);
  }
  if (await editor.isOutdated()) await editor.reload();
  return editor;
}

/** The editor for the tests of a suite, with a picture of each failure. Call it inside `describe`. */
export function editorForSuite(start: () => Promise<{ url: string }>): () => Editor {
  let editor: Editor | undefined;
  const current = (): Editor => {
    if (!editor) throw new Error('The editor is not open yet.');
    return editor;
  };
  before(async function () {
    this.timeout(3 * loadTimeout);
    editor = await editorOf((await start()).url);
    editor.complaints.splice(0);
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    await editor?.screenshot(this.currentTest.title);
    // the next test begins without what this one left open
    await editor?.reload();
    editor?.complaints.splice(0);
  });
  after(async function () {
    this.timeout(3 * loadTimeout);
    await editor?.clear();
  });
  return current;
}
