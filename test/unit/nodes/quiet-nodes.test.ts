/** Nodes that never say when they are done: when what they were given counts as done. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { RuntimeMessage, RuntimeNode } from '../../../nodes/runtime/flow/messages';
import { QuietNodes } from '../../../nodes/runtime/flow/quiet-nodes';

/** Turns of the event loop that the test takes itself. */
function createTurns() {
  let next: (() => void)[] = [];
  const pass = (turns: number) => {
    for (let n = 0; n < turns; n++) {
      const now = next;
      next = [];
      for (const work of now) work();
    }
  };
  return { soon: (work: () => void) => void next.push(work), pass };
}

/** What a Switch does is played by calling its methods. */
class FakeNode extends EventEmitter {
  constructor(readonly type: string) {
    super();
  }
  readonly send = (_messages: unknown) => undefined;
  readonly error = (_error: unknown, _message?: unknown) => undefined;
  readonly warn = (_text: string) => undefined;
}

function createQuietNodes(type: string) {
  const { soon, pass } = createTurns();
  const quiet = new QuietNodes(soon);
  const fake = new FakeNode(type);
  const node = fake as unknown as RuntimeNode;
  const done: string[] = [];
  const receive = (name: string, properties: Partial<RuntimeMessage> = {}): RuntimeMessage => {
    const message = { _msgid: name, ...properties };
    quiet.received(node, message, (isCutOff) => done.push(isCutOff ? `${name} cut off` : name));
    return message;
  };
  const handle = (message: RuntimeMessage) => quiet.handled(node, message);
  return { done, fake, handle, node, pass, quiet, receive };
}

describe('a node that does not say when it is done', () => {
  it('is done at once when it is a Filter or a subflow, which work at once', () => {
    for (const type of ['rbe', 'subflow:1234']) {
      const { done, handle, receive } = createQuietNodes(type);
      const message = receive('a');
      assert.deepEqual(done, []);
      handle(message);
      handle(message);
      assert.deepEqual(done, ['a']);
    }
  });

  it('is done a few turns of the event loop later when nothing is known of it', () => {
    const { done, handle, pass, receive } = createQuietNodes('something else');
    const first = receive('a');
    const second = receive('b');
    handle(first);
    pass(1);
    handle(second);
    pass(1);
    assert.deepEqual(done, []);
    pass(1);
    assert.deepEqual(done, ['a']);
    pass(1);
    assert.deepEqual(done, ['a', 'b']);
  });
});

describe('a Switch', () => {
  it('is done with a message when it has sent it, however long that takes', () => {
    const { done, fake, handle, pass, receive } = createQuietNodes('switch');
    const [a, b] = [receive('a'), receive('b')];
    handle(a);
    handle(b);
    pass(10);
    assert.deepEqual(done, []);
    fake.send([null, b]);
    pass(1);
    assert.deepEqual(done, ['b']);
    fake.send([a, a]);
    pass(1);
    assert.deepEqual(done, ['b', 'a']);
  });

  it('is done with the first message when it sends nothing, reports an error of it or warns', () => {
    const { done, fake, pass, receive } = createQuietNodes('switch');
    receive('a');
    const b = receive('b');
    receive('c');
    fake.send([null, null]);
    pass(1);
    assert.deepEqual(done, ['a']);
    fake.error('invalid expression', b);
    fake.warn('no such property');
    pass(1);
    assert.deepEqual(done, ['a', 'b', 'c']);
    fake.send([null]);
    fake.warn('about nothing');
    pass(1);
    assert.equal(done.length, 3);
  });

  it('keeps the parts of a sequence until all are there, and is done with each as it sends it', () => {
    const { done, fake, pass, receive } = createQuietNodes('switch');
    const parts = (index: number) => ({ parts: { id: 'group', index, count: 2 } });
    receive('e1', parts(0));
    receive('other');
    fake.send([null]);
    pass(1);
    assert.deepEqual(done, ['other'], 'a part counts as done before its sequence is there');
    const last = receive('e1', parts(1));
    fake.send([{ ...last }]);
    fake.send([null]);
    pass(1);
    assert.deepEqual(done, ['other', 'e1', 'e1']);
  });

  it('is done with a sequence that is there when it drops it, and not with one that is not', () => {
    const { done, fake, pass, receive } = createQuietNodes('switch');
    const part = (id: string) => ({ parts: { id, count: 2 } });
    receive('early', part('not there'));
    receive('e1', part('there'));
    receive('e2', part('there'));
    fake.send([null]);
    pass(1);
    assert.deepEqual(done, ['e1']);
  });

  it('counts the messages of others too, so that none of ours is done by them', () => {
    const { done, fake, node, pass, quiet, receive } = createQuietNodes('switch');
    receive('a');
    fake.send([null]);
    pass(1);
    const other = { _msgid: 'of nobody' };
    quiet.receivedOther(node, other);
    const b = receive('b');
    fake.send([other]);
    fake.send([{ _msgid: 'never seen' }]);
    pass(1);
    assert.deepEqual(done, ['a']);
    quiet.receivedOther(node, { _msgid: 'of nobody either' });
    fake.send([b]);
    receive('c');
    // none of its rules takes the one of nobody
    fake.send([null]);
    pass(1);
    assert.deepEqual(done, ['a', 'b']);
    fake.send([null]);
    pass(1);
    assert.deepEqual(done, ['a', 'b', 'c']);
  });

  it('has not done its work on what it has when a deploy stops it', () => {
    const { done, fake, pass, receive } = createQuietNodes('switch');
    receive('a', { parts: { id: 'group', count: 5 } });
    receive('b');
    fake.emit('close');
    pass(1);
    assert.deepEqual(done.toSorted(), ['a cut off', 'b cut off']);
  });

  it('still sends, reports and warns as it would without us', () => {
    const called: unknown[][] = [];
    const { fake, receive } = createQuietNodes('switch');
    Object.assign(fake, {
      send: (...args: unknown[]) => called.push(['send', ...args]),
      error: (...args: unknown[]) => called.push(['error', ...args]),
    });
    const a = receive('a');
    fake.send([a]);
    fake.error('wrong', a);
    assert.deepEqual(called, [
      ['send', [a]],
      ['error', 'wrong', a],
    ]);
    Object.assign(fake, { send: () => called.push(['sent by others']) });
    fake.send([a]);
    assert.deepEqual(called.at(-1), ['sent by others']);
  });
});
