/** A deploy after which Node-RED does not start what it stopped: the topic says so, and its events wait longer and longer. */
import assert from 'node:assert/strict';
import { eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
import { type FlowNode, node, sink, tab, topicIn } from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { setStage } from '../support/stage';

const queue = 'fleet.states';

describe('a deploy with a node of an unknown type', function () {
  this.timeout(90_000);

  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });

  it('is told by the topic whose flow it stopped, and costs no attempt', async () => {
    const { credentials, ...consumer } = fleet.consumer();
    const last = sink();
    const topic = topicIn({ consumer: consumer.id as string, queue, maxAttempts: 1 }, [last], []);
    const at = { id: 'tab1' };
    await nodeRed.deploy(tab([{ ...consumer, credentials } as FlowNode, topic, last], at));
    await nodeRed.waitForStatus(topic.id, { fill: 'green' });
    const unknown = node('test-unknown-type', {});
    const changed = { ...last, name: 'changed' };
    await assert.rejects(
      nodeRed.deploy(tab([consumer as FlowNode, topic, changed, unknown], at), 'nodes'),
    );
    await nodeRed.waitForStatus(topic.id, {
      fill: 'yellow',
      text: /flows-not-started|test-unknown-type/,
    });
    await nodeRed.waitForLog(
      ({ id, message }) => id === topic.id && /it lacks: test-unknown-type/.test(message),
    );
    await fleet.publish(queue, eventMessages(0, 2));
    const { message } = await nodeRed.waitForLog(
      ({ id, message: text }) => id === topic.id && /Nobody takes the events/.test(text),
      60_000,
    );
    assert.match(message, /the next time after 8 s.*a node type is missing/);
    assert.equal(nodeRed.sink(last.id).messages.length, 0);
    const rested = Date.now();
    await nodeRed.deploy(
      tab([consumer as FlowNode, topic, { ...changed, name: 'mended' }], at),
      'nodes',
    );
    const messages = await nodeRed.sink(last.id).waitFor(2, 30_000);
    assert.ok(Date.now() - rested < 30_000);
    for (const each of messages) {
      assert.equal((each['delivery'] as { attempt: number }).attempt, 1);
    }
    await nodeRed.waitForStatus(topic.id, { fill: 'green' });
    await fleet.drained(queue);
    const told = nodeRed.logs.filter(({ message: text }) => /Nobody takes/.test(text));
    assert.equal(told.length, 0);
  });
});
