/** One queue: its channel, its consumer, what it hands over, and how it comes back after anything. */
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Verdict } from '../delivery/verdict';
import { withinLimit } from '../time/within-limit';
import { Backoff, type BackoffPolicy } from './backoff';
import type { Delivery, Subscription, SubscriptionOptions, SubscriptionState } from './broker';
import { ChannelAcks } from './channel-acks';
import { type BrokerError, queueDeleted, queueError } from './errors';

export interface ConsumerPolicy {
  /** A queue may appear at any moment, so looking for it stays frequent. */
  readonly retry: BackoffPolicy;
  /** A consumer that lived so long (milliseconds) starts the back-off anew. */
  readonly stableAfter: number;
  /** Milliseconds a delivery is held whose handler failed, so that it cannot go round and round. */
  readonly requeueDelay: number;
}

export const CONSUMER_POLICY: ConsumerPolicy = {
  retry: { initial: 1_000, max: 30_000 },
  stableAfter: 10_000,
  requeueDelay: 5_000,
};

/** Milliseconds for an orderly goodbye of the consumer or the channel. */
const CLOSE_TIMEOUT = 3_000;

/** A channel while it is good, and what belongs to it and ends with it. */
interface Session {
  readonly model: ChannelModel;
  readonly channel: Channel;
  readonly acks: ChannelAcks;
  readonly timers: Set<NodeJS.Timeout>;
  consumerTag: string | undefined;
  consumingSince: number;
}

export class AmqpConsumer implements Subscription {
  readonly #backoff = new Backoff();
  #state: SubscriptionState | undefined;
  #model: ChannelModel | undefined;
  /** The one channel whose deliveries may be answered. */
  #session: Session | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  /** An attempt to consume is on its way. */
  #attempting = false;
  #paused = false;
  #closed = false;

  constructor(
    private readonly options: SubscriptionOptions,
    private readonly onClosed: (consumer: AmqpConsumer) => Promise<void>,
    private readonly policy: ConsumerPolicy = CONSUMER_POLICY,
  ) {
    this.#setState({ name: 'connecting' });
  }

  /** The connection stands: open a channel on it and consume. Never throws or rejects. */
  connected(model: ChannelModel): void {
    this.#model = model;
    this.#backoff.reset();
    this.#begin(model);
  }

  /** The connection is gone: what was on its way is the broker's again. */
  disconnected(error: BrokerError): void {
    this.#model = undefined;
    this.#endSession();
    this.#setState({ name: error.needsPerson ? 'refused' : 'disconnected', error });
  }

