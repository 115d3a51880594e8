/** A queue that never runs empty, on a channel without a network: each consumer gets what its own prefetch allows, as RabbitMQ does it. */
import type { ConsumeMessage } from 'amqplib';
import { FakeChannel, FakeModel } from './fake-amqp';

interface Consumer {
  readonly tag: string;
  readonly prefetch: number;
  readonly receive: (message: ConsumeMessage) => void;
}

export class QueueChannel extends FakeChannel {
  /** It gives events to the oldest consumer alone. */
  isSingleActive = false;
  /** Those that were not cancelled. */
  readonly consumers = new Set<Consumer>();
  /** Deliveries that were not answered, by delivery tag. */
  readonly unanswered = new Map<number, Consumer>();
  #prefetch = 0;
  #deliveryTag = 0;

  override async prefetch(count: number): Promise<void> {
    await super.prefetch(count);
    this.#prefetch = count;
  }

  override async consume(queue: string, receive: (message: ConsumeMessage | null) => void) {
    const confirmed = await super.consume(queue, receive);
    const { consumerTag: tag } = confirmed;
    const consumer = { tag, prefetch: this.#prefetch, receive };
    this.consumers.add(consumer);
    setImmediate(() => this.#fill());
    return confirmed;
  }

  override async cancel(consumerTag: string): Promise<void> {
    await super.cancel(consumerTag);
    for (const consumer of this.consumers) {
      if (consumer.tag === consumerTag) this.consumers.delete(consumer);
    }
    setImmediate(() => this.#fill());
  }

  override ack(message: ConsumeMessage, allUpTo: boolean): void {
    super.ack(message, allUpTo);
    const { deliveryTag } = message.fields;
    for (const tag of this.unanswered.keys()) {
      if (tag === deliveryTag || (allUpTo && tag < deliveryTag)) this.unanswered.delete(tag);
    }
    this.#fill();
  }

  override nack(message: ConsumeMessage, allUpTo: boolean, requeue: boolean): void {
    super.nack(message, allUpTo, requeue);
    this.unanswered.delete(message.fields.deliveryTag);
    this.#fill();
  }

  #fill(): void {
    for (const consumer of this.consumers) {
      let room = consumer.prefetch;
      for (const owner of this.unanswered.values()) if (owner === consumer) room -= 1;
      const isActive = !this.isSingleActive || consumer === [...this.consumers][0];
      for (; isActive && room > 0; room--) {
        this.#deliveryTag += 1;
        const deliveryTag = this.#deliveryTag;
        this.unanswered.set(deliveryTag, consumer);
        const fields = { deliveryTag, redelivered: false, consumerTag: consumer.tag };
        consumer.receive({
          content: Buffer.from('event'),
          fields,
          properties: {},
        } as unknown as ConsumeMessage);
      }
    }
  }
}

/** A connection whose one channel is such a queue's. */
export class QueueModel extends FakeModel {
  readonly queueChannel = new QueueChannel();

  override async createChannel(): Promise<FakeChannel> {
    this.channels.push(this.queueChannel);
    return this.queueChannel;
  }
}
