/** What hangs on to Node-RED's runtime, and how long: hooks, listeners, and the error methods of nodes. */
import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import { FlowStart } from '../../../nodes/runtime/flow/flow-start';
import { ReportedErrors } from '../../../nodes/runtime/flow/reported-errors';
import { FakeFlow } from '../../support/fake-flow';
import { FakeRuntime } from '../../support/fake-runtime';

const HOOKS = ['onSend', 'onReceive', 'onComplete'].map((name) => `${name}.invers`);

describe('the hooks that follow events', () => {
  it('are there once, however many topics need them, and as long as one does', () => {
    const { completion, runtime } = new FakeFlow();
    completion.use();
    completion.use();
    assert.deepEqual(runtime.hooks.names, HOOKS);
    completion.release();
    completion.release();
    assert.deepEqual(runtime.hooks.names, HOOKS);
    completion.release();
    assert.deepEqual(runtime.hooks.names, []);
    assert.deepEqual(runtime.events.eventNames(), []);
    completion.use();
    assert.deepEqual(runtime.hooks.names, HOOKS);
    assert.equal(runtime.events.listenerCount('flows:stopping'), 1);
  });

  it('look at handlers that have run only from the first node on that never says done', async () => {
    const flow = new FakeFlow();
    flow.quiet('switch');
    flow.inject('d1', 'switch');
    assert.ok(!flow.runtime.hooks.names.includes('postReceive.invers'));
    await flow.settle();
    assert.ok(flow.runtime.hooks.names.includes('postReceive.invers'));
    flow.completion.release();
    assert.deepEqual(flow.runtime.hooks.names, []);
    flow.completion.use();
    flow.inject('d2', 'switch');
    await flow.settle();
    assert.deepEqual(flow.ends, ['d1: acknowledge', 'd2: acknowledge']);
  });

  it('leave those of others alone', () => {
    const { completion, runtime } = new FakeFlow();
    runtime.hooks.add('onReceive.other', () => undefined);
    runtime.hooks.add('onReceive', () => undefined);
    completion.release();
    assert.deepEqual(runtime.hooks.names, ['onReceive.other', 'onReceive']);
  });
});

describe('the error method of a node that has an event', () => {
  it('is listened in on until nobody follows events any more, and then is what it was', async () => {
    const flow = new FakeFlow();
    const { node } = flow.holder('last');
    const own = flow.holder('own').node;
    const error = () => undefined;
    own.error = error;
    flow.inject('d1', 'last', 'own');
    await flow.settle();
    assert.ok(Object.hasOwn(node, 'error'));
    assert.notEqual(own.error, error);
    flow.completion.release();
    assert.ok(!Object.hasOwn(node, 'error'));
    assert.equal(own.error, error);
  });

  it('is put on once, and anew on a node that a deploy made under the same id', () => {
    const runtime = new FakeRuntime();
    const heard: string[] = [];
    const errors = new ReportedErrors((_node, _message, error) => heard.push(String(error)));
    const former = runtime.add({ id: 'n1' });
    errors.watch(former as never);
    errors.watch(former as never);
    former.error('one', {});
    assert.deepEqual(heard, ['one']);
    const current = runtime.add({ id: 'n1' });
    errors.watch(current as never);
    former.error('of the former', {});
    current.error('two', {});
    assert.deepEqual(heard, ['one', 'two']);
    assert.deepEqual(
      former.log.map(({ text }) => text),
      ['one', 'of the former'],
    );
  });

  it('stays that of others who put theirs over it, and passes on to the node', () => {
    const runtime = new FakeRuntime();
    const heard: unknown[] = [];
    const errors = new ReportedErrors((_node, _message, error) => heard.push(error));
    const node = runtime.add({ id: 'n1' });
    errors.watch(node as never);
    const ours = node.error.bind(node);
    const theirs = (error: unknown, message?: NodeMessage) => ours(error, message);
    node.error = theirs;
    errors.unwatchAll();
    assert.equal(node.error, theirs);
    node.error('flat tyre', {});
    assert.deepEqual([heard, node.log], [[], [{ level: 'error', text: 'flat tyre' }]]);
  });
});

describe('what waits for the start of the flows', () => {
  it('begins at the next start, once, in order, with one listener for all', () => {
    const { RED, events } = new FakeRuntime();
    const start = new FlowStart(RED);
    const begun: number[] = [];
    for (const n of [1, 2, 3]) start.onStarted(() => begun.push(n));
    assert.equal(events.listenerCount('flows:started'), 1);
    events.emit('flows:started');
    events.emit('flows:started');
    assert.deepEqual(begun, [1, 2, 3]);
    assert.equal(events.listenerCount('flows:started'), 0);
  });

  it('does not begin when it was taken back, and nobody listens when all were', () => {
    const { RED, events } = new FakeRuntime();
    const start = new FlowStart(RED);
    const begun: number[] = [];
    const [first, second] = [1, 2].map((n) => start.onStarted(() => begun.push(n)));
    first?.();
    first?.();
    assert.equal(events.listenerCount('flows:started'), 1);
    second?.();
    assert.equal(events.listenerCount('flows:started'), 0);
    start.onStarted(() => begun.push(3));
    events.emit('flows:started');
    assert.deepEqual(begun, [3]);
  });

  it('begins at the start after, when it comes to wait while others begin', () => {
    const { RED, events } = new FakeRuntime();
    const start = new FlowStart(RED);
    const begun: string[] = [];
    start.onStarted(() => {
      begun.push('first');
      start.onStarted(() => begun.push('second'));
    });
    events.emit('flows:started');
    assert.deepEqual(begun, ['first']);
    events.emit('flows:started');
    assert.deepEqual(begun, ['first', 'second']);
  });
});
