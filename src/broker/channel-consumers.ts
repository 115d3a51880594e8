/** The consumers of one channel: together they never have more deliveries on their way than the prefetch. */
import type { Channel, ConsumeMessage } from 'amqplib';

/** Told of each message, and with `null` when the broker ended the consumer. */
export type Receiver = (message: ConsumeMessage | null) => void;

/**
 * The broker counts a prefetch for each consumer anew: one that begins while deliveries of a cancelled
 * one are unanswered would get the whole prefetch on top of them (and a limit for the whole channel is
 * deprecated in RabbitMQ 4 and unknown to quorum queues). So a consumer gets what the flow has room
 * for, and when the old deliveries are answered a further one gets what they leave.
 */
export class ChannelConsumers {
  /** How many deliveries each consumer may have on its way, by consumer tag. */
  readonly #rooms = new Map<string, number>();
  /** Deliveries that were not answered. */
  #open = 0;
  #newest = 0;
  /** Those among the open ones whose consumer was cancelled: every one up to the delivery tag. */
  #left = 0;
  #leftUpTo = 0;
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
    return this.#rooms.size > 0;
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

  delivered(deliveryTag: number): void {
    this.#open += 1;
    this.#newest = deliveryTag;
  }

  answered(deliveryTag: number): void {
    this.#open -= 1;
    if (deliveryTag > this.#leftUpTo) return;
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
    for (const room of this.#rooms.values()) taken += room;
    return taken;
  }

  get #free(): number {
    return this.prefetch - this.#left - this.#taken;
  }

  async #add(): Promise<void> {
    const room = this.#free;
    if (room !== this.#told) {
      this.#told = room;
      await this.channel.prefetch(room);
    }
    const { consumerTag } = await this.channel.consume(this.queue, this.receive);
    this.#rooms.set(consumerTag, room);
  }

  /** Only when it doubles the room, or is the last one: so there are few of them, however large the prefetch. */
  #addMore(): void {
    if (this.#adding || this.#cancelling || this.#ended || !this.isConsuming) return;
    const free = this.#free;
    if (free <= 0 || (this.#left > 0 && free < this.#taken)) return;
    this.#adding = this.#add()
      // a refused one closes the channel, which is told of elsewhere
      .catch(() => this.end())
      .then(() => {
        this.#adding = undefined;
        this.#addMore();
      });
  }

  async #cancelAll(): Promise<void> {
    // one that is just beginning has to be there before it can be cancelled
    await this.#adding;
    const tags = [...this.#rooms.keys()];
    this.#rooms.clear();
    try {
      await Promise.all(tags.map((tag) => this.channel.cancel(tag)));
    } finally {
      this.#left = this.#open;
      this.#leftUpTo = this.#newest;
      this.#cancelling = undefined;
      this.#proceed?.();
    }
  }
}
