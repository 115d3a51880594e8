/** One channel: its consumers, its unacknowledged deliveries, what it publishes, and how it ends. */
import { AmqpError } from './amqp/errors';
import type { Frame } from './amqp/frame-reader';
import { FRAME } from './amqp/frames';
import { decodeMethod, idsOf } from './amqp/method-codec';
import type { Method, MethodName } from './amqp/methods';
import { Consumer, type ConsumerChannel, type ConsumerOptions } from './consumer';
import { ContentAssembler, type ContentBudget, type Published } from './content';
import type { Limits } from './limits';
import type { OutgoingMessage } from './queue';
import type { Queues } from './queues';
import { giveBack, Unacked } from './unacked';

/** Messages that a client is told it cannot deliver. Source: the specification, "constants". */
const NO_ROUTE = 312;

/** What a channel needs of the connection that it is on. */
export interface ChannelConnection {
  readonly queues: Queues;
  readonly limits: Limits;
  readonly contentBudget: ContentBudget;
  readonly client: { readonly knowsCancel: boolean };
  /** Whether the client keeps up with what it is sent. */
  readonly canDeliver: boolean;
  send(channel: number, method: Method): void;
  sendContent(channel: number, method: Method, message: OutgoingMessage): void;
  /** The channel's number is free again. */
  forget(channel: Channel): void;
}

/** Does what a method asks; throws an AmqpError for one that is refused. */
export type MethodHandler = (channel: Channel, method: Method) => void;

export class Channel implements ConsumerChannel {
  readonly consumers = new Map<string, Consumer>();
  readonly unacked = new Unacked();
  /** The prefetch of consumers that begin from now on. */
  prefetch = 0;
  /** Of all consumers of the channel together; 0 = no limit. */
  channelPrefetch = 0;
  /** The queue that a method without a queue name means. */
  lastQueue = '';
  #content: ContentAssembler | undefined;
  #confirmed: number | undefined;
  #closing = false;

  constructor(
    readonly connection: ChannelConnection,
    readonly number: number,
    /** For all methods but those of publishing and of the channel's own beginning and end. */
    private readonly handleMethod: MethodHandler,
  ) {}

  /** Whether consumers that acknowledge can be given one more. */
  get hasRoom(): boolean {
    return this.channelPrefetch === 0 || this.unacked.size < this.channelPrefetch;
  }

  /** Throws an AmqpError for what must not be; the connection passes it to `fail` or ends itself. */
  receive(frame: Frame): void {
    if (this.#closing) this.#receiveWhileClosing(frame);
    else if (this.#content) this.#receiveContent(this.#content, frame);
    else if (frame.type === FRAME.method) this.#receiveMethod(decodeMethod(frame.payload));
    else throw new AmqpError(505, 'expected a method frame, got a content frame instead');
  }

  send(method: Method): void {
    this.connection.send(this.number, method);
  }

  /** Confirms from now on what is published. */
  selectConfirms(): void {
    this.#confirmed ??= 0;
  }

  addConsumer(options: ConsumerOptions): void {
    const consumer = new Consumer(this, options);
    this.consumers.set(options.tag, consumer);
    options.queue.addConsumer(consumer);
  }

  /** Its unacknowledged deliveries can still be answered. */
  removeConsumer(tag: string): void {
    const consumer = this.consumers.get(tag);
    this.consumers.delete(tag);
    consumer?.options.queue.removeConsumer(consumer);
  }

  /** The queue is gone; a client that does not know basic.cancel from a broker is not told. */
  consumerCancelled({ options: { tag } }: Consumer): void {
    this.consumers.delete(tag);
    if (!this.connection.client.knowsCancel) return;
    this.send({ name: 'basic.cancel', consumerTag: tag, noWait: true });
  }

  /** Tries again to deliver, because something has made room. */
  giveOut(): void {
    for (const { options } of this.consumers.values()) options.queue.giveOut();
  }

  /** Closes the channel, with the reason; what was delivered and not settled goes back. */
  fail(error: AmqpError, method?: MethodName): void {
    this.#closing = true;
    this.release();
    const [failedClass, failedMethod] = method ? idsOf(method) : [0, 0];
    this.send({
      name: 'channel.close',
      replyCode: error.code,
      replyText: error.message,
      failedClass,
      failedMethod,
    });
  }

  /** Ends its consumers, and gives its unacknowledged deliveries back. */
  release(): void {
    this.#content?.abandon();
    this.#content = undefined;
    for (const tag of [...this.consumers.keys()]) this.removeConsumer(tag);
    giveBack(this.unacked.takeAll());
  }

  /** Waits for the client's answer to the close, or for its own close at the same time; everything else is ignored. */
  #receiveWhileClosing(frame: Frame): void {
    if (frame.type !== FRAME.method) return;
    const { name } = decodeMethod(frame.payload);
    if (name === 'channel.close') this.send({ name: 'channel.close-ok' });
    else if (name === 'channel.close-ok') this.connection.forget(this);
  }

  #receiveMethod(method: Method): void {
    switch (method.name) {
      case 'channel.open':
        throw new AmqpError(504, "second 'channel.open' seen");
      case 'channel.close':
        this.release();
        this.connection.forget(this);
        this.send({ name: 'channel.close-ok' });
        return;
      case 'basic.publish':
        this.#content = new ContentAssembler(method, this.connection.contentBudget);
        return;
      default:
        this.#attempt(method.name, () => this.handleMethod(this, method));
    }
  }

  #receiveContent(content: ContentAssembler, frame: Frame): void {
    this.#attempt(content.method.name, () => {
      const published = content.add(frame);
      if (!published) return;
      this.#content = undefined;
      this.#publish(published);
    });
  }

  #publish({ method, ...message }: Published): void {
    const { exchange, routingKey, mandatory, immediate } = method;
    if (immediate) throw new AmqpError(540, 'immediate=true');
    const { queues } = this.connection;
    if (exchange !== '') {
      throw new AmqpError(404, `no exchange '${exchange}' in vhost '${queues.virtualHost}'`);
    }
    const isRouted = queues.publish(routingKey, message);
    if (!isRouted && mandatory) {
      const place = { exchange, routingKey };
      this.connection.sendContent(
        this.number,
        { name: 'basic.return', replyCode: NO_ROUTE, replyText: 'NO_ROUTE', ...place },
        message,
      );
    }
    if (this.#confirmed === undefined) return;
    this.#confirmed += 1;
    this.send({ name: 'basic.ack', deliveryTag: this.#confirmed, multiple: false });
  }

  /** Runs `work`; an error of the channel closes the channel, any other goes on to the connection. */
  #attempt(method: MethodName, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof AmqpError) || error.closesConnection) throw error;
      this.fail(error, method);
    }
  }
}
