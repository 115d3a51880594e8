/** The consumers of one channel: together they never have more deliveries on their way than the prefetch. */
import type { Channel, ConsumeMessage } from 'amqplib';

/** One consumer, also when it was cancelled and some of its deliveries are not answered. */
export interface ChannelConsumer {
  /** How many deliveries it may have on its way. */
  readonly room: number;
  /** How many it has. */
  open: number;
  isCancelled: boolean;
}

/** Told of each message and its consumer, and with `null` when the broker ended the consumer. */
export type Receiver = (message: ConsumeMessage | null, consumer: ChannelConsumer) => void;

/**
 * The broker counts a prefetch for each consumer anew: one that begins while deliveries of a cancelled
 * one are unanswered would get the whole prefetch on top of them (and a limit for the whole channel is
 * deprecated in RabbitMQ 4 and unknown to quorum queues). So a consumer gets what the flow has room
 * for, and when the old deliveries are answered a further one gets what they leave.
 *
 * A queue with a single active consumer gives events to the oldest one alone. So one that is smaller than a
 * new one is cancelled: whoever is active has a third of the prefetch at least once the old deliveries are
 * answered, mostly more, and all of it after a pause in which the flow has finished.
 */
export class ChannelConsumers {
  /** Those that the broker confirmed and nobody has cancelled, by consumer tag. */
  readonly #active = new Map<string, ChannelConsumer>();
  /** Unanswered deliveries of those that were cancelled. */
  #left = 0;
  /** What the broker was told last: it counts for each consumer that begins from then on. */
  #told: number | undefined;
  #adding: Promise<void> | undefined;
  #cancelling: Promise<void> | undefined;
  #proceed: (() => void) | undefined;
  #ended = false;

  constructor(
    private readonly channel: Channel,
    private readonly queue: string,
    private readonly prefetch: number,
    private readonly receive: Receiver,
  ) {}

  /** There is one that the broker confirmed and nobody has cancelled. */
  get isConsuming(): boolean {
    return this.#active.size > 0;
  }

  /** Resolves when one more delivery would be within the prefetch, or nothing matters any more. */
  async room(): Promise<void> {
    while (!this.#ended && (this.#cancelling || this.#free <= 0)) {
      await new Promise<void>((resolve) => {
        this.#proceed = resolve;
      });
    }
  }

  /** Begins the first consumer, with all the room there is; resolves when the broker has confirmed it. */
  async begin(): Promise<void> {
    await this.#add();
    this.#addMore();
  }

  /** Resolves when nothing more arrives; undefined where there is nothing to cancel. */
  cancel(): Promise<void> | undefined {
    if (this.isConsuming) this.#cancelling ??= this.#cancelAll();
    return this.#cancelling;
  }

  /** One of the consumer's deliveries was answered. */
  answered(consumer: ChannelConsumer): void {
    consumer.open -= 1;
    if (!consumer.isCancelled) return;
    this.#left -= 1;
    this.#proceed?.();
    this.#addMore();
  }

  /** The channel is of no use any more. */
  end(): void {
    this.#ended = true;
    this.#proceed?.();
  }

  get #taken(): number {
    let taken = 0;
    for (const { room } of this.#active.values()) taken += room;
    return taken;
  }

  get #free(): number {
    return this.prefetch - this.#left - this.#taken;
  }

  async #add(): Promise<ChannelConsumer> {
    const room = this.#free;
    if (room !== this.#told) {
      this.#told = room;
      await this.channel.prefetch(room);
    }
    const consumer: ChannelConsumer = { room, open: 0, isCancelled: false };
    const { consumerTag } = await this.channel.consume(this.queue, (message) => {
      if (message) consumer.open += 1;
      this.receive(message, consumer);
    });
    this.#active.set(consumerTag, consumer);
    return consumer;
  }

  /** Only when it doubles the room, or is the last one: so there are few of them, however large the prefetch. */
  #addMore(): void {
    if (this.#adding || this.#cancelling || this.#ended || !this.isConsuming) return;
    const free = this.#free;
    if (free <= 0 || (this.#left > 0 && free < this.#taken)) return;
    this.#adding = this.#addAndReplace()
      // a refused one closes the channel, which is told of elsewhere
      .catch(() => this.end())
      .then(() => {
        this.#adding = undefined;
        this.#addMore();
      });
  }

  async #addAndReplace(): Promise<void> {
    const { room } = await this.#add();
    const smaller = [...this.#active].filter(([, each]) => each.room < room);
    await Promise.all(smaller.map(([tag]) => this.channel.cancel(tag)));
    for (const [tag, each] of smaller) {
      this.#active.delete(tag);
      this.#leave(each);
    }
  }

  async #cancelAll(): Promise<void> {
    // one that is just beginning has to be there before it can be cancelled
    await this.#adding;
    const all = [...this.#active];
    this.#active.clear();
    try {
      await Promise.all(all.map(([tag]) => this.channel.cancel(tag)));
    } finally {
      for (const [, consumer] of all) this.#leave(consumer);
      this.#cancelling = undefined;
      this.#proceed?.();
    }
  }

  /** It was cancelled: what it has not been answered for still counts. */
  #leave(consumer: ChannelConsumer): void {
    consumer.isCancelled = true;
    this.#left += consumer.open;
  }
}
