/** `holdOnOutage` with a real broker: while the flow fails at everything, events wait in the queue. */
import assert from 'node:assert/strict';
import { JOIN_AUTO } from '../support/core-node-routes';
import { eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
import { type FlowNode, node, type Properties, sink, tab, topicIn } from '../support/flow';
import { setTimeAhead } from '../support/moved-clock';
import type { NodeRed, SinkNode } from '../support/node-red';
import { setStage } from '../support/stage';
import { waitFor } from '../support/wait';

const queue = 'fleet.states';
const SECOND = 1_000;
const GREEN = { fill: 'green', shape: 'dot' } as const;
const HOLDING = { fill: 'yellow', shape: 'dot', text: 'invers-topic-in.status.holding' } as const;
/** It looks each second whether something is due. */
const nextLook = () => new Promise((resolve) => setTimeout(resolve, SECOND));
const PAUSED = { fill: 'grey', shape: 'ring' } as const;

describe('a topic whose flow fails at everything', () => {
  let nodeRed: NodeRed;
  let fleet: Fleet;

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });
  afterEach(() => setTimeAhead(0));

  let topic: FlowNode;
  let last: FlowNode;
  let unusable: FlowNode;
  let reports: FlowNode;

  async function deployAway(events: number, properties: Properties = {}): Promise<void> {
    const consumer = fleet.consumer();
    [last, unusable, reports] = [sink({ fail: 'the service is away' }), sink(), sink()];
    const wanted = { consumer, queue, prefetch: 20, control: true, ...properties };
    topic = topicIn(wanted, [last], [unusable], [reports]);
    await nodeRed.deploy(tab([consumer, topic, last, unusable, reports]));
    await fleet.publish(queue, eventMessages(0, events));
  }

  const asked = () => nodeRed.sink(last.id);
  const steer = (action: string) => nodeRed.receive(topic.id, { action } as never);
  const reported = () =>
    nodeRed
      .sink(reports.id)
      .messages.map(({ payload }) => payload as { state: string; failed: number });
  const failedTimes = (count: number) =>
    waitFor(() => {
      steer('status');
      return reported().at(-1)?.failed === count;
    });
  const comeBack = () => {
    nodeRed.node<SinkNode>(last.id).behaviour = {};
  };

  it('holds, tries one event after 10 seconds, and works off all when the flow is good again', async () => {
    await deployAway(100);
    await nodeRed.waitForStatus(topic.id, HOLDING);
    // five are kept to be tried, and the others are the queue's again
    await fleet.counts(queue, 95, 5);
    const failures = asked().messages.length;
    assert.ok(failures <= 20, `${failures} attempts before it held`);
    setTimeAhead(10 * SECOND);
    await asked().waitFor(failures + 1);
    await failedTimes(failures + 1);
    await fleet.counts(queue, 95, 5);

    comeBack();
    setTimeAhead(20 * SECOND);
    await asked().waitFor(failures + 1 + 100);
    await fleet.drained(queue);
    await nodeRed.waitForStatus(topic.id, GREEN);
    const attempts = asked()
      .messages.slice(failures + 1)
      .map(({ delivery }) => (delivery as { attempt: number }).attempt);
    assert.deepEqual([...new Set(attempts)], [1], 'attempts were used up');
    assert.deepEqual(nodeRed.sink(unusable.id).messages, []);
    const states = reported().map(({ state }) => state);
    assert.ok(states.includes('holding'));
    assert.equal(states.at(-1), 'consuming');
  });

  it('goes on although the flow does nothing before it has a batch of events', async () => {
    const consumer = fleet.consumer();
    last = sink({ fail: 'the service is away' });
    const joined = node('join', { ...JOIN_AUTO, build: 'array' }, [last]);
    const batch = { mode: 'count', count: 6, overlap: 0, interval: 1, topics: [] };
    const batched = node('batch', batch, [joined]);
    topic = topicIn({ consumer, queue, prefetch: 20 }, [batched]);
    await nodeRed.deploy(tab([consumer, topic, batched, joined, last]));
    await fleet.publish(queue, eventMessages(0, 60));
    await nodeRed.waitForStatus(topic.id, HOLDING);
    const failures = asked().messages.length;
    comeBack();
    // one event is tried, then another with it, and so on until the batch is full
    for (let ahead = 1; asked().messages.length === failures; ahead++) {
      assert.ok(ahead < 20, 'no batch was filled');
      setTimeAhead(ahead * 10 * SECOND);
      await nextLook();
    }
    await fleet.drained(queue);
    await nodeRed.waitForStatus(topic.id, GREEN);
  });

  it('stays paused when a person paused it, whatever the outage does', async () => {
    await deployAway(40);
    await nodeRed.waitForStatus(topic.id, HOLDING);
    await fleet.counts(queue, 35, 5);
    const failures = asked().messages.length;
    steer('pause');
    await nodeRed.waitForStatus(topic.id, PAUSED);
    comeBack();
    setTimeAhead(25 * 60 * SECOND);
    // kept for long enough: they are the queue's again, and nothing was tried
    await fleet.counts(queue, 40, 0);
    assert.equal(asked().messages.length, failures);
    steer('resume');
    await asked().waitFor(failures + 40);
    await fleet.drained(queue);
    await nodeRed.waitForStatus(topic.id, GREEN);
  });

  it('gives back what it kept when it is deployed anew, and begins as if nothing had been', async () => {
    await deployAway(40);
    await nodeRed.waitForStatus(topic.id, HOLDING);
    await fleet.counts(queue, 35, 5);
    await nodeRed.clear();
    await fleet.counts(queue, 40, 0);
  });

  it('uses up the attempts of all where it was told not to hold', async () => {
    await deployAway(10, { holdOnOutage: false, maxAttempts: 1 });
    await nodeRed.sink(unusable.id).waitFor(10);
    await fleet.drained(queue);
  });
});
