/** One channel with its consumer while it is good: what it delivers, and what is answered on it. */
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Verdict } from '../delivery/verdict';
import type { Clock } from '../time/clock';
import { withinLimit } from '../time/within-limit';
import type { Delivery, DeliveryHandler } from './broker';
import { ChannelAcks } from './channel-acks';

/** Milliseconds for an orderly goodbye of the consumer or the channel. */
const CLOSE_TIMEOUT = 3_000;

export interface SessionOptions {
  readonly handle: DeliveryHandler;
  /** Milliseconds a delivery is held whose handler failed, so that it cannot go round and round. */
  readonly requeueDelay: number;
  readonly clock: Clock;
}

export class ChannelSession {
  readonly #acks: ChannelAcks;
  /** Each prevents the return of one delivery whose handler failed. */
  readonly #held = new Set<() => void>();
  #failure: Error | undefined;
  #consumerTag: string | undefined;
  #consumingSince = 0;
  #ended = false;

  constructor(
    readonly model: ChannelModel,
    private readonly channel: Channel,
    private readonly options: SessionOptions,
  ) {
    this.#acks = new ChannelAcks(channel);
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

  /** When the broker confirmed the consumer that is there now. */
  get consumingSince(): number | undefined {
    return this.#consumerTag === undefined ? undefined : this.#consumingSince;
  }

  /** Calls `lost` when the channel has closed, whoever closed it. */
  onClosed(lost: () => void): void {
    // amqplib closes the channels first and tells of the connection afterwards, in the same turn.
    this.channel.on('close', () => queueMicrotask(lost));
  }

  async prefetch(count: number): Promise<void> {
    await this.channel.prefetch(count);
  }

  /** Resolves when the broker has confirmed the consumer; `cancelled`: the broker ended it. */
  async consume(queue: string, cancelled: () => void): Promise<void> {
    const { consumerTag } = await this.channel.consume(queue, (message) => {
      if (message === null) cancelled();
      else this.#receive(message);
    });
    this.#consumerTag = consumerTag;
    this.#consumingSince = this.options.clock.now();
  }

  /** Stops consuming; false when the broker did not answer in time. */
  async cancel(): Promise<boolean> {
    const consumerTag = this.#consumerTag;
    if (consumerTag === undefined) return true;
    this.#consumerTag = undefined;
    return withinLimit(this.channel.cancel(consumerTag), CLOSE_TIMEOUT, this.options.clock);
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
    for (const prevent of this.#held) prevent();
  }

  #receive(message: ConsumeMessage): void {
    const { deliveryTag } = message.fields;
    this.#acks.delivered(deliveryTag);
    let verdict: Verdict | Promise<Verdict>;
    try {
      verdict = this.options.handle(toDelivery(message));
    } catch {
      verdict = this.#requeueLater();
    }
    if (typeof verdict === 'string') {
      this.#acks.answer(deliveryTag, verdict);
    } else {
      const answer = (decided: Verdict) => {
        // the channel is gone: the broker has the delivery back, and the verdict is void
        if (!this.#ended) this.#acks.answer(deliveryTag, decided);
      };
      verdict.then(answer, () => this.#requeueLater().then(answer));
    }
  }

  /** Holds a delivery whose handler failed for a while, then gives it back to the queue. */
  #requeueLater(): Promise<Verdict> {
    return new Promise((resolve) => {
      const prevent = this.options.clock.after(this.options.requeueDelay, () => {
        this.#held.delete(prevent);
        resolve('requeue');
      });
      this.#held.add(prevent);
    });
  }
}

async function closeQuietly(channel: Channel): Promise<void> {
  try {
    await channel.close();
  } catch {
    // It is closed already, which is all we want.
  }
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
