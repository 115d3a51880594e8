/** Topics that read one queue: each is told of the others, by name. */
import assert from 'node:assert/strict';
import { SharedQueues } from '../../../nodes/runtime/topic/shared-queues';
import { machineOf } from '../../../nodes/settings/texts';

describe('a queue that several nodes read', () => {
  it('is one queue whatever this machine, or another, is called', () => {
    for (const host of ['localhost', ' LOCALHOST', '127.0.0.1', '127.1.2.3', '::1']) {
      assert.equal(machineOf(host), 'localhost', host);
    }
    assert.equal(machineOf('Broker.example'), machineOf('broker.example '));
    assert.notEqual(machineOf('broker.example'), machineOf('localhost.example'));
  });

  it('is warned of with the names of the others, as long as they are there', () => {
    const queues = new SharedQueues();
    const one = { name: 'one', queue: 'states' };
    const two = { name: 'two "b"', queue: 'states' };
    const third = { name: 'three', queue: 'states' };
    const other = { name: 'other', queue: 'trips' };
    queues.join(one);
    queues.join(other);
    assert.equal(queues.warningFor(one), undefined);
    const leave = queues.join(two);
    assert.match(queues.warningFor(one) ?? '', /only one: "two \\"b\\""\. Wire/);
    queues.join(third);
    assert.match(queues.warningFor(two) ?? '', /only one: "one", "three"\./);
    assert.equal(queues.warningFor(other), undefined);
    leave();
    assert.match(queues.warningFor(one) ?? '', /only one: "three"\./);
  });
});
