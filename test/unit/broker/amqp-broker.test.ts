/** One connection for many queues: when it is opened and closed, and who hears of it. */
import assert from 'node:assert/strict';
import { AmqpBroker } from '../../../src/broker/amqp-broker';
import { CONNECTION_POLICY } from '../../../src/broker/amqp-connection';
import { CONSUMER_POLICY } from '../../../src/broker/amqp-consumer';
import type { BrokerError } from '../../../src/broker/errors';
import type { BrokerHost, BrokerSettings } from '../../../src/broker/settings';
import { type FakeModel, FakeRecovery, Gate, refusal } from '../../support/fake-amqp';
import { MovedClock, turn } from '../../support/moved-clock';

const SETTINGS: BrokerSettings = {
  host: 'broker.example',
  port: 5672,
  vhost: '/',
  username: 'user',
  password: 'secret',
  tls: undefined,
  heartbeat: 30,
  connectionName: 'test',
};
const BROKEN = new Error('read ECONNRESET');
const REFUSED = new Error('403 (ACCESS-REFUSED)');

function createBroker(place: BrokerSettings | BrokerHost = SETTINGS) {
  const clock = new MovedClock();
  /** One per connection that was asked for, the newest last. */
  const recoveries: FakeRecovery[] = [];
  const told: (string | undefined)[] = [];
  const broker = new AmqpBroker(place, {
    clock,
    random: () => 0.5,
    connect: (...args) => {
      const recovery = new FakeRecovery();
      recoveries.push(recovery);
      return recovery.connect(...args);
    },
    onConnection: (error: BrokerError | undefined) => told.push(error?.code),
    consumerPolicy: { ...CONSUMER_POLICY, retry: { initial: 100, max: 10_000 } },
    connectionPolicy: { ...CONNECTION_POLICY, retry: { initial: 300, max: 10_000 } },
  });
  return {
    broker,
    clock,
    recoveries,
    told,
    subscribe(queue: string) {
      const states: string[] = [];
      const subscription = broker.subscribe({
        queue,
        prefetch: 5,
        handle: () => 'acknowledge',
        onState: ({ name }) => states.push(name),
      });
      return { states, subscription };
    },
    async up(): Promise<FakeModel> {
      await turn();
      const model = recoveries.at(-1)?.up();
      await turn();
      assert.ok(model);
      return model;
    },
    down: (error: Error) => recoveries.at(-1)?.emit('disconnect', error),
  };
}

class FakeHost implements BrokerHost {
  started = 0;
  stopped = 0;
  readonly gate = new Gate();

  async start(): Promise<BrokerSettings> {
    this.started += 1;
    await this.gate.promise;
    return SETTINGS;
  }

  async stop(): Promise<void> {
    this.stopped += 1;
  }
}

