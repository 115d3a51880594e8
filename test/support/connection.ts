/** One connection to a broker over an amqplib that the test drives, with a clock that it moves. */
import { AmqpConnection } from '../../src/broker/amqp-connection';
import type { BrokerError } from '../../src/broker/errors';
import type { SecondLook } from '../../src/broker/failures/second-look';
import type { BrokerSettings } from '../../src/broker/settings';
import type { Clock } from '../../src/time/clock';
import { FakeRecovery } from './fake-amqp';
import { MovedClock } from './moved-clock';

export const SETTINGS: BrokerSettings = {
  host: 'broker.example',
  port: 5671,
  vhost: '/fleet one',
  username: 'user',
  password: 'secret',
  tls: { servername: 'other.example' },
  heartbeat: 20,
  connectionName: 'test',
};

export const BROKEN = new Error('read ECONNRESET');
export const REFUSED = new Error('403 (ACCESS-REFUSED)');

export function createConnection(
  locate: () => Promise<BrokerSettings> = async () => SETTINGS,
  secondLook?: SecondLook,
) {
  const clock = new MovedClock();
  let blocked = 0;
  const blockedClock: Clock = {
    now: () => clock.now(),
    elapsed: () => clock.elapsed() + blocked,
    after: (delay, work) => clock.after(delay, work),
  };
  const recovery = new FakeRecovery();
  const ups: unknown[] = [];
  const downs: BrokerError[] = [];
  const connection = new AmqpConnection(
    locate,
    { onUp: (model) => ups.push(model), onDown: (error) => downs.push(error) },
    { clock: blockedClock, random: () => 0.5, connect: recovery.connect, secondLook },
  );
  return {
    block: (time: number) => (blocked += time),
    clock,
    connection,
    downs,
    recovery,
    ups,
  };
}
