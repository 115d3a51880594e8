/** Tells the broker what became of the deliveries of one channel, in few frames. */
import type { Channel, ConsumeMessage } from 'amqplib';
import type { Verdict } from '../delivery/verdict';

/**
 * The only place in the project that acknowledges, requeues or discards, and only on the channel
 * that delivered: delivery tags count anew on every channel, so an answer on another one would
 * settle somebody else's delivery.
 *
 * Acknowledgements of one turn of the event loop go out together: everything up to the oldest
 * delivery that is still open as one `multiple` acknowledgement, the rest one by one.
 */
export class ChannelAcks {
  /** Delivery tags that were not answered, in the order of the deliveries. */
  readonly #open = new Set<number>();
  readonly #acknowledged = new Set<number>();
  #scheduled = false;

  constructor(private readonly channel: Channel) {}

  delivered(deliveryTag: number): void {
    this.#open.add(deliveryTag);
  }

  answer(deliveryTag: number, verdict: Verdict): void {
    if (verdict === 'acknowledge') {
      this.#acknowledged.add(deliveryTag);
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.flush());
    } else {
      this.#open.delete(deliveryTag);
      this.#send(() => this.channel.nack(tagged(deliveryTag), false, verdict === 'requeue'));
    }
  }

  /** Sends the acknowledgements that are waiting. */
  flush(): void {
    this.#scheduled = false;
    let upTo: number | undefined;
    for (const tag of this.#open) {
      if (!this.#acknowledged.delete(tag)) break;
      this.#open.delete(tag);
      upTo = tag;
    }
    if (upTo !== undefined) this.#acknowledge(upTo, true);
    for (const tag of this.#acknowledged) {
      if (this.#open.delete(tag)) this.#acknowledge(tag, false);
    }
    this.#acknowledged.clear();
  }

  #acknowledge(deliveryTag: number, allUpTo: boolean): void {
    this.#send(() => this.channel.ack(tagged(deliveryTag), allUpTo));
  }

  #send(work: () => void): void {
    try {
      work();
    } catch {
      // The channel closed under us: unanswered, the broker gives the delivery out again.
    }
  }
}

/** amqplib asks for a whole message where it looks at nothing but the tag. */
function tagged(deliveryTag: number): ConsumeMessage {
  return { fields: { deliveryTag } } as ConsumeMessage;
}
