/** `npm start`, as somebody sees it who has just cloned the repository: a flow that runs, and nothing left of it. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Editor } from '../support/browser.js';
import { repositoryRoot } from '../support/node-red-home.js';
import { isListening } from '../support/ports.js';
import { waitFor } from '../support/wait.js';

/** What a page of somebody else gets whose name leads to this machine. */
async function refusesOthers(url: string): Promise<void> {
  const { port } = new URL(url);
  const ask = (path: string, headers: http.OutgoingHttpHeaders) =>
    new Promise<number | undefined>((resolve, reject) => {
      const request = http.get({ host: '127.0.0.1', port, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(response.statusCode);
      });
      request.on('error', reject);
    });
  const socket = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
  };
  for (const host of ['evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`]) {
    assert.equal(await ask('/flows', { host }), 403, host);
    assert.equal(await ask('/comms', { host, ...socket }), 403, host);
  }
  const own = `localhost:${port}`;
  assert.equal(await ask('/comms', { host: own, origin: 'http://evil.example', ...socket }), 403);
  assert.equal(await ask('/flows', { host: own }), 200);
  assert.equal(await ask('/comms', { host: own, origin: `http://${own}`, ...socket }), 101);
}

/** As the button in the consumer's form does it. */
async function letBatteryRunLow(url: string): Promise<void> {
  const flows = (await (await fetch(`${url}/flows`)).json()) as { id: string; type: string }[];
  const consumer = flows.find(({ type }) => type === 'invers-consumer')?.id;
  const response = await fetch(`${url}/invers/sandbox/happen`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ consumer, happening: 'battery' }),
  });
  assert.equal(response.status, 200);
}

describe('npm start', function () {
  this.timeout(240_000);

  it('takes another port where its own is taken, shows what the simulated fleet does, and ends without a trace', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as net.AddressInfo;
    const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'start-'));
    // Not built anew: the tests themselves run from what was built.
    const start = path.join(repositoryRoot, 'scripts', 'start.mjs');
    const child = spawn(process.execPath, [start, '--no-build', '--port', String(port)], {
      cwd: repositoryRoot,
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    try {
      const url = await waitFor(() => /is open on (http:\S+?),/.exec(printed)?.[1], {
        timeout: 90_000,
        message: () => `an address, but it printed ${printed}`,
      });
      assert.match(printed, new RegExp(`Port ${port} is taken; using \\d+\\.`));
      assert.notEqual(new URL(url).port, String(port));

      await refusesOthers(url);
      const editor = await Editor.open(url);
      const statuses = editor.page.locator('.red-ui-flow-node-status-label');
      const lines = editor.page.locator('.red-ui-debug-msg-payload');
      const seen = async () => [
        ...(await statuses.allTextContents()),
        ...(await lines.allTextContents()),
      ];
      const texts: Record<string, RegExp> = {
        'topic in': /\/s · \d+ in flight · sandbox/,
        'a vehicle state': /[1-9]\d* changed/,
        'an event filter': /[1-9]\d* passed/,
        'a sentence about a trip': /^"?\S.{3,} (began a|ended its) trip, \d+ %"?$/,
        'a low battery': /^"?\S.*: state of charge [\d.]+ %, below 20 %"?$/,
      };
      await letBatteryRunLow(url);
      let last: string[] = [];
      for (const [what, text] of Object.entries(texts)) {
        await waitFor(
          async () => {
            last = await seen();
            return last.some((each) => text.test(each));
          },
          { timeout: 60_000, message: () => `${what}: ${text}, but saw ${last.join(' | ')}` },
        );
      }
      await editor.picture('npm start');
      // Node-RED asks for its catalogue of packages, and nothing outside this machine answers here.
      assert.deepEqual(
        editor.complaints.filter((text) => !/catalog|ERR_NAME_NOT_RESOLVED/.test(text)),
        [],
      );
      await editor.close();

      child.kill('SIGINT');
      const [code] = await ended;
      assert.equal(code, 0);
      assert.equal(await isListening(Number(new URL(url).port)), false);
      assert.deepEqual(
        fs.readdirSync(temporary).filter((name) => name.startsWith('node-red-invers-')),
        [],
      );
    } finally {
      // Asked kindly first: it has a Node-RED to take along.
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
      taken.close();
      fs.rmSync(temporary, { recursive: true, force: true });
    }
  });
});