  async pause(): Promise<void> {
    await this.#stop();
    if (this.#paused && this.#model) this.#setState({ name: 'paused' });
  }

  resume(): void {
    if (!this.#paused || this.#closed) return;
    this.#paused = false;
    if (this.#model) this.#begin(this.#model);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const isAnswering = await this.#stop();
    this.#closed = true;
    const session = this.#session;
    session?.acks.flush();
    if (session && isAnswering) await withinLimit(session.channel.close(), CLOSE_TIMEOUT);
    this.#endSession();
    await this.onClosed(this);
  }

  /** Stops consuming; false when the broker did not answer in time. */
  async #stop(): Promise<boolean> {
    this.#paused = true;
    clearTimeout(this.#retryTimer);
    const session = this.#session;
    const consumerTag = session?.consumerTag;
    if (session === undefined || consumerTag === undefined) return true;
    session.consumerTag = undefined;
    return withinLimit(session.channel.cancel(consumerTag), CLOSE_TIMEOUT);
  }

  #begin(model: ChannelModel): void {
    this.#setState({ name: this.#paused ? 'paused' : 'connecting' });
    if (!this.#paused) void this.#attempt(model);
  }

  /** One at a time: two would make two consumers. The one that is on its way sees what changed. */
  async #attempt(model: ChannelModel): Promise<void> {
    if (this.#attempting) return;
    this.#attempting = true;
    await this.#consume(model);
    this.#attempting = false;
    // the connection that it was for may have been replaced meanwhile
    const current = this.#model;
    if (current && current !== model && !this.#closed) this.#begin(current);
  }

  async #consume(model: ChannelModel): Promise<void> {
    let failure: Error | undefined;
    let session = this.#session;
    try {
      if (!session) {
        const channel = await model.createChannel();
        // Before anything else: an `error` event that nobody hears ends the process.
        channel.on('error', (error) => {
          failure = error;
        });
        channel.on('handler-error', (error) => {
          failure = error;
        });
        if (this.#outdated(model)) return await closeQuietly(channel);
        const opened = createSession(model, channel);
        channel.on('close', () => this.#lost(opened, failure));
        session = opened;
        this.#session = opened;
        await channel.prefetch(this.options.prefetch);
      }
      const current = session;
      const { consumerTag } = await current.channel.consume(this.options.queue, (message) =>
        this.#receive(current, message),
      );
      // It may have been cancelled, closed or replaced while the confirmation was on its way.
      if (this.#session !== current) return await closeQuietly(current.channel);
      current.consumerTag = consumerTag;
      current.consumingSince = Date.now();
      if (this.#paused) return await this.pause();
      this.#setState({ name: 'consuming' });
    } catch (error) {
      // A refused consume comes as a rejection here and closes the channel, in either order.
      this.#retry(model, session, queueError(failure ?? (error as Error), this.options.queue));
    }
  }

  #receive(session: Session, message: ConsumeMessage | null): void {
    if (message === null) {
      this.#retry(session.model, session, queueDeleted(this.options.queue));
      void closeQuietly(session.channel);
      return;
    }
    const { deliveryTag } = message.fields;
    session.acks.delivered(deliveryTag);
    let verdict: Verdict | Promise<Verdict>;
    try {
      verdict = this.options.handle(toDelivery(message));
    } catch {
      verdict = this.#requeueLater(session);
    }
    if (typeof verdict === 'string') {
      session.acks.answer(deliveryTag, verdict);
    } else {
      void verdict
        .catch(() => this.#requeueLater(session))
        .then((decided) => {
          // the channel is gone: the broker has the delivery back, and the verdict is void
          if (session === this.#session) session.acks.answer(deliveryTag, decided);
        });
    }
  }

  /** Holds a delivery whose handler failed for a while, then gives it back to the queue. */
  #requeueLater(session: Session): Promise<Verdict> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        session.timers.delete(timer);
        resolve('requeue');
      }, this.policy.requeueDelay);
      session.timers.add(timer);
    });
  }

  #lost(session: Session, failure: Error | undefined): void {
    // amqplib closes the channels first and tells of the connection afterwards, in the same turn.
    queueMicrotask(() => {
      const cause = failure ?? new Error('channel closed');
      this.#retry(session.model, session, queueError(cause, this.options.queue));
    });
  }

  /** Ends `session`, if it is still the one, and tries again after a while. */
  #retry(model: ChannelModel, session: Session | undefined, error: BrokerError): void {
    if (session !== this.#session || this.#outdated(model)) return;
    const consumedSince = session?.consumerTag !== undefined ? session.consumingSince : undefined;
    this.#endSession();
    if (this.#paused) return;
    if (consumedSince !== undefined && Date.now() - consumedSince > this.policy.stableAfter) {
      this.#backoff.reset();
    }
    this.#setState({ name: stateName(error), error });
    this.#retryTimer = setTimeout(() => {
      if (!this.#outdated(model)) void this.#attempt(model);
    }, this.#backoff.next(this.policy.retry));
  }

  /** From now on no delivery of the old channel is answered, and no old timer fires. */
  #endSession(): void {
    clearTimeout(this.#retryTimer);
    const session = this.#session;
    if (!session) return;
    this.#session = undefined;
    for (const timer of session.timers) clearTimeout(timer);
    this.options.onLost?.();
  }

  #outdated(model: ChannelModel): boolean {
    return this.#closed || this.#model !== model;
  }

  #setState(state: SubscriptionState): void {
    if (this.#closed) return;
    const { name, error } = this.#state ?? {};
    if (name === state.name && error?.code === state.error?.code) return;
    this.#state = state;
    this.options.onState(state);
  }
}

function createSession(model: ChannelModel, channel: Channel): Session {
  return {
    model,
    channel,
    acks: new ChannelAcks(channel),
    timers: new Set(),
    consumerTag: undefined,
    consumingSince: 0,
  };
}

function stateName(error: BrokerError): SubscriptionState['name'] {
  if (error.code === 'queue-missing' || error.code === 'queue-deleted') return 'queue-missing';
  return error.needsPerson ? 'refused' : 'connecting';
}

function toDelivery({ content, fields, properties }: ConsumeMessage): Delivery {
  return {
    body: content,
    redelivered: fields.redelivered,
    properties: {
      messageId: properties.messageId,
      type: properties.type,
      correlationId: properties.correlationId,
      timestamp: properties.timestamp,
      headers: properties.headers ?? {},
    },
  };
}

async function closeQuietly(channel: Channel): Promise<void> {
  try {
    await channel.close();
  } catch {
    // It is closed already, which is all we want.
  }
}
