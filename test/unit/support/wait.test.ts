/** The waits that other tests are built on: they must fail in time, and say where and why. */

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { eventOrTimeout, Recording, waitFor } from '../../support/wait.js';

describe('A wait in a test', () => {
  it('returns the first answer that is not empty', async () => {
    const answers = [0, '', null, 'yes'];
    assert.equal(await waitFor(() => answers.shift(), { interval: 1 }), 'yes');
  });

  it('asks a probe again that threw, and names its last error when the time is over', async () => {
    let asked = 0;
    const probe = () => {
      asked += 1;
      throw new Error(`not at ${asked}`);
    };
    const failed = waitFor(probe, { timeout: 20, interval: 5, message: 'luck' });
    await assert.rejects(failed, ({ message, cause }: Error) => {
      assert.equal(message, 'waited 20 ms in vain for luck');
      assert.ok(asked > 1);
      assert.equal((cause as Error).message, `not at ${asked}`);
      return true;
    });
  });

  it('takes the first event that fits', async () => {
    const emitter = new EventEmitter();
    const third = eventOrTimeout(emitter, 'count', { where: (n) => n === 3 });
    for (const n of [1, 2, 3, 4]) emitter.emit('count', n, 'more');
    assert.deepEqual(await third, [3, 'more']);
    assert.equal(emitter.listenerCount('count'), 0);
  });

  it('does not wait for ever for an event', async () => {
    const emitter = new EventEmitter();
    await assert.rejects(eventOrTimeout(emitter, 'never', { timeout: 5 }), /the event "never"/);
    assert.equal(emitter.listenerCount('never'), 0);
  });

  it('sees each item of a recording, even when several come at once', async () => {
    const recording = new Recording<string>();
    const last = (wanted: string) => (items: readonly string[]) =>
      items.at(-1) === wanted ? items.length : undefined;
    const seen = recording.waitUntil(last('brief'));
    for (const item of ['first', 'brief', 'last']) recording.add(item);
    assert.equal(await seen, 2);
    assert.equal(await recording.waitUntil(last('last')), 3);
  });

  it('leads the reader of its failure to the line that waited', async () => {
    const recording = new Recording<string>();
    const message = () => `three items, there are ${recording.items.length}`;
    const failed = recording.waitUntil(() => undefined, { timeout: 5, message });
    recording.add('one');
    await assert.rejects(failed, ({ stack = '' }: Error) => {
      const [text, line] = stack.split('\n');
      assert.equal(text, 'Error: waited 5 ms in vain for three items, there are 1');
      assert.match(line ?? '', /wait\.test\.[jt]s/);
      return true;
    });
  });
});
