/** The Node-RED in a process of its own, which tests stop, kill and start again. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { config, functionNode, node, sink, tab } from '../support/flow.js';
import { NodeRedProcess } from '../support/node-red-process.js';

describe('Node-RED in a process of its own', function () {
  this.timeout(120_000);

  const end = sink();
  const credentials = { username: 'user', password: 'p@:/%' };
  const proxy = config('http proxy', { url: 'http://127.0.0.1:1', credentials });
  const teller = functionNode('node.status({ text: "told" }); return msg;', [end]);
  const once = { props: [{ p: 'payload' }], payload: 'started', payloadType: 'str', once: true };
  const start = node('inject', { ...once, onceDelay: 0 }, [teller]);
  let nodeRed: NodeRedProcess;

  before(async () => {
    nodeRed = await NodeRedProcess.start(tab([proxy, start, teller, end]));
  });

  after(() => nodeRed?.dispose());

  it('runs the flow and reports messages, statuses and logs', async () => {
    const [message] = await nodeRed.sink(end.id).waitFor(1);
    assert.equal(message?.payload, 'started');
    await nodeRed.waitForStatus(teller.id, { text: 'told' });
    await nodeRed.waitForLog(
      ({ level, message }) => level === 'info' && /Started flows/.test(message),
    );
  });

  it('has an admin API, and has read the credentials', async () => {
    const response = await fetch(`${nodeRed.url}/credentials/http-proxy/${proxy.id}`);
    assert.deepEqual(await response.json(), { username: 'user', has_password: true });
  });

  it('comes back with its flow after a kill', async () => {
    const killed = nodeRed.pid;
    await nodeRed.kill();
    assert.equal(nodeRed.pid, undefined);
    await nodeRed.start();
    assert.notEqual(nodeRed.pid, killed);
    await nodeRed.sink(end.id).waitFor(2);
  });

  it('closes its nodes when it is stopped, and prints nothing', async () => {
    await nodeRed.stop();
    assert.equal(nodeRed.pid, undefined);
    assert.ok(nodeRed.logs.some(({ message }) => /Stopped flows/.test(message)));
    assert.equal(nodeRed.output, '');
  });

  it('leaves nothing behind', async () => {
    await nodeRed.dispose();
    assert.equal(fs.existsSync(nodeRed.userDir), false);
  });
});
