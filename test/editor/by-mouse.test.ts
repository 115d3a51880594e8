/**
 * A flow from an empty tab by mouse, as somebody builds it who knows cars: a battery under 20 percent, once for each
 * car, to a chat. Nothing is typed but what nobody else can know: the number, the chat's address, and the answer that
 * counts as a refusal.
 */
import assert from 'node:assert/strict';
import { editorForSuite } from '../support/browser.js';
import { type NodeRed, sharedNodeRed } from '../support/node-red.js';
import { RefusingServer } from '../support/refusing-server.js';

/** Of a person, for a click, a drag or a word, and how long the whole may take. */
const SECONDS_EACH = 2.5;
const LIMIT = 120;

describe('with the mouse, from an empty tab', function () {
  this.timeout(240_000);
  const editor = editorForSuite(sharedNodeRed);
  let nodeRed: NodeRed;
  let chat: RefusingServer;
  let actions = 0;

  before(async () => {
    nodeRed = await sharedNodeRed();
    await nodeRed.clear();
    chat = await RefusingServer.start({ chat: { count: 2 } });
    await editor().reload();
  });

  after(async () => {
    await nodeRed.clear();
    await chat?.stop();
  });

  it('a low battery comes to a chat, once for each car, in less than two minutes', async () => {
    const topic = await drop('invers-topic-in', 140, 100);
    await open(topic);
    await click('#node-input-btn-consumer-add');
    await choose('#node-config-input-environment', 'sandbox');
    await close('#node-config-dialog-ok');
    await click('#node-input-queue');
    await click('.red-ui-menu:visible >> text=VehicleStateRecorded');
    await close('#node-dialog-ok');

    const watch = await drop('invers-watch', 420, 100);
    await open(watch);
    await click('#node-input-btn-store-add');
    await close('#node-config-dialog-ok');
    await click('.invers-condition-property');
    await click('.red-ui-menu:visible >> text=state_of_charge_or_fuel_level_in_percent');
    await type('.invers-condition-value', '20');
    await close('#node-dialog-ok');

    const request = await drop('http request', 620, 100);
    await open(request);
    await choose('#node-input-method', 'POST');
    await type('#node-input-url', `http://127.0.0.1:${chat.port}/chat`);
    await close('#node-dialog-ok');

    const refused = await drop('switch', 420, 240);
    await open(refused);
    await type('.red-ui-typedInput-input:visible >> nth=0', 'statusCode');
    await choose('#node-input-rule-container select >> nth=0', 'gte');
    await type('#node-input-rule-container .red-ui-typedInput-input:visible >> nth=0', '400');
    await close('#node-dialog-ok');

    const again = await drop('invers-ack', 620, 240);
    await open(again);
    await choose('#node-input-outcome', 'retry');
    await close('#node-dialog-ok');

    await wire(topic, watch);
    await wire(watch, request);
    await wire(request, refused);
    await wire(refused, again);
    actions += 1;
    await editor().deploy();
    await nodeRed.waitForStatus(topic, { fill: 'green', text: /sandbox/ });

    await open(topic);
    await click('#node-input-btn-consumer-edit');
    await click('[data-happening="battery"]');
    const said = editor().page.locator('.invers-hint', { hasText: /SB[0-9A-Z]{3}/ });
    const [vehicle = ''] = /SB[0-9A-Z]{3}/.exec((await said.textContent()) ?? '') ?? [];
    const body = JSON.parse(await chat.taken('chat', (text) => text.includes(vehicle))) as object;
    assert.match(JSON.stringify(body), /state of charge 1\d(\.\d)? %, below 20 %/);
    assert.equal(chat.refusedBy('chat').length, 2);
    await close('#node-config-dialog-cancel');
    await close('#node-dialog-cancel');
    assert.deepEqual(editor().complaints, []);
    assert.ok(actions * SECONDS_EACH < LIMIT, `${actions} actions`);
  });

  const locate = (selector: string) => editor().page.locator(selector).last();

  function drop(type: string, x: number, y: number): Promise<string> {
    actions += 1;
    return editor().drop(type, x, y);
  }

  async function click(selector: string): Promise<void> {
    actions += 1;
    await locate(selector).click();
  }

  async function choose(selector: string, value: string): Promise<void> {
    actions += 1;
    await locate(selector).selectOption(value);
  }

  async function type(selector: string, text: string): Promise<void> {
    actions += 2;
    await locate(selector).click();
    await locate(selector).fill(text);
  }

  async function open(id: string): Promise<void> {
    actions += 1;
    await editor().page.locator(`[id="${id}"] rect.red-ui-flow-node`).dblclick();
    // the editor moves the focus when the form has slid in
    await editor().page.waitForFunction(() => {
      const tray = [...document.querySelectorAll('.red-ui-tray')].at(-1);
      return tray?.contains(document.activeElement);
    });
  }

  async function close(button: string): Promise<void> {
    actions += 1;
    await locate(button).click();
    await locate(button).waitFor({ state: 'detached' });
  }

  /** From the first output to the input, as one drags a wire. */
  async function wire(from: string, to: string): Promise<void> {
    actions += 1;
    const { page } = editor();
    const port = (id: string, kind: string) =>
      page
        .locator(`[id="${id}"] .red-ui-flow-port-${kind} .red-ui-flow-port`)
        .first()
        .boundingBox();
    const [output, input] = [await port(from, 'output'), await port(to, 'input')];
    if (!output || !input) throw new Error('There is no port to draw a wire from, or to.');
    await page.mouse.move(output.x + 5, output.y + 5);
    await page.mouse.down();
    await page.mouse.move(input.x, input.y + 5, { steps: 5 });
    await page.mouse.move(input.x + 5, input.y + 5);
    await page.mouse.up();
  }
});
