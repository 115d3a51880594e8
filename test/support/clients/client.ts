/** What a test asks of any AMQP 0-9-1 client library, so that the same test can use each of them. */

export interface Address {
  readonly port: number;
  readonly vhost: string;
  readonly username: string;
  readonly password: string;
}

export interface ConnectOptions {
  /** Seconds. */
  readonly heartbeat?: number;
  /** Octets of a frame. */
  readonly frameMax?: number;
}

export interface ReceivedMessage {
  readonly tag: number;
  readonly body: Buffer;
  readonly redelivered: boolean;
  readonly messageId: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Consuming {
  readonly tag: string;
  /** Resolves when the broker cancels the consumer. */
  readonly cancelled: Promise<void>;
}

export interface ClientChannel {
  /** Resolves with the broker's words when it has closed the channel. */
  readonly closedByBroker: Promise<string>;
  /** Asks for a queue that must be there; answers how many messages are ready. */
  checkQueue(queue: string): Promise<number>;
  prefetch(count: number): Promise<void>;
  consume(
    queue: string,
    onMessage: (message: ReceivedMessage) => void,
    options?: { readonly noAck?: boolean; readonly exclusive?: boolean },
  ): Promise<Consuming>;
  cancel(consumerTag: string): Promise<void>;
  get(queue: string): Promise<ReceivedMessage | undefined>;
  ack(tag: number, multiple?: boolean): void;
  nack(tag: number, requeue: boolean, multiple?: boolean): void;
  reject(tag: number, requeue: boolean): void;
  /** Through the default exchange; resolves when the broker has confirmed it. */
  publish(queue: string, body: Buffer, messageId?: string): Promise<void>;
  close(): Promise<void>;
}

export interface ClientConnection {
  /** Resolves with the reason when the connection ended and nobody here asked for it. */
  readonly lost: Promise<string>;
  openChannel(): Promise<ClientChannel>;
  close(): Promise<void>;
}

export interface ClientLibrary {
  readonly name: string;
  connect(address: Address, options?: ConnectOptions): Promise<ClientConnection>;
}

/** A promise with its function, for what comes as an event. */
export function once<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
