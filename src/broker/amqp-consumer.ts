/** One queue: consumes it, says how that stands, and comes back after anything. */
import type { ChannelModel } from 'amqplib';
import { errorWithoutSecrets } from '../errors/secrets';
import { type Clock, systemClock } from '../time/clock';
import { Backoff, type BackoffPolicy } from './backoff';
import type { Subscription, SubscriptionOptions, SubscriptionState } from './broker';
import { ChannelSession } from './channel-session';
import type { BrokerError } from './errors';
import { consumerCancelled, queueDeleted, queueError } from './failures/queue-errors';
import { HandlerFailures } from './handler-failures';

export interface ConsumerPolicy {
  /** A queue may appear at any moment, so looking for it stays frequent. */
  readonly retry: BackoffPolicy;
  /** A consumer that lived so long (milliseconds) starts the back-off anew. */
  readonly stableAfter: number;
  /** Milliseconds a delivery is held whose handler failed; they double each time that it comes again. */
  readonly requeueDelay: number;
}

export const CONSUMER_POLICY: ConsumerPolicy = {
  retry: { initial: 1_000, max: 30_000 },
  stableAfter: 10_000,
  requeueDelay: 5_000,
};

export interface ConsumerEnvironment {
  readonly policy?: ConsumerPolicy | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: (() => number) | undefined;
  /** What may stand in no error. */
  readonly secrets?: readonly (string | undefined)[] | undefined;
}

export class AmqpConsumer implements Subscription {
  readonly #policy: ConsumerPolicy;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #secrets: readonly (string | undefined)[];
  readonly #handlerFailures: HandlerFailures;
  #state: SubscriptionState | undefined;
  #model: ChannelModel | undefined;
  /** The one channel whose deliveries may be answered. */
  #session: ChannelSession | undefined;
  #cancelRetry: (() => void) | undefined;
  /** The broker has ended the consumer, and it is not known yet whether the queue is still there. */
  #isCancelled = false;
  /** An attempt to consume is on its way. */
  #attempting = false;
  #paused = false;
  #closed = false;

  constructor(
    private readonly options: SubscriptionOptions,
    private readonly onClosed: (consumer: AmqpConsumer) => Promise<void>,
    {
      policy = CONSUMER_POLICY,
      clock = systemClock,
      random,
      secrets = [],
    }: ConsumerEnvironment = {},
  ) {
    this.#policy = policy;
    this.#clock = clock;
    this.#backoff = new Backoff(random);
    this.#secrets = secrets;
    this.#handlerFailures = new HandlerFailures(policy.requeueDelay);
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
    this.#endSession(error);
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
    session?.flush();
    if (isAnswering) await session?.close();
    this.#endSession();
    await this.onClosed(this);
  }

  /** Stops consuming; false when the broker did not answer in time. */
  async #stop(): Promise<boolean> {
    this.#paused = true;
    this.#cancelRetry?.();
    return this.#session?.cancel() ?? true;
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
    const current = this.#model;
    if (!current || this.#closed) return;
    // the connection that it was for may have been replaced meanwhile, or it ended for a pause that is over
    if (current !== model || this.#isResumed) this.#begin(current);
  }

  get #isResumed(): boolean {
    return !this.#paused && this.#session !== undefined && !this.#session.isConsuming;
  }

  async #consume(model: ChannelModel): Promise<void> {
    let session = this.#session;
    try {
      if (!session) {
        const opened = await this.#openSession(model);
        if (this.#outdated(model)) return await opened.close();
        session = opened;
        this.#session = opened;
        opened.onClosed(() => this.#lost(opened));
      }
      const current = session;
      await current.room();
      // It may have been closed, replaced or paused while the flow had no room for more.
      if (this.#session !== current || this.#paused) return;
      await current.consume();
      // It may have been cancelled, closed or replaced while the confirmation was on its way.
      if (this.#session !== current) return await current.close();
      // Not waited for: who resumes meanwhile begins an attempt of its own.
      this.#isCancelled = false;
      if (this.#paused) void this.pause();
      else this.#setState({ name: 'consuming' });
    } catch (error) {
      // A refused consume comes as a rejection here and closes the channel, in either order.
      const cause = session?.failure ?? (error as Error);
      this.#retry(model, session, this.#explain(cause));
    }
  }

  async #openSession(model: ChannelModel): Promise<ChannelSession> {
    return new ChannelSession(model, await model.createChannel(), {
      queue: this.options.queue,
      prefetch: this.options.prefetch,
      handle: this.options.handle,
      failures: this.#handlerFailures,
      onHandlerFailed: this.options.onHandlerFailed,
      clock: this.#clock,
      onCancelled: (session) => this.#cancelled(session),
    });
  }

  #cancelled(session: ChannelSession): void {
    this.#isCancelled = true;
    this.#retry(session.model, session, consumerCancelled(this.options.queue));
    void session.close();
  }

  #lost(session: ChannelSession): void {
    this.#retry(
      session.model,
      session,
      this.#explain(session.failure ?? new Error('channel closed')),
    );
  }

  /** A queue that is gone after its consumer was cancelled was deleted: until the next success it is called so. */
  #explain(cause: Error): BrokerError {
    const { queue } = this.options;
    const error = queueError(errorWithoutSecrets(cause, this.#secrets), queue);
    return this.#isCancelled && error.code === 'queue-missing' ? queueDeleted(queue) : error;
  }

  /** Ends `session`, if it is still the one, and tries again after a while. */
  #retry(model: ChannelModel, session: ChannelSession | undefined, error: BrokerError): void {
    if (session !== this.#session || this.#outdated(model)) return;
    const since = session?.consumingSince;
    this.#endSession(error);
    if (this.#paused) return;
    if (since !== undefined && this.#clock.now() - since > this.#policy.stableAfter) {
      this.#backoff.reset();
    }
    this.#setState({ name: stateName(error), error });
    this.#cancelRetry = this.#clock.after(this.#backoff.next(this.#policy.retry), () => {
      if (!this.#outdated(model)) void this.#attempt(model);
    });
  }

  /** From now on no delivery of the old channel is answered, and no old timer fires. */
  #endSession(reason?: BrokerError): void {
    this.#cancelRetry?.();
    const session = this.#session;
    if (!session) return;
    this.#session = undefined;
    session.end();
    this.options.onLost?.(reason);
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

function stateName(error: BrokerError): SubscriptionState['name'] {
  if (error.code === 'queue-missing' || error.code === 'queue-deleted') return 'queue-missing';
  return error.needsPerson ? 'refused' : 'connecting';
}
