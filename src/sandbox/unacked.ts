/** The deliveries of a channel that are not acknowledged yet, by their delivery tags, which count up from 1. */
import { AmqpError } from './amqp/errors';
import type { Message, Queue } from './queue';

/** One delivery that waits for its answer. */
export interface OpenDelivery {
  readonly queue: Queue;
  readonly message: Message;
  /** Counts one less when it is settled or given back; undefined for a delivery by basic.get. */
  readonly consumer: { unacked: number } | undefined;
}

export class Unacked {
  readonly #open = new Map<number, OpenDelivery>();
  #lastTag = 0;

  get size(): number {
    return this.#open.size;
  }

  /** A tag for a delivery that needs no answer. */
  nextTag(): number {
    this.#lastTag += 1;
    return this.#lastTag;
  }

  /** The tag of a delivery that waits for its answer. */
  add(delivery: OpenDelivery): number {
    const tag = this.nextTag();
    this.#open.set(tag, delivery);
    return tag;
  }

  /**
   * The delivery with this tag; with `multiple` all up to it, and with tag 0 all there are. Throws an AmqpError
   * for a tag that is not open, as RabbitMQ does, also with `multiple`.
   */
  take(tag: number, multiple: boolean): OpenDelivery[] {
    if (multiple && tag === 0) return this.takeAll();
    const exact = this.#open.get(tag);
    if (!exact) throw new AmqpError(406, `unknown delivery tag ${tag}`);
    if (!multiple) {
      this.#open.delete(tag);
      return [exact];
    }
    const taken: OpenDelivery[] = [];
    for (const [each, delivery] of this.#open) {
      if (each > tag) break;
      taken.push(delivery);
      this.#open.delete(each);
    }
    return taken;
  }

  takeAll(): OpenDelivery[] {
    const all = [...this.#open.values()];
    this.#open.clear();
    return all;
  }
}

/** The broker forgets them, and gives out what there is room for now. */
export function settle(deliveries: readonly OpenDelivery[]): void {
  const queues = new Set<Queue>();
  for (const { queue, message, consumer } of deliveries) {
    queue.settle(message);
    if (consumer) consumer.unacked -= 1;
    queues.add(queue);
  }
  for (const queue of queues) queue.giveOut();
}

/** Each back to its queue and place, from where it is given out again. */
export function giveBack(deliveries: readonly OpenDelivery[]): void {
  const queues = new Map<Queue, Message[]>();
  for (const { queue, message, consumer } of deliveries) {
    if (consumer) consumer.unacked -= 1;
    const messages = queues.get(queue);
    if (messages) messages.push(message);
    else queues.set(queue, [message]);
  }
  for (const [queue, messages] of queues) queue.giveBack(messages);
  for (const queue of queues.keys()) queue.giveOut();
}
