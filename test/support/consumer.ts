/** A consumer on a connection without a network, with a clock that the test moves. */
import { AmqpConsumer } from '../../src/broker/amqp-consumer';
import type { IncomingMessage, MessageHandler, SubscriptionState } from '../../src/broker/broker';
import { connectionError } from '../../src/broker/failures/connection-errors';
import { FakeModel, refusal } from './fake-amqp';
import { MovedClock, turn } from './moved-clock';

export const MISSING = refusal(404, 'no queue');
export const BROKEN = connectionError(new Error('read ECONNRESET'), { address: 'host:1' });
export const LOGIN_REFUSED = connectionError(new Error('403 ACCESS_REFUSED'), {
  address: 'host:1',
});

export function createConsumer(
  handle: MessageHandler = () => 'acknowledge',
  model = new FakeModel(),
) {
  const clock = new MovedClock();
  const states: SubscriptionState[] = [];
  const handled: IncomingMessage[] = [];
  const seen = { lost: 0, closed: 0 };
  const lostBy: (string | undefined)[] = [];
  /** How the handler failed, and for how long the delivery is held. */
  const failed: string[] = [];
  const consumer = new AmqpConsumer(
    {
      queue: 'fleet.trips',
      prefetch: 7,
      handle: (delivery) => {
        handled.push(delivery);
        return handle(delivery);
      },
      onState: (state) => states.push(state),
      onLost: (reason) => {
        seen.lost += 1;
        lostBy.push(reason?.code);
      },
      onHandlerFailed: (error, delay) => failed.push(`${(error as Error).message}, ${delay} ms`),
    },
    async () => {
      seen.closed += 1;
    },
    { clock, random: () => 0.5 },
  );
  return {
    clock,
    consumer,
    failed,
    handled,
    lostBy,
    model,
    seen,
    states,
    names: () => states.map(({ name }) => name),
    last: () => states.at(-1),
    /** Milliseconds until the next channel is opened, or undefined when none is within a minute. */
    async untilNextChannel() {
      const before = model.channels.length;
      for (let waited = 0; waited < 60_000; waited += 100) {
        await clock.pass(100);
        if (model.channels.length > before) return waited + 100;
      }
      return undefined;
    },
    async connect() {
      consumer.connected(model.asModel);
      await turn();
      return model.channel;
    },
  };
}
