/** One queue: its channel, its consumer, what it hands over and what it answers to the broker. */
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { Backoff, type BackoffPolicy } from './backoff';
import type {
  Delivery,
  Subscription,
  SubscriptionOptions,
  SubscriptionState,
  Verdict,
} from './broker';
import { type BrokerError, queueDeleted, queueError } from './errors';
import { withinLimit } from './within-limit';

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

/** Milliseconds for an orderly goodbye of the channel. */
const CLOSE_TIMEOUT = 3_000;

export class AmqpConsumer implements Subscription {
  readonly #backoff = new Backoff();
  readonly #timers = new Set<NodeJS.Timeout>();
  #state: SubscriptionState | undefined;
  #model: ChannelModel | undefined;
  /** The one channel whose deliveries may be answered. */
  #channel: Channel | undefined;
  #consumerTag: string | undefined;
  #consumingSince = 0;
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
    this.#setState({ name: 'connecting' });
    void this.#consume(model);
  }

  /** The connection is gone: what was on its way is the broker's again. */
  disconnected(error: BrokerError): void {
    this.#model = undefined;
    this.#forgetChannel();
    this.#setState({ name: error.needsPerson ? 'refused' : 'disconnected', error });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const channel = this.#channel;
    if (channel) await withinLimit(leave(channel, this.#consumerTag), CLOSE_TIMEOUT);
    this.#forgetChannel();
    await this.onClosed(this);
  }

  async #consume(model: ChannelModel): Promise<void> {
    let channel: Channel | undefined;
    let failure: Error | undefined;
    try {
      const opened = await model.createChannel();
      channel = opened;
      // Before anything else: an `error` event that nobody hears ends the process.
      opened.on('error', (error) => {
        failure = error;
      });
      opened.on('handler-error', (error) => {
        failure = error;
      });
      opened.on('close', () => this.#lost(model, opened, failure));
      if (this.#outdated(model)) return await closeQuietly(opened);
      this.#channel = opened;
      await opened.prefetch(this.options.prefetch);
      const { consumerTag } = await opened.consume(this.options.queue, (message) =>
        this.#receive(model, opened, message),
      );
      // It may have been cancelled, closed or replaced while the confirmation was on its way.
      if (this.#channel !== opened) return await closeQuietly(opened);
      this.#consumerTag = consumerTag;
      this.#consumingSince = Date.now();
      if (!this.#closed) this.#setState({ name: 'consuming' });
    } catch (error) {
      // A refused consume comes as a rejection here and closes the channel, in either order.
      this.#retry(model, channel, queueError(failure ?? (error as Error), this.options.queue));
    }
  }

  #receive(model: ChannelModel, channel: Channel, message: ConsumeMessage | null): void {
    if (message === null) {
      this.#retry(model, channel, queueDeleted(this.options.queue));
      void closeQuietly(channel);
      return;
    }
    let verdict: Verdict | Promise<Verdict>;
    try {
      verdict = this.options.handle(toDelivery(message));
    } catch {
      verdict = this.#requeueLater();
    }
    if (typeof verdict === 'string') {
      this.#settle(channel, message, verdict);
    } else {
      verdict
        .catch(() => this.#requeueLater())
        .then((decided) => this.#settle(channel, message, decided))
        // `#settle` does not throw; this says so to whoever reads the chain
        .catch(() => undefined);
    }
  }

  /**
   * The only place in the project that answers the broker for a delivery, and only on the channel
   * that brought it: delivery tags count anew on every channel, so a late verdict on another one
   * would settle somebody else's delivery.
   */
  #settle(channel: Channel, message: ConsumeMessage, verdict: Verdict): void {
    if (channel !== this.#channel) return;
    try {
      if (verdict === 'acknowledge') channel.ack(message);
      else channel.nack(message, false, verdict === 'requeue');
    } catch {
      // The channel is closing under us: unanswered, the broker gives the delivery out again.
    }
  }

  /** A failed handler says nothing about when it will work again. */
  #requeueLater(): Promise<Verdict> {
    return new Promise((resolve) =>
      this.#later(this.policy.requeueDelay, () => resolve('requeue')),
    );
  }

  #lost(model: ChannelModel, channel: Channel, failure: Error | undefined): void {
    if (channel !== this.#channel) return;
    // amqplib closes the channels first and tells of the connection afterwards, in the same tick.
    queueMicrotask(() => {
      if (channel !== this.#channel || this.#outdated(model)) return;
      const cause = failure ?? new Error('channel closed');
      this.#retry(model, channel, queueError(cause, this.options.queue));
    });
  }

  #retry(model: ChannelModel, channel: Channel | undefined, error: BrokerError): void {
    if (channel !== undefined && channel !== this.#channel) return;
    const wasStable =
      this.#consumerTag !== undefined &&
      Date.now() - this.#consumingSince > this.policy.stableAfter;
    this.#forgetChannel();
    if (this.#outdated(model)) return;
    if (wasStable) this.#backoff.reset();
    this.#setState({ name: stateName(error), error });
    this.#later(this.#backoff.next(this.policy.retry), () => {
      if (!this.#outdated(model)) void this.#consume(model);
    });
  }

  /** From now on no delivery of the old channel is answered, and no old timer fires. */
  #forgetChannel(): void {
    this.#channel = undefined;
    this.#consumerTag = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #outdated(model: ChannelModel): boolean {
    return this.#closed || this.#model !== model;
  }

  #later(delay: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, delay);
    this.#timers.add(timer);
  }

  #setState(state: SubscriptionState): void {
    const { name, error } = this.#state ?? {};
    if (name === state.name && error?.code === state.error?.code) return;
    this.#state = state;
    if (!this.#closed) this.options.onState(state);
  }
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

/** Stops the consumer before the channel, so that nothing arrives that nobody takes. */
async function leave(channel: Channel, consumerTag: string | undefined): Promise<void> {
  if (consumerTag !== undefined) await channel.cancel(consumerTag);
  await channel.close();
}

async function closeQuietly(channel: Channel): Promise<void> {
  try {
    await channel.close();
  } catch {
    // It is closed already, which is all we want.
  }
}
