/** How a topic stands: what is under its node, what output 3 reports, and what it warns of in time. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FlowsState } from '../../../nodes/runtime/status/flows-state';
import { TopicStatus } from '../../../nodes/runtime/topic/topic-status';
import type { SubscriptionState } from '../../../src/broker/broker';
import { BrokerError } from '../../../src/broker/errors';
import type { InversReport } from '../../../src/index';
import { FakeTopic, type FakeTopicOptions } from '../../support/fake-topic';
import { MovedClock } from '../../support/moved-clock';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the status of a topic', () => {
  let userDir: string;
  let watches: TopicStatus[];

  beforeEach(() => {
    watches = [];
    userDir = fs.mkdtempSync(path.join(os.tmpdir(), 'topic-status-'));
  });

  afterEach(() => {
    for (const watch of watches) watch.close(false);
    fs.rmSync(userDir, { recursive: true });
  });

  /** The queue was last read so many milliseconds ago, in a process before this one. */
  function readBefore(age: number): void {
    fs.mkdirSync(path.join(userDir, 'invers'), { recursive: true });
    const aliveAt = new MovedClock().now() - age;
    fs.writeFileSync(path.join(userDir, 'invers', 'topic-t1.json'), JSON.stringify({ aliveAt }));
  }

  /** A topic whose node is watched; `become` says how its subscription stands. */
  async function watched(options: FakeTopicOptions = {}) {
    const fake = new FakeTopic(options);
    fake.runtime.settings['userDir'] = userDir;
    const held = fake.hold('last');
    const reports: InversReport[] = [];
    const flowsState = new FlowsState(fake.runtime.RED);
    const watch = new TopicStatus(
      fake.runtime.RED,
      fake.node as never,
      fake.topic,
      fake.settings,
      flowsState,
      (report) => reports.push(report),
      fake.clock,
    );
    watches.push(watch);
    await fake.topic.connect();
    const become = (name: SubscriptionState['name'], error?: BrokerError) =>
      watch.subscriptionChanged({ name, ...(error && { error }) });
    const shown = () => fake.node.statuses.at(-1) as { text: string; fill: string; state: string };
    return { fake, held, reports, watch, become, shown };
  }

  it('says which node types Node-RED lacks to start what a deploy stopped, until it has started', async () => {
    const { fake, become, shown } = await watched();
    become('consuming');
    const { events } = fake.runtime.RED;
    const missing = (error: string, what: object) => {
      const payload = { error, ...what };
      events.emit('runtime-event', { id: 'runtime-state', payload });
    };
    missing('missing-types', { types: ['modbus', 'opcua'] });
    assert.deepEqual([shown().fill, shown().state], ['yellow', 'consuming']);
    assert.match(fake.said.at(-1) ?? '', /^warn: .*it lacks: modbus, opcua\./);
    events.emit('flows:started');
    assert.equal(shown().fill, 'green');
    missing('missing-modules', { modules: [{ module: 'left-pad' }] });
    assert.match(fake.said.at(-1) ?? '', /it lacks: left-pad\./);
    assert.equal(shown().fill, 'yellow');
  });

  it('is said when it changes, and not again while it stays', async () => {
    const { fake, become, reports, shown } = await watched();
    become('connecting');
    become('consuming');
    become('consuming');
    await fake.clock.pass(5_000);
    assert.equal(fake.node.statuses.length, 2);
    assert.deepEqual(shown(), {
      fill: 'green',
      shape: 'dot',
      text: 'node-red:common.status.connected',
      state: 'consuming',
    });
    assert.deepEqual(
      reports.map(({ state }) => state),
      ['connecting', 'consuming'],
    );
  });

  it('shows each second how fast events come and how many are on their way', async () => {
    const { fake, become, held, shown } = await watched();
    become('consuming');
    await fake.clock.pass(1_000);
    for (const n of [1, 2, 3]) fake.deliver(n);
    await fake.clock.pass(1_000);
    assert.equal(shown().text, '3.0/s · 3 invers-topic-in.status.in-flight');
    for (const { done } of held) done();
    await fake.clock.pass(1_000);
    assert.equal(shown().text, '1.5/s · 0 invers-topic-in.status.in-flight');
    for (let n = 10; n < 60; n++) fake.deliver(n);
    await fake.clock.pass(1_000);
    assert.equal(shown().text, '18/s · 50 invers-topic-in.status.in-flight');
  });

  it('is plain again when nothing comes any more', async () => {
    const { fake, become, held, shown } = await watched();
    become('consuming');
    fake.deliver(1);
    await fake.settle();
    held[0]?.done();
    await fake.clock.pass(10_000);
    assert.equal(shown().text, 'node-red:common.status.connected');
  });

  it('says what passes unchecked or is odd, and what is made up by a sandbox', async () => {
    const { fake, become, shown } = await watched({ isSandbox: true });
    become('consuming');
    assert.equal(shown().text, 'invers-topic-in.status.sandbox-connected');
    const body = Buffer.from(
      JSON.stringify({
        metadata: {
          id: 'e1',
          type: 'VehicleStateRecorded',
          schema_major_version: 9,
          occurred_at: '2025-05-06T07:08Z',
          flow_id: 'f',
        },
        data: {},
      }),
    );
    fake.deliver(1, { body });
    await fake.clock.pass(1_000);
    const [, ...parts] = shown().text.split(' · ');
    assert.deepEqual(parts, [
      '1 invers-topic-in.status.in-flight',
      'invers-topic-in.status.unchecked {"count":1}',
      'invers-topic-in.status.odd {"count":1}',
      'invers-topic-in.status.sandbox',
    ]);
  });

  it('names a trouble, and says it once in words where the queue is to blame', async () => {
    const { fake, become, shown } = await watched();
    const missing = new BrokerError('queue-missing', 'no such queue', {
      scope: 'queue',
      needsPerson: true,
    });
    const busy = new BrokerError('queue-in-use', 'somebody has it', {
      scope: 'queue',
      needsPerson: false,
    });
    const lost = new BrokerError('connection-lost', 'gone', {
      scope: 'connection',
      needsPerson: false,
    });
    become('queue-missing', missing);
    assert.equal(shown().text, 'invers-topic-in.status.queue-missing');
    become('connecting', busy);
    become('disconnected', lost);
    assert.equal(shown().text, 'invers-topic-in.status.connection-lost');
    assert.deepEqual(fake.said, ['error: no such queue', 'warn: somebody has it']);
  });

  it('is stalled after a minute at full prefetch without an acknowledgement, and names who holds', async () => {
    const { fake, become, held, reports, shown } = await watched({ settings: { prefetch: 2 } });
    become('consuming');
    fake.deliver(1);
    await fake.clock.pass(2 * MINUTE);
    assert.equal(shown().state, 'consuming', 'one more could come');
    fake.deliver(2);
    await fake.clock.pass(MINUTE - 1_000);
    assert.equal(shown().state, 'consuming');
    await fake.clock.pass(1_000);
    assert.deepEqual(
      [shown().state, shown().fill, shown().text],
      ['stalled', 'yellow', 'invers-topic-in.status.stalled {"count":2,"minutes":1}'],
    );
    assert.equal(reports.at(-1)?.state, 'stalled');
    assert.deepEqual(fake.said, [
      'warn: Stalled: 2 events are on their way and none was acknowledged for a while; the oldest in the flow came 180 s ago and is held by: function (last).',
    ]);
    await fake.clock.pass(MINUTE);
    assert.match(shown().text, /"minutes":2/);
    assert.equal(fake.said.length, 1);
    held[0]?.done();
    await fake.settle();
    await fake.clock.pass(1_000);
    assert.equal(shown().state, 'consuming');
    assert.equal(reports.at(-1)?.state, 'consuming');
  });

  it('is stalled before a short deadline acts, and nobody is named who cannot be seen', async () => {
    const { fake, become, shown } = await watched({
      settings: { prefetch: 1, deadline: 20_000, acknowledge: 'manual' },
    });
    become('consuming');
    fake.deliver(1);
    await fake.clock.pass(9_000);
    assert.equal(shown().state, 'consuming');
    await fake.clock.pass(1_000);
    assert.equal(shown().state, 'stalled');
    assert.match(fake.said[0] ?? '', /is held by: nobody that could be seen\.$/);
    become('disconnected');
    assert.equal(shown().state, 'disconnected');
  });

  it('is stalled while all it has waits for the next attempt, and says that instead of naming nobody', async () => {
    const { fake, become, held, shown } = await watched({
      settings: { prefetch: 2, retryDelay: 200_000 },
    });
    become('consuming');
    fake.deliver(1);
    fake.deliver(2);
    await fake.settle();
    held[0]?.done('flat tyre');
    held[1]?.done('flat tyre');
    await fake.settle();
    await fake.clock.pass(MINUTE);
    assert.deepEqual(
      [shown().state, shown().text],
      ['stalled', 'invers-topic-in.status.stalled-waiting {"count":2,"minutes":1}'],
    );
    assert.match(fake.said.at(-1) ?? '', /a while; all of them wait for their next attempt\.$/);
  });

  it('names the oldest that the flow has, although an older one waits for its next attempt', async () => {
    const { fake, become, held } = await watched({
      settings: { prefetch: 2, retryDelay: 200_000 },
    });
    become('consuming');
    fake.deliver(1);
    await fake.clock.pass(MINUTE);
    fake.deliver(2);
    await fake.settle();
    held[0]?.done('flat tyre');
    await fake.settle();
    await fake.clock.pass(MINUTE);
    assert.match(fake.said.at(-1) ?? '', /in the flow came 60 s ago and is held by: function/);
  });

  it('is reported in numbers', async () => {
    const { fake, become, held, watch } = await watched();
    const at = (moment: number) => new Date(moment).toISOString();
    const start = fake.clock.now();
    assert.deepEqual(watch.report(), {
      state: 'connecting',
      received: 0,
      acknowledged: 0,
      retried: 0,
      failed: 0,
      redelivered: 0,
      in_flight: 0,
      rate: 0,
      last_event_at: null,
      last_ack_at: null,
    });
    become('consuming');
    await fake.clock.pass(1_500);
    fake.deliver(1);
    fake.deliver(2, { redelivered: true });
    fake.deliver(3);
    await fake.clock.pass(500);
    held[0]?.done();
    await fake.settle();
    held[1]?.done('flat tyre');
    await fake.settle();
    await fake.clock.pass(2_000);
    assert.deepEqual(watch.report(), {
      state: 'consuming',
      received: 3,
      acknowledged: 1,
      retried: 0,
      failed: 1,
      redelivered: 1,
      in_flight: 2,
      rate: 1,
      last_event_at: at(start + 1_500),
      last_ack_at: at(start + 2_000),
    });
  });

  it('warns once a day of a queue that nobody reads, before INVERS deletes it', async () => {
    readBefore(24 * HOUR - 2 * MINUTE);
    const { fake, become } = await watched();
    become('paused');
    await fake.clock.pass(2 * MINUTE - 1_000);
    assert.deepEqual(fake.said, []);
    await fake.clock.pass(1_000);
    assert.deepEqual(fake.said, [
      'warn: The queue "states" has not been read for 24 hours. INVERS deletes a queue with its events after three days: 48 hours are left.',
    ]);
    await fake.clock.pass(MINUTE);
    assert.equal(fake.said.length, 1);
  });

  it('warns of none that is read, nor of those of a sandbox, which nobody deletes', async () => {
    for (const [state, isSandbox] of [
      ['consuming', false],
      ['paused', true],
    ] as const) {
      readBefore(25 * HOUR);
      const { fake, become } = await watched({ isSandbox });
      become(state);
      await fake.clock.pass(2 * MINUTE);
      assert.deepEqual(fake.said, []);
    }
  });

  it('keeps in a file when the queue was read, until the node is gone for good', async () => {
    const { fake, become, watch } = await watched();
    const file = path.join(userDir, 'invers', 'topic-t1.json');
    become('consuming');
    await fake.clock.pass(5_500);
    watch.close(false);
    assert.deepEqual(JSON.parse(fs.readFileSync(file, 'utf8')), { aliveAt: fake.clock.now() });
    watch.close(true);
    assert.ok(!fs.existsSync(file));
  });

  it('is not said any more when the node has closed, and no timer is left', async () => {
    const { fake, become, reports, watch } = await watched();
    become('consuming');
    watch.close(false);
    become(
      'disconnected',
      new BrokerError('queue-missing', 'no such queue', {
        scope: 'queue',
        needsPerson: true,
      }),
    );
    assert.deepEqual([fake.node.statuses.length, reports.length, fake.said], [1, 1, []]);
    assert.equal(fake.clock.pending, 0);
  });
});
