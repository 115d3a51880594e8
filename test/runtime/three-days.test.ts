/** INVERS deletes a queue that nobody reads for three days: who is warned, and when, while days pass on the clock. */
import assert from 'node:assert/strict';
import { eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
import { sink, tab, topicIn } from '../support/flow';
import { setClockAhead } from '../support/moved-clock';
import type { NodeRed, SinkNode } from '../support/node-red';
import { NodeRedProcess } from '../support/node-red-process';
import type { ObservedNodeRed } from '../support/observed';
import { setStage } from '../support/stage';

const HOUR = 3_600_000;
const queue = 'fleet.states';
const GREEN = { fill: 'green', shape: 'dot' } as const;

describe('a topic whose queue is not read', () => {
  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });
  afterEach(() => setClockAhead(0));

  const warning = (where: ObservedNodeRed, unread: number, left: number) =>
    where.waitForLog(
      ({ message }) =>
        message.includes(`not been read for ${unread} hours. INVERS deletes`) &&
        message.includes(`${left} hours are left`),
    );

  it('warns after 24 hours of being stalled and then daily, and is green again when the flow goes on', async () => {
    const last = sink({ never: true });
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue, prefetch: 2 }, [last], []);
    await nodeRed.deploy(tab([consumer, topic, last]));
    await fleet.publish(queue, eventMessages(0, 4));
    await nodeRed.sink(last.id).waitFor(2);
    setClockAhead(HOUR / 10);
    await nodeRed.waitForStatus(topic.id, { fill: 'yellow', shape: 'dot' });
    setClockAhead(24.2 * HOUR);
    await warning(nodeRed, 24, 48);
    setClockAhead(48.3 * HOUR);
    await warning(nodeRed, 48, 24);
    const seen = await fleet.broker.queue(fleet.vhost, queue);
    assert.deepEqual([seen?.ready, seen?.unacked], [2, 2]);

    nodeRed.node<SinkNode>(last.id).behaviour = {};
    nodeRed.node<SinkNode>(last.id).finish();
    await fleet.drained(queue);
    await nodeRed.waitForStatus(topic.id, GREEN);
  });

  it('counts on from before a restart of Node-RED', async function () {
    this.timeout(120_000);
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue }, [], []);
    const other = await NodeRedProcess.start(tab([consumer, topic]));
    try {
      await other.waitForStatus(topic.id, GREEN);
      await other.stop();
      await fleet.allow('^$');
      other.setClockAhead(20 * HOUR);
      await other.start();
      await other.waitForStatus(topic.id, { fill: 'red' });
      other.setClockAhead(25 * HOUR);
      await warning(other, 25, 47);
    } finally {
      await other.dispose();
    }
  });
});
