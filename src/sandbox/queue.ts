/** One queue: messages in order, given out in turn to consumers that can take one, and bounded: the oldest are dropped. */
import { Fifo } from './fifo';
import type { Limits } from './limits';

/** What is published. */
export interface OutgoingMessage {
  /** As in the header frame: flags and values. */
  readonly properties: Buffer;
  readonly body: Buffer;
}

/** A message in a queue. */
export interface Message extends OutgoingMessage {
  /** Counts up in the order of arrival; a message that comes back takes its old place. */
  readonly sequence: number;
  /** It was given out before. */
  redelivered: boolean;
}

/** Who takes messages from a queue. */
export interface QueueConsumer {
  /** Nobody else may consume meanwhile. */
  readonly exclusive: boolean;
  /** Whether it can take one more now. */
  isReady(): boolean;
  deliver(message: Message): void;
  /** The queue is gone. */
  cancelled(): void;
}

export interface QueueOptions {
  readonly durable: boolean;
  /** Deleted when its last consumer leaves. */
  readonly autoDelete: boolean;
  /** The one connection that may use it; the queue is deleted when that ends. */
  readonly owner: object | undefined;
}

/** Octets that each message counts on top of its own, for the memory around it. */
const OVERHEAD = 200;

/** What all queues together hold, in octets. */
export interface Held {
  bytes: number;
}

export class Queue {
  /** Never given out. */
  readonly #fresh = new Fifo<Message>();
  /** Given back, in order; each of them is older than the fresh ones. */
  #returned = new Fifo<Message>();
  readonly #consumers: QueueConsumer[] = [];
  #turn = 0;
  #sequence = 0;
  #readyBytes = 0;
  #unacked = 0;
  #unackedBytes = 0;
  #dropped = 0;
  #deleted = false;

  constructor(
    readonly name: string,
    readonly options: QueueOptions,
    private readonly limits: Limits,
    private readonly all: Held,
    /** Told when the last consumer left an auto-delete queue. */
    private readonly onAbandoned: () => void,
  ) {}

  /** Of the messages that could be dropped. */
  get readyBytes(): number {
    return this.#readyBytes;
  }

  get ready(): number {
    return this.#returned.length + this.#fresh.length;
  }

  /** Given out and not settled yet. */
  get unacked(): number {
    return this.#unacked;
  }

  /** Messages that were dropped because of the limits. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether the limits allow one more unacknowledged message: a client that never acknowledges must not fill the memory. */
  get mayGiveOut(): boolean {
    const { queueMessages, queueBytes } = this.limits;
    return this.#unacked < queueMessages && this.#unackedBytes < queueBytes;
  }

  get consumers(): readonly QueueConsumer[] {
    return this.#consumers;
  }

  publish(message: OutgoingMessage): void {
    this.#sequence += 1;
    this.#fresh.add({ ...message, sequence: this.#sequence, redelivered: false });
    this.#addReady(bytesOf(message));
    this.giveOut();
    this.#keepWithinLimits();
  }

  addConsumer(consumer: QueueConsumer): void {
    this.#consumers.push(consumer);
  }

  removeConsumer(consumer: QueueConsumer): void {
    const index = this.#consumers.indexOf(consumer);
    if (index < 0) return;
    this.#consumers.splice(index, 1);
    if (this.options.autoDelete && this.#consumers.length === 0) this.onAbandoned();
  }

  /** Gives out what there is to consumers that can take it. */
  giveOut(): void {
    while (this.ready > 0 && this.mayGiveOut) {
      const consumer = this.#nextConsumer();
      if (!consumer) return;
      const message = this.take();
      if (message) consumer.deliver(message);
    }
  }

  /** Takes the oldest message; the caller settles it or gives it back. */
  take(): Message | undefined {
    const message = this.#returned.take() ?? this.#fresh.take();
    if (!message) return undefined;
    const bytes = bytesOf(message);
    this.#addReady(-bytes);
    this.#unacked += 1;
    this.#addUnacked(bytes);
    return message;
  }

  /** Lets the oldest ready message go; false where there is none. */
  drop(): boolean {
    const message = this.#returned.take() ?? this.#fresh.take();
    if (!message) return false;
    this.#addReady(-bytesOf(message));
    this.#dropped += 1;
    return true;
  }

  /** The message is done with. */
  settle(message: Message): void {
    this.#unacked -= 1;
    this.#addUnacked(-bytesOf(message));
  }

  /** Each to its old place, from where it will be given out as redelivered. Does not give out by itself. */
  giveBack(messages: readonly Message[]): void {
    for (const message of messages) {
      this.settle(message);
      message.redelivered = true;
      if (!this.#deleted) this.#addReady(bytesOf(message));
    }
    if (this.#deleted) return;
    const returned = [...this.#returned.takeAll(), ...messages];
    this.#returned = new Fifo(returned.sort((one, other) => one.sequence - other.sequence));
    this.#keepWithinLimits();
  }

  /** Removes the ready messages, and returns how many there were. */
  purge(): number {
    const count = this.#returned.takeAll().length + this.#fresh.takeAll().length;
    this.#addReady(-this.#readyBytes);
    return count;
  }

  /** Tells its consumers that it is gone, and forgets messages that come back. Returns how many were ready. */
  delete(): number {
    this.#deleted = true;
    for (const consumer of this.#consumers.splice(0)) consumer.cancelled();
    return this.purge();
  }

  /** The next ready consumer, in turn, so that each gets its share. */
  #nextConsumer(): QueueConsumer | undefined {
    const count = this.#consumers.length;
    for (let step = 0; step < count; step++) {
      const index = (this.#turn + step) % count;
      const consumer = this.#consumers[index];
      if (!consumer?.isReady()) continue;
      this.#turn = (index + 1) % count;
      return consumer;
    }
    return undefined;
  }

  #keepWithinLimits(): void {
    const { queueMessages, queueBytes } = this.limits;
    while (this.ready > queueMessages || this.#readyBytes > queueBytes) {
      if (!this.drop()) return;
    }
  }

  #addReady(bytes: number): void {
    this.#readyBytes += bytes;
    this.all.bytes += bytes;
  }

  #addUnacked(bytes: number): void {
    this.#unackedBytes += bytes;
    this.all.bytes += bytes;
  }
}

function bytesOf({ properties, body }: OutgoingMessage): number {
  return properties.length + body.length + OVERHEAD;
}
