/** One consumer on a channel: takes messages of its queue as far as prefetch and connection allow. */
import type { Method } from './amqp/methods';
import type { Message, OutgoingMessage, Queue, QueueConsumer } from './queue';
import type { Unacked } from './unacked';

/** What a consumer needs of its channel. */
export interface ConsumerChannel {
  readonly number: number;
  readonly unacked: Unacked;
  /** Whether consumers that acknowledge can be given one more. */
  readonly hasRoom: boolean;
  readonly connection: {
    /** Whether the client keeps up with what it is sent. */
    readonly canDeliver: boolean;
    sendContent(channel: number, method: Method, message: OutgoingMessage): void;
  };
  /** The queue is gone. */
  consumerCancelled(consumer: Consumer): void;
}

export interface ConsumerOptions {
  readonly tag: string;
  readonly queue: Queue;
  /** What is delivered counts as acknowledged. */
  readonly noAck: boolean;
  readonly exclusive: boolean;
  /** Deliveries on their way at once; 0 = no limit. */
  readonly prefetch: number;
}

export class Consumer implements QueueConsumer {
  readonly exclusive: boolean;
  /** Deliveries on their way. */
  unacked = 0;

  constructor(
    readonly channel: ConsumerChannel,
    readonly options: ConsumerOptions,
  ) {
    this.exclusive = options.exclusive;
  }

  isReady(): boolean {
    const { noAck, prefetch } = this.options;
    if (!this.channel.connection.canDeliver) return false;
    if (noAck) return true;
    return (prefetch === 0 || this.unacked < prefetch) && this.channel.hasRoom;
  }

  deliver(message: Message): void {
    const { tag, queue, noAck } = this.options;
    const { unacked, connection } = this.channel;
    let deliveryTag: number;
    if (noAck) {
      queue.settle(message);
      deliveryTag = unacked.nextTag();
    } else {
      this.unacked += 1;
      deliveryTag = unacked.add({ queue, message, consumer: this });
    }
    connection.sendContent(
      this.channel.number,
      {
        name: 'basic.deliver',
        consumerTag: tag,
        deliveryTag,
        redelivered: message.redelivered,
        exchange: '',
        routingKey: queue.name,
      },
      message,
    );
  }

  cancelled(): void {
    this.channel.consumerCancelled(this);
  }
}
