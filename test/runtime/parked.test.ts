/** Events that leave by output 2 with nothing wired there: parked, listed, sent again, thrown away. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { eventMessage, eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
import {
  catchNode,
  type FlowNode,
  type Properties,
  sink,
  storeNode,
  tab,
  topicIn,
} from '../support/flow';
import type { NodeRed, SinkNode } from '../support/node-red';
import { NodeRedProcess } from '../support/node-red-process';
import { setStage } from '../support/stage';
import { waitFor } from '../support/wait';

const queue = 'fleet.states';

interface Parked {
  id: string;
  node: string;
  event_id: string | null;
  type: string | null;
  reason: string;
  parked_at: string;
}

describe('events that are parked', () => {
  let nodeRed: NodeRed;
  let fleet: Fleet;
  let topic: FlowNode;
  let last: FlowNode;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });
  // other suites leave some behind: nothing is wired to output 2 in most flows
  beforeEach(clear);
  afterEach(clear);

  async function clear(): Promise<void> {
    const ids = (await parked()).map(({ id }) => id);
    if (ids.length > 0) await ask('parked/delete', { ids });
  }

  async function ask(what: string, body?: unknown, contentType = 'application/json') {
    const headers = { 'Content-Type': contentType };
    const post = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${nodeRed.url}/invers/${what}`, body === undefined ? {} : post);
    return { status: response.status, body: (await response.json()) as unknown };
  }
  const parked = async () => (await ask('parked')).body as Parked[];

  async function deployFailing(properties: Properties = {}, others: FlowNode[] = []) {
    const consumer = fleet.consumer();
    last = sink({ fail: 'no answer' });
    const wanted = { consumer, queue, maxAttempts: 1, holdOnOutage: false, ...properties };
    topic = topicIn(wanted, [last], []);
    await nodeRed.deploy(tab([consumer, topic, last, ...others]));
  }

  it('are acknowledged, listed without their content, and sent again when somebody asks', async () => {
    await deployFailing();
    await fleet.publish(queue, eventMessages(0, 3));
    await fleet.drained(queue);
    const list = await parked();
    assert.equal(list.length, 3);
    const [{ id = '', ...first } = {} as Parked] = list;
    assert.deepEqual(Object.keys(first), [
      'node',
      'topic',
      'event_id',
      'type',
      'reason',
      'parked_at',
    ]);
    assert.equal(first.reason, 'attempts-exhausted');
    assert.equal(first.type, 'VehicleStateRecorded');

    nodeRed.node<SinkNode>(last.id).behaviour = {};
    assert.deepEqual((await ask('parked/send-again', { ids: [id] })).body, { sent: 1 });
    const messages = await nodeRed.sink(last.id).waitFor(4);
    const metadata = messages[3]?.['metadata'] as { id?: string } | undefined;
    assert.equal(metadata?.id, first.event_id);
    await waitFor(async () => (await parked()).length === 2);
    const { body } = await ask('parked/send-again', { reason: 'attempts-exhausted' });
    assert.deepEqual(body, { sent: 2 });
    await waitFor(async () => (await parked()).length === 0);
  });

  it('are parked again when the flow fails at them again, once', async () => {
    await deployFailing({ maxAttempts: 2, retryDelay: 1 });
    await fleet.publish(queue, [eventMessage(1)]);
    const [before] = await waitFor(async () => {
      const list = await parked();
      return list.length === 1 && list;
    });
    await ask('parked/send-again', { ids: [before?.id] });
    await nodeRed.sink(last.id).waitFor(4);
    const [after] = await waitFor(async () => {
      const list = await parked();
      return list.length === 1 && list[0]?.id !== before?.id && list;
    });
    assert.equal(after?.event_id, before?.event_id);
  });

  it('reach a Catch node each, and the log once in a while', async () => {
    await deployFailing();
    await fleet.publish(queue, eventMessages(0, 20));
    await waitFor(async () => (await parked()).length === 20);
    const logged = nodeRed.logs.filter(({ message }) => /failed at this event/.test(message));
    assert.equal(logged.length, 1);

    const caught = sink();
    await deployFailing({}, [catchNode({}, [caught]), caught]);
    await fleet.publish(queue, [{ body: Buffer.from('{'), properties: {} }]);
    const [message] = await nodeRed.sink(caught.id).waitFor(1);
    const error = message?.['_error'] as { code?: string } | undefined;
    assert.equal(error?.code, 'not-json');
    await waitFor(async () => (await parked()).some(({ reason }) => reason === 'not-json'));
  });

  it('are kept in the store that the topic names: in its folder, or in its memory', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'parked-'));
    try {
      for (const store of [storeNode({ backend: 'file', directory }), storeNode()]) {
        await deployFailing({ store: store.id }, [store]);
        await fleet.publish(queue, eventMessages(0, 2));
        const [first] = await waitFor(async () => {
          const list = await parked();
          return list.length === 2 && list;
        });
        const file = path.join(directory, 'parked', 'parked-00000001.log');
        assert.equal(fs.existsSync(file), true);
        nodeRed.node<SinkNode>(last.id).behaviour = {};
        assert.deepEqual((await ask('parked/send-again', { ids: [first?.id] })).body, { sent: 1 });
        await waitFor(async () => (await parked()).length === 1);
        await clear();
        assert.equal(fs.readFileSync(file, 'utf8').split('\n').length, 5);
      }
    } finally {
      fs.rmSync(directory, { recursive: true, force: true });
    }
  });

  it('are thrown away when somebody asks, and anything else that is asked is refused', async () => {
    await deployFailing();
    await fleet.publish(queue, eventMessages(0, 2));
    await waitFor(async () => (await parked()).length === 2);
    const [first] = await parked();
    const refused: [body: unknown, contentType?: string][] = [
      [{}],
      [{ ids: 'all' }],
      [{ ids: [1] }],
      [{ reason: 'x'.repeat(101) }],
    ];
    for (const [body] of refused) {
      assert.equal((await ask('parked/delete', body)).status, 400, JSON.stringify(body));
    }
    const form = await ask('parked/delete', { ids: [first?.id] }, 'text/plain');
    assert.equal(form.status, 415);
    assert.deepEqual((await ask('parked/delete', { ids: [first?.id, 'other'] })).body, {
      deleted: 1,
    });
    assert.equal((await parked()).length, 1);
  });

  it('are there again after kill -9, which came as soon as the broker had the acknowledgement', async function () {
    this.timeout(90_000);
    const consumer = fleet.consumer();
    const failing = sink({ fail: 'no answer' });
    const wanted = { consumer, queue, maxAttempts: 1, holdOnOutage: false };
    const other = await NodeRedProcess.start(
      tab([consumer, topicIn(wanted, [failing], []), failing]),
    );
    try {
      await fleet.publish(queue, eventMessages(0, 30));
      await fleet.drained(queue);
      await other.kill();
      await other.start();
      const response = await fetch(`${other.url}/invers/parked`);
      assert.equal(((await response.json()) as unknown[]).length, 30);
    } finally {
      await other.dispose();
    }
  });
});
