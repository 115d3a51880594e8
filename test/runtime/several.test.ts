/** Many topics and several consumers in one Node-RED: they do not get in each other's way. */
import assert from 'node:assert/strict';
import { eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
import { sink, tab, topicIn } from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { setStage } from '../support/stage';

const queue = 'fleet.states';

describe('several in one Node-RED', () => {
  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });

  it('twelve topics consume, and Node.js does not warn of a leak', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    try {
      const consumer = fleet.consumer();
      const flows = await Promise.all(
        Array.from({ length: 12 }, async (_, n) => {
          const last = sink();
          const own = await fleet.subscribe(`fleet.topic-${n}`);
          return { last, own, topic: topicIn({ consumer, queue: own }, [last], []) };
        }),
      );
      const nodes = flows.flatMap(({ last, topic }) => [topic, last]);
      await nodeRed.deploy(tab([consumer, ...nodes]));
      for (const { own } of flows) await fleet.publish(own, eventMessages(0, 2));
      for (const { last, own } of flows) {
        await nodeRed.sink(last.id).waitFor(2);
        await fleet.drained(own);
      }
      // a warning comes a turn of the event loop after its cause at the latest
      await new Promise((resolve) => setImmediate(resolve));
      const leaks = warnings.filter(({ name }) => name === 'MaxListenersExceededWarning');
      assert.deepEqual(leaks, []);
    } finally {
      process.off('warning', note);
    }
  });

  it('two consumers whose ids begin alike, up to a dot, follow their own events', async () => {
    const other = await fleet.subscribe('fleet.trips');
    const flows = [
      { id: 'a.1', from: queue },
      { id: 'a.2', from: other },
    ].map(({ id, from }) => {
      const consumer = fleet.consumer({ id });
      const last = sink({ fail: 'flat tyre' });
      const properties = { consumer, queue: from, retryDelay: 1, maxAttempts: 2 };
      const unusable = sink();
      const topic = topicIn(properties, [last], [unusable]);
      return { from, last, unusable, nodes: [consumer, topic, last, unusable] };
    });
    await nodeRed.deploy(tab(flows.flatMap(({ nodes }) => nodes)));
    for (const { from } of flows) await fleet.publish(from, eventMessages(0, 1));
    for (const { from, last, unusable } of flows) {
      // a flow that is not followed would be acknowledged at once
      await nodeRed.sink(unusable.id).waitFor(1);
      assert.equal(nodeRed.sink(last.id).messages.length, 2);
      await fleet.drained(from);
    }
  });
});
