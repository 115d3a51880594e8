/** One channel with its consumer while it is good: what it delivers, and what is answered on it. */
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Verdict } from '../delivery/verdict';
import type { Clock } from '../time/clock';
import { withinLimit } from '../time/within-limit';
import { closeQuietly, toDelivery } from './amqp-message';
import type { IncomingMessage, MessageHandler } from './broker';
import { ChannelAcks } from './channel-acks';
import { type ChannelConsumer, ChannelConsumers } from './channel-consumers';
import { wereHeadersCut } from './frame-guard';
import type { HandlerFailures } from './handler-failures';

/** Milliseconds for an orderly goodbye of the consumer or the channel. */
const CLOSE_TIMEOUT = 3_000;

export interface SessionOptions {
  readonly queue: string;
  /** Deliveries on their way at once. */
  readonly prefetch: number;
  readonly handle: MessageHandler;
  /** How long a delivery is held whose handler failed. */
  readonly failures: HandlerFailures;
  readonly onHandlerFailed: ((error: unknown, delay: number) => void) | undefined;
  readonly clock: Clock;
  /** The broker ended the consumer. */
  readonly onCancelled: (session: ChannelSession) => void;
}

export class ChannelSession {
  readonly #acks: ChannelAcks;
  readonly #consumers: ChannelConsumers;
  /** Each prevents the return of one delivery whose handler failed. */
  readonly #held = new Set<() => void>();
  #failure: Error | undefined;
  #consumingSince = 0;
  #ended = false;

  constructor(
    readonly model: ChannelModel,
    private readonly channel: Channel,
    private readonly options: SessionOptions,
  ) {
    this.#acks = new ChannelAcks(channel);
    const { queue, prefetch } = options;
    this.#consumers = new ChannelConsumers(channel, queue, prefetch, (message, consumer) => {
      if (message === null) options.onCancelled(this);
      else this.#receive(message, consumer);
    });
    // Before anything else: an `error` event that nobody hears ends the process.
    const note = (error: Error) => {
      this.#failure = error;
    };
    channel.on('error', note);
    channel.on('handler-error', note);
  }

  /** What the broker said against the channel, before it closed it. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  get isConsuming(): boolean {
    return this.#consumers.isConsuming;
  }

  /** When the broker confirmed the consumer that is there now. */
  get consumingSince(): number | undefined {
    return this.isConsuming ? this.#consumingSince : undefined;
  }

  /** Calls `lost` when the channel has closed, whoever closed it. */
  onClosed(lost: () => void): void {
    // amqplib closes the channels first and tells of the connection afterwards, in the same turn.
    this.channel.on('close', () => queueMicrotask(lost));
  }

  /**
   * Resolves when the flow has room for more: deliveries of a consumer that was cancelled count until
   * they are answered. Also when the channel is over.
   */
  room(): Promise<void> {
    return this.#consumers.room();
  }

  /** Resolves when the broker has confirmed the consumer. */
  async consume(): Promise<void> {
    await this.#consumers.begin();
    this.#consumingSince = this.options.clock.now();
  }

  /** Stops consuming; false when the broker did not answer in time. */
  async cancel(): Promise<boolean> {
    const cancelled = this.#consumers.cancel();
    if (!cancelled) return true;
    return await withinLimit(cancelled, CLOSE_TIMEOUT, this.options.clock);
  }

  /** Sends the acknowledgements that are waiting. */
  flush(): void {
    this.#acks.flush();
  }

  /** Never rejects; waits a few seconds at most. */
  async close(): Promise<void> {
    await withinLimit(closeQuietly(this.channel), CLOSE_TIMEOUT, this.options.clock);
  }

  /** From now on nothing that was delivered here is answered any more. */
  end(): void {
    this.#ended = true;
    this.#consumers.end();
    for (const prevent of this.#held) prevent();
  }

  #receive(message: ConsumeMessage, consumer: ChannelConsumer): void {
    const { deliveryTag } = message.fields;
    this.#acks.delivered(deliveryTag);
    const delivery = toDelivery(message, wereHeadersCut(this.model, this.channel));
    let verdict: Verdict | Promise<Verdict>;
    try {
      verdict = this.options.handle(delivery);
    } catch (error) {
      verdict = this.#requeueLater(delivery, error);
    }
    if (typeof verdict === 'string') {
      this.#answer(deliveryTag, verdict, consumer);
    } else {
      const answer = (decided: Verdict) => {
        // the channel is gone: the broker has the delivery back, and the verdict is void
        if (!this.#ended) this.#answer(deliveryTag, decided, consumer);
      };
      verdict.then(answer, (error: unknown) => {
        if (!this.#ended) void this.#requeueLater(delivery, error).then(answer);
      });
    }
  }

  #answer(deliveryTag: number, verdict: Verdict, consumer: ChannelConsumer): void {
    this.#acks.answer(deliveryTag, verdict);
    this.#consumers.answered(consumer);
  }

  /** Holds a delivery whose handler failed for a while, then gives it back to the queue. */
  #requeueLater({ body }: IncomingMessage, error: unknown): Promise<Verdict> {
    const delay = this.options.failures.next(body);
    this.options.onHandlerFailed?.(error, delay);
    return new Promise((resolve) => {
      const prevent = this.options.clock.after(delay, () => {
        this.#held.delete(prevent);
        resolve('requeue');
      });
      this.#held.add(prevent);
    });
  }
}
