/** The Node-RED in which the other runtime tests run, and what these tests believe about it. */

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {
  catchNode,
  completeNode,
  config,
  functionNode,
  node,
  sink,
  source,
  tab,
} from '../support/flow.js';
import { type NodeRed, type SinkNode, sharedNodeRed } from '../support/node-red.js';

describe('Node-RED in the test process', function () {
  this.timeout(120_000);
  let nodeRed: NodeRed;

  before(async () => {
    nodeRed = await sharedNodeRed();
  });

  afterEach(() => nodeRed.clear());

  it('is the one that NODE_RED_HOME names, or else the one of this repository', () => {
    const home = process.env['NODE_RED_HOME'] || path.resolve(__dirname, '../../..');
    const manifest = path.resolve(home, 'node_modules/node-red/package.json');
    assert.equal(nodeRed.version, JSON.parse(fs.readFileSync(manifest, 'utf8')).version);
  });

  it('has loaded this package from the user directory, without an error', async () => {
    const response = await fetch(`${nodeRed.url}/nodes/@fleetwire/node-red-invers`);
    assert.equal(response.status, 200);
    const loaded = (await response.json()) as Module;
    assert.deepEqual([loaded.local, loaded.user], [true, true]);
    assert.ok(loaded.nodes.length > 0);
    assert.deepEqual(
      loaded.nodes.filter(({ err }) => err),
      [],
    );
  });

  it('serves the editor', async () => {
    const page = await (await fetch(`${nodeRed.url}/`)).text();
    assert.match(page, /<title>Node-RED<\/title>/);
  });

  it('runs a flow and lets a test collect the messages at its end', async () => {
    const end = sink();
    const double = functionNode('msg.payload *= 2; return msg;', [end]);
    const start = source([double]);
    await nodeRed.deploy(tab([start, double, end]));
    nodeRed.send(start.id, { payload: 1 });
    await nodeRed.sink(end.id).waitFor(1);
    nodeRed.receive(double.id, { payload: 2 });
    const messages = await nodeRed.sink(end.id).waitFor(2);
    assert.deepEqual(
      messages.map(({ payload }) => payload),
      [2, 4],
    );
  });

  it('says how many messages came when there are too few', async () => {
    const end = sink();
    await nodeRed.deploy(tab([end]));
    nodeRed.receive(end.id, { payload: 'the only one' });
    await nodeRed.sink(end.id).waitFor(1);
    await assert.rejects(nodeRed.sink(end.id).waitFor(2, 20), /2 messages .* 1 came/);
  });

  it('keeps what a sink received over a redeploy', async () => {
    const end = sink();
    const flow = tab([end]);
    await nodeRed.deploy(flow);
    nodeRed.receive(end.id, { payload: 'before' });
    await nodeRed.sink(end.id).waitFor(1);
    await nodeRed.deploy(flow);
    nodeRed.receive(end.id, { payload: 'after' });
    const messages = await nodeRed.sink(end.id).waitFor(2);
    assert.deepEqual(
      messages.map(({ payload }) => payload),
      ['before', 'after'],
    );
  });

  it('lets a sink fail, so that a Catch node gets the error', async () => {
    const failing = sink({ fail: 'no room' });
    const caught = sink();
    await nodeRed.deploy(tab([failing, caught, catchNode({ scope: [failing.id] }, [caught])]));
    nodeRed.receive(failing.id, { payload: 1 });
    const [message] = await nodeRed.sink(caught.id).waitFor(1);
    assert.ok(message);
    assert.match((message['error'] as Error).message, /no room/);
  });

  it('lets a sink take its time', async () => {
    const slow = sink({ delay: 30 });
    const completed = sink();
    await nodeRed.deploy(tab([slow, completed, completeNode([slow], [completed])]));
    const start = performance.now();
    nodeRed.receive(slow.id, { payload: 1 });
    await nodeRed.sink(completed.id).waitFor(1);
    // Timers may fire up to a millisecond early.
    assert.ok(performance.now() - start >= 29);
  });

  it('lets a sink be finished with a message only when the test says so', async () => {
    const waiting = sink({ never: true });
    const completed = sink();
    await nodeRed.deploy(tab([waiting, completed, completeNode([waiting], [completed])]));
    nodeRed.receive(waiting.id, { payload: 1 });
    await nodeRed.sink(waiting.id).waitFor(1);
    assert.equal(nodeRed.sink(completed.id).messages.length, 0);
    nodeRed.node<SinkNode>(waiting.id).finish();
    await nodeRed.sink(completed.id).waitFor(1);
  });

  it('records the statuses of a node in order, from its start on', async () => {
    const teller = functionNode('node.status({ fill: "green", shape: "dot", text: msg.payload });');
    const flow = tab([teller]);
    await nodeRed.deploy(flow);
    for (const payload of ['one', 'two', 'three']) nodeRed.receive(teller.id, { payload });
    const status = await nodeRed.waitForStatus(teller.id, { fill: 'green', text: /^th/ });
    assert.equal(status.text, 'three');
    const texts = () => nodeRed.statuses(teller.id).map(({ text }) => text);
    assert.deepEqual(texts(), ['one', 'two', 'three']);
    await nodeRed.waitForStatus(teller.id, { text: 'three' }, 0);
    await assert.rejects(
      nodeRed.waitForStatus(teller.id, { fill: 'red' }, 20),
      /a status \[red\] .* \[green dot one\], \[green dot two\], \[green dot three\]/,
    );
    await nodeRed.deploy(flow);
    assert.deepEqual(texts(), []);
  });

  it('captures what nodes log, and forgets it with the next deploy', async () => {
    const warner = functionNode('node.warn(msg.payload);');
    await nodeRed.deploy(tab([warner]));
    nodeRed.receive(warner.id, { payload: 'look out' });
    const entry = await nodeRed.waitForLog(({ id }) => id === warner.id);
    assert.deepEqual([entry.level, entry.type, entry.message], ['warn', 'function', 'look out']);
    await nodeRed.clear();
    assert.equal(nodeRed.logs.includes(entry), false);
  });

  it('gives nodes their credentials and keeps them out of the flow', async () => {
    const credentials = { username: 'user', password: 'p@:/%' };
    const proxy = config('http proxy', { url: 'http://127.0.0.1:1', credentials });
    await nodeRed.deploy(tab([proxy]));
    assert.deepEqual(nodeRed.node(proxy.id).credentials, credentials);
    const saved = await (await fetch(`${nodeRed.url}/flows`)).text();
    assert.ok(saved.includes(proxy.id) && !saved.includes('p@:'));
  });

  it('restarts with a partial deploy only what it should', async () => {
    const [wired, unwired, otherTab] = [sink(), sink(), sink()];
    const changed = functionNode('return msg;', [wired]);
    const first = tab([changed, wired, unwired]);
    const second = tab([otherTab]);
    const ids = [changed, wired, unwired, otherTab].map(({ id }) => id);
    const change = (name: string) => [
      ...first.map((each) => (each.id === changed.id ? { ...each, name } : each)),
      ...second,
    ];
    const restartedBy = async (type: 'full' | 'nodes' | 'flows') => {
      const old = ids.map((id) => nodeRed.node(id));
      await nodeRed.deploy(change(type), type);
      return ids.map((id, index) => nodeRed.node(id) !== old[index]);
    };
    await nodeRed.deploy(change(''));
    assert.deepEqual(await restartedBy('nodes'), [true, false, false, false]);
    assert.deepEqual(await restartedBy('flows'), [true, true, false, false]);
    assert.deepEqual(await restartedBy('full'), [true, true, true, true]);
  });

  it('keeps the status of a node that a partial deploy did not restart', async () => {
    const teller = functionNode('node.status({ text: "still here" });');
    const other = sink();
    await nodeRed.deploy(tab([teller, other], { id: 'same' }));
    nodeRed.receive(teller.id, {});
    await nodeRed.waitForStatus(teller.id, { text: 'still here' });
    await nodeRed.deploy(tab([teller, { ...other, name: 'changed' }], { id: 'same' }), 'nodes');
    await nodeRed.waitForStatus(teller.id, { text: 'still here' }, 0);
  });

  it('fails a deploy of a node type that nobody has, and says which', async () => {
    await assert.rejects(nodeRed.deploy(tab([node('unheard-of')])), /missing-types.*unheard-of/);
  });

  it('fails a deploy that the admin API refuses', async () => {
    const huge = node('comment', { info: 'x'.repeat(6_000_000) });
    await assert.rejects(nodeRed.deploy(tab([huge])), /HTTP 413/);
  });

  it('tells that a node is not running', async () => {
    assert.throws(() => nodeRed.node('nobody'), /No node with the id nobody is running/);
  });
});

/** The admin API's description of an installed package. */
interface Module {
  local: boolean;
  user: boolean;
  nodes: Array<{ id: string; err?: unknown }>;
}
