/** The vehicle of an event in its message, and `order: 'vehicle'` with real flows. */
import assert from 'node:assert/strict';
import { eventMessage } from '../support/events';
import type { Fleet } from '../support/fleet';
import { sink, tab, topicIn } from '../support/flow';
import type { NodeRed, SinkNode } from '../support/node-red';
import { setStage } from '../support/stage';

const queue = 'fleet.states';

describe('the vehicle of an event', () => {
  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });

  const event = (n: number, vehicle_id: string | undefined) =>
    eventMessage(n, {}, { n, ...(vehicle_id !== undefined && { vehicle_id }) });
  const numbers = (messages: readonly { payload?: unknown }[]) =>
    messages.map(({ payload }) => (payload as { n: number }).n);

  it('stands in its message, where the consumer says, and in no other', async () => {
    const last = sink();
    const consumer = fleet.consumer({ vehicleId: 'car.plate' });
    await nodeRed.deploy(tab([consumer, topicIn({ consumer, queue }, [last], []), last]));
    await fleet.publish(queue, [
      eventMessage(1, {}, { vehicle_id: 'van', car: { plate: 'AB 12' } }),
      eventMessage(2, {}, { vehicle_id: 'van' }),
    ]);
    const messages = await nodeRed.sink(last.id).waitFor(2);
    assert.deepEqual(messages[0]?.['vehicle'], { id: 'AB 12' });
    assert.ok(messages[1] && !('vehicle' in messages[1]));
  });

  it('holds its next events back until the flow has finished with the one before', async () => {
    const last = sink({ never: true });
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue, order: 'vehicle' }, [last], []);
    await nodeRed.deploy(tab([consumer, topic, last]));
    await fleet.publish(queue, [
      event(1, 'van'),
      event(2, 'van'),
      event(3, 'car'),
      event(4, undefined),
      event(5, 'van'),
    ]);
    const received = nodeRed.sink(last.id);
    assert.deepEqual(numbers(await received.waitFor(3)), [1, 3, 4]);
    await fleet.counts(queue, 0, 5);
    const node = nodeRed.node<SinkNode>(last.id);
    node.finish();
    assert.deepEqual(numbers(await received.waitFor(4)), [1, 3, 4, 2]);
    await fleet.counts(queue, 0, 2);
    node.behaviour = {};
    node.finish();
    assert.deepEqual(numbers(await received.waitFor(5)), [1, 3, 4, 2, 5]);
    await fleet.drained(queue);
  });

  it('gives the events that wait back at once when the topic disconnects', async () => {
    const last = sink({ never: true });
    const consumer = fleet.consumer();
    const topic = topicIn({ consumer, queue, order: 'vehicle', control: true }, [last], [], []);
    await nodeRed.deploy(tab([consumer, topic, last]));
    await fleet.publish(queue, [event(1, 'van'), event(2, 'van'), event(3, 'van')]);
    await nodeRed.sink(last.id).waitFor(1);
    await fleet.counts(queue, 0, 3);
    nodeRed.receive(topic.id, { action: 'disconnect' } as never);
    await fleet.counts(queue, 2, 1);
    nodeRed.node<SinkNode>(last.id).finish();
    await fleet.counts(queue, 2, 0);
  });
});