describe('a broker that many queues share', () => {
  it('is connected to once, for the first of them', async () => {
    const { recoveries, subscribe, up } = createBroker();
    const trips = subscribe('trips');
    const smoke = subscribe('smoke');
    const model = await up();
    const late = subscribe('late');
    await turn();
    assert.equal(recoveries.length, 1);
    assert.deepEqual(
      model.channels.map(({ calls }) => calls.at(-1)),
      ['consume trips', 'consume smoke', 'consume late'],
    );
    for (const { states } of [trips, smoke, late]) {
      assert.deepEqual(states, ['connecting', 'consuming']);
    }
  });

  it('tells each queue of a failure, also one that comes later', async () => {
    const { down, subscribe, up } = createBroker();
    const trips = subscribe('trips');
    await up();
    down(BROKEN);
    const late = subscribe('late');
    assert.deepEqual(trips.states, ['connecting', 'consuming', 'disconnected']);
    assert.deepEqual(late.states, ['connecting', 'disconnected']);
    const model = await up();
    assert.equal(model.channels.length, 2);
    assert.deepEqual(late.states, ['connecting', 'disconnected', 'connecting', 'consuming']);
  });

  it('says each new trouble once, and when it is over', async () => {
    const { down, subscribe, told, up } = createBroker();
    subscribe('trips');
    await up();
    for (const error of [BROKEN, BROKEN, REFUSED, REFUSED, BROKEN]) down(error);
    await up();
    down(BROKEN);
    assert.deepEqual(told, [
      undefined,
      'connection-lost',
      'login-refused',
      'connection-lost',
      undefined,
      'connection-lost',
    ]);
  });

  it('needs nobody who listens', async () => {
    const recovery = new FakeRecovery();
    const broker = new AmqpBroker(SETTINGS, { connect: recovery.connect });
    const states: string[] = [];
    broker.subscribe({
      queue: 'trips',
      prefetch: 1,
      handle: () => 'acknowledge',
      onState: ({ name }) => states.push(name),
    });
    await turn();
    recovery.up();
    await turn();
    recovery.emit('disconnect', BROKEN);
    assert.deepEqual(states, ['connecting', 'consuming', 'disconnected']);
    await broker.close();
  });

  it('is left when the last of them closes, not before', async () => {
    const { broker, recoveries, subscribe, up } = createBroker();
    const [trips, smoke] = [subscribe('trips'), subscribe('smoke')];
    await up();
    let isIdle = false;
    const idle = broker.idle().then(() => {
      isIdle = true;
    });
    await trips.subscription.close();
    await turn();
    assert.deepEqual([recoveries[0]?.closes, isIdle], [0, false]);
    await smoke.subscription.close();
    await idle;
    assert.equal(recoveries[0]?.closes, 1);
    await broker.idle();
  });

  it('is connected to anew for who comes after that, without the old one’s troubles', async () => {
    const { down, recoveries, subscribe, up } = createBroker();
    const trips = subscribe('trips');
    await up();
    down(REFUSED);
    await trips.subscription.close();
    const next = subscribe('next');
    await up();
    assert.equal(recoveries.length, 2);
    assert.deepEqual(next.states, ['connecting', 'consuming']);
    await next.subscription.close();
    const last = subscribe('last');
    assert.deepEqual(last.states, ['connecting'], 'the old connection is not used');
    recoveries[0]?.up();
    recoveries[0]?.emit('disconnect', BROKEN);
    await turn();
    assert.deepEqual(last.states, ['connecting']);
  });

  it('closes every queue and the connection', async () => {
    const { broker, recoveries, subscribe, up } = createBroker();
    subscribe('trips');
    subscribe('smoke');
    const model = await up();
    await broker.close();
    for (const { calls } of model.channels) assert.equal(calls.at(-1), 'close');
    assert.equal(recoveries[0]?.closes, 1);
    await broker.idle();
  });

  it('paces connections and queues by the policies it is given', async () => {
    const { clock, down, recoveries, subscribe, up } = createBroker();
    subscribe('trips');
    const model = await up();
    model.channel.die(refusal(404));
    await clock.pass(99);
    assert.equal(model.channels.length, 1);
    await clock.pass(1);
    assert.equal(model.channels.length, 2);
    down(BROKEN);
    assert.equal(recoveries[0]?.nextDelay(), 300);
  });
});

describe('a broker that is there only while it is used', () => {
  it('is started for the first queue and stopped after the last', async () => {
    const host = new FakeHost();
    const { recoveries, subscribe, up } = createBroker(host);
    const trips = subscribe('trips');
    host.gate.open();
    await up();
    assert.deepEqual([host.started, host.stopped, recoveries.length], [1, 0, 1]);
    await trips.subscription.close();
    assert.equal(host.stopped, 1);
  });

  it('that cannot be started is told to each queue as a setting that cannot be used', async () => {
    const host = new FakeHost();
    const { subscribe, told } = createBroker(host);
    const { states } = subscribe('trips');
    host.gate.fail(new Error('no port is free'));
    await turn();
    assert.deepEqual(states, ['connecting', 'refused']);
    assert.deepEqual(told, ['settings-invalid']);
  });

  it('that could not be started is no trouble of who comes after its last queue', async () => {
    const places = [Promise.reject(new Error('no port is free')), Promise.resolve(SETTINGS)];
    const { subscribe, told, up } = createBroker({
      start: () => places.shift() ?? Promise.reject(new Error('started too often')),
      stop: async () => undefined,
    });
    const left = subscribe('trips').subscription.close();
    await left;
    const { states } = subscribe('next');
    await up();
    assert.deepEqual(states, ['connecting', 'consuming']);
    assert.deepEqual(told, [undefined]);
  });

  it('is not stopped for who left while somebody else has come', async () => {
    const host = new FakeHost();
    host.gate.open();
    const { recoveries, subscribe, up } = createBroker(host);
    const trips = subscribe('trips');
    await up();
    const goodbye = new Gate();
    const [first] = recoveries;
    if (first) first.plan.close = goodbye.reply;
    const left = trips.subscription.close();
    await turn();
    const next = subscribe('next');
    goodbye.open();
    await left;
    assert.equal(host.stopped, 0);
    await up();
    assert.deepEqual(next.states, ['connecting', 'consuming']);
    await next.subscription.close();
    assert.equal(host.stopped, 1);
  });
});
