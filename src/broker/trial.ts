/** One try at a broker for a person who waits for the answer: connect, ask for a queue if one is named, and leave. */
import type { Channel, ChannelModel } from 'amqplib';
import { errorWithoutSecrets, withoutSecrets } from '../errors/secrets';
import { type Clock, systemClock } from '../time/clock';
import { AmqpConnection, type Connect, type ConnectionPolicy } from './amqp-connection';
import { closeQuietly, toDelivery } from './amqp-message';
import type { IncomingMessage } from './broker';
import { type BrokerError, settingsInvalid } from './errors';
import { connectionError } from './failures/connection-errors';
import { queueError } from './failures/queue-errors';
import { wereHeadersCut } from './frame-guard';
import { type BrokerSettings, secretsOf } from './settings';

export interface Question {
  /** Undefined = the connection alone is tried. */
  readonly queue?: string | undefined;
  /** Takes the event that is next and gives it back, which marks it as redelivered. */
  readonly look?: boolean | undefined;
}

export interface Answer {
  /** Events that are ready. */
  readonly waiting: number;
  readonly readers: number;
  /** Undefined where none was asked for, or none waits. */
  readonly next: IncomingMessage | undefined;
  /** The broker shows the events of such a queue to its reader alone. */
  readonly isHidden: boolean;
}

export interface TrialEnvironment {
  readonly clock?: Clock | undefined;
  readonly connect?: Connect | undefined;
}

/** Milliseconds for all of it; the goodbye comes on top. */
const LIMIT = 6_000;

/** Who waits for an answer is told of the first failure: nothing is tried again. */
const HOUR = 3_600_000;
const ONCE: ConnectionPolicy = {
  retry: { initial: HOUR, max: HOUR },
  retryRefused: { initial: HOUR, max: HOUR },
  stableAfter: 0,
};

/** Rejects with a BrokerError. Nothing is left of the connection when it settles. */
export async function tryBroker(
  settings: BrokerSettings,
  question: Question,
  { clock = systemClock, connect }: TrialEnvironment = {},
): Promise<Answer | undefined> {
  let close = async (): Promise<void> => undefined;
  let cancelLimit = (): void => undefined;
  try {
    return await new Promise((resolve, reject) => {
      const events = {
        onUp: (model: ChannelModel) => {
          ask(model, settings, question).then(resolve, reject);
        },
        onDown: reject,
      };
      const connection = new AmqpConnection(async () => settings, events, {
        policy: ONCE,
        clock,
        connect,
      });
      close = () => connection.close();
      cancelLimit = clock.after(LIMIT, () => reject(tooLate(settings)));
      connection.open().catch(({ message }: Error) => {
        reject(settingsInvalid(withoutSecrets(message, secretsOf(settings))));
      });
    });
  } finally {
    cancelLimit();
    await close();
  }
}

function tooLate({ host, port, isGiven }: BrokerSettings): BrokerError {
  const cause = new Error(`no answer within ${LIMIT / 1_000} s, ETIMEDOUT`);
  return connectionError(cause, { address: `${host}:${port}`, isGiven });
}

async function ask(
  model: ChannelModel,
  settings: BrokerSettings,
  { queue, look }: Question,
): Promise<Answer | undefined> {
  if (queue === undefined) return undefined;
  try {
    const found = await onChannel(model, (channel) => channel.checkQueue(queue));
    const seen = look ? await takeLook(model, queue) : await mayRead(model, queue);
    return { waiting: found.messageCount, readers: found.consumerCount, ...seen };
  } catch (error) {
    throw queueError(errorWithoutSecrets(error as Error, secretsOf(settings)), queue);
  }
}

type Seen = Pick<Answer, 'next' | 'isHidden'>;
const NOTHING_SEEN: Seen = { next: undefined, isHidden: false };

async function takeLook(model: ChannelModel, queue: string): Promise<Seen> {
  try {
    return await onChannel(model, async (channel) => {
      const message = await channel.get(queue, { noAck: false });
      if (message === false) return NOTHING_SEEN;
      const next = toDelivery(message, wereHeadersCut(model, channel));
      channel.nack(message, false, true);
      return { next, isHidden: false };
    });
  } catch (error) {
    // a queue that gives events to one reader at a time
    if (/single active consumer/i.test((error as Error).message)) {
      return { next: undefined, isHidden: true };
    }
    throw error;
  }
}

/**
 * Asking for a queue needs no permission, and reading it does. A consumer that RabbitMQ refuses for its arguments shows
 * whether it may read without taking an event: the permission is looked at first.
 */
async function mayRead(model: ChannelModel, queue: string): Promise<Seen> {
  try {
    await onChannel(model, async (channel) => {
      // Another broker than RabbitMQ may take it: then one event comes, and goes back with the channel.
      await channel.prefetch(1);
      await channel.consume(queue, () => undefined, { arguments: { 'x-priority': 'none' } });
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== PRECONDITION_FAILED) throw error;
  }
  return NOTHING_SEEN;
}

const PRECONDITION_FAILED = 406;

/** On a channel of its own, because the first refusal closes it. */
async function onChannel<Result>(
  model: ChannelModel,
  work: (channel: Channel) => Promise<Result>,
): Promise<Result> {
  const channel = await model.createChannel();
  let refusal: Error | undefined;
  channel.on('error', (error: Error) => {
    refusal = error;
  });
  try {
    return await work(channel);
  } catch (error) {
    throw refusal ?? error;
  } finally {
    await closeQuietly(channel);
  }
}
