/** What the forms warn of without refusing it: a connection others can read, a certificate nobody checks, a shared queue. */
import assert from 'node:assert/strict';
import {
  config,
  consumer,
  eventFilter,
  type FlowNode,
  type Properties,
  storeNode,
  topicIn,
} from '../support/flow.js';
import { formStage } from '../support/form-stage.js';

describe('the forms of a connection warn', function () {
  const stage = formStage(this);
  const { editor, open } = stage;
  const seen = (id: string) => editor().form.locator(`#${id}`).isVisible();

  function openConsumer(properties: Properties, ...others: FlowNode[]): Promise<string> {
    const used = consumer({ port: 9, ...properties });
    return open(used, topicIn({ consumer: used, queue: 'queue', d: true }), ...others);
  }

  it('of a plain connection to another machine, and no longer where it is encrypted or near', async () => {
    await openConsumer({ host: 'broker.example', useTls: false });
    assert.equal(await seen('invers-consumer-plain'), true);
    await editor().field('host').fill('localhost');
    assert.equal(await seen('invers-consumer-plain'), false);
    await editor().field('host').fill('broker.example');
    assert.equal(await seen('invers-consumer-plain'), true);
    await editor().field('useTls').check();
    assert.equal(await seen('invers-consumer-plain'), false);
    assert.deepEqual(await editor().problems(), []);
    await editor().cancel();
  });

  it('of a store on another machine that is reached without encryption', async () => {
    const used = storeNode({ backend: 'redis', url: 'redis://redis.example:6379' });
    await open(used, eventFilter({ store: used.id, d: true }));
    assert.equal(await seen('invers-store-plain'), true);
    for (const url of ['redis://127.0.0.1:6379', 'rediss://redis.example:6379', 'redis.example']) {
      await editor().field('url').fill(url);
      assert.equal(await seen('invers-store-plain'), false, url);
    }
    await editor().cancel();
  });

  it('of a certificate that is not verified', async () => {
    for (const verifyservercert of [false, true]) {
      const tls = config('tls-config', { verifyservercert });
      await openConsumer({ host: 'broker.example', useTls: true, tls: tls.id }, tls);
      assert.equal(await seen('invers-consumer-unverified'), !verifyservercert);
      await editor().cancel();
    }
  });

  it('of a queue that another topic reads too, also with a copy of the consumer', async () => {
    const used = consumer({ port: 9 });
    const copy = { ...consumer({ port: 9, host: 'LocalHost' }), port: '9' };
    const elsewhere = consumer({ port: 10 });
    const node = topicIn({ consumer: used, queue: 'shared', d: true });
    const other = topicIn({ name: 'Yard', consumer: copy, queue: 'shared ' });
    const far = topicIn({ name: 'Far', consumer: elsewhere, queue: 'only there' });
    await open(node, used, copy, elsewhere, other, far);
    const warning = editor().form.locator('#invers-topic-in-shared');
    assert.match(
      String(await warning.textContent()),
      /^“Yard” reads this queue too, so each event/,
    );
    await editor().field('queue').fill('only there');
    assert.equal(await warning.isVisible(), false);
    assert.deepEqual(await editor().problems(), []);
    await editor().field('queue').fill('ü'.repeat(128));
    assert.deepEqual(await editor().problems(), [
      'The queue’s name is longer than 255 bytes, which no queue has. Copy it again.',
    ]);
    await editor().cancel();
  });
});
