/** The port to the message broker: what the rest of the project knows of it, types only. */
import type { Verdict } from '../delivery/verdict';
import type { BrokerError } from './errors';

/**
 * The AMQP message properties that INVERS documents for its events, as far as they were sent.
 * Source: INVERS developer documentation, "Event format".
 */
export interface MessageProperties {
  /** equals `metadata.id` */
  readonly messageId?: string;
  /** equals `metadata.type` */
  readonly type?: string;
  /** equals `metadata.flow_id` */
  readonly correlationId?: string;
  /** seconds since 1970, `metadata.occurred_at` without fractions */
  readonly timestamp?: number;
  /** how the body is packed, such as `gzip`; INVERS documents none */
  readonly contentEncoding?: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** One message of a queue, with nothing of the channel that brought it. */
export interface IncomingMessage {
  /** May be a view into a larger buffer: copy before keeping it. */
  readonly body: Buffer;
  readonly properties: MessageProperties;
  /** The broker gave this message out before and got no acknowledgement. */
  readonly redelivered: boolean;
  /** Its headers were nested so deeply that the deepest part was not read. */
  readonly hasCutHeaders?: boolean;
}

/** Decides what becomes of a delivery. A throw or a rejection gives it back to the queue, later each time. */
export type MessageHandler = (delivery: IncomingMessage) => Verdict | Promise<Verdict>;

/**
 * How a subscription stands. `consuming` is only ever said after the broker confirmed the consumer.
 * `queue-missing` and `refused` need a person; both are tried again all the same, slowly.
 */
export interface SubscriptionState {
  readonly name:
    | 'connecting'
    | 'consuming'
    | 'paused'
    | 'queue-missing'
    | 'refused'
    | 'disconnected';
  /** Why it is not consuming, where there is a reason. */
  readonly error?: BrokerError;
}

export interface SubscriptionOptions {
  readonly queue: string;
  /** Deliveries on their way at once, 1 to 65535. */
  readonly prefetch: number;
  readonly handle: MessageHandler;
  /** Told once per change; the first call comes before `subscribe` returns. */
  readonly onState: (state: SubscriptionState) => void;
  /**
   * The channel is gone, and with it every delivery that was not answered: the broker gives them out
   * again, and a verdict about them is ignored from now on. Without a reason it was closed on purpose.
   */
  readonly onLost?: (reason: BrokerError | undefined) => void;
  /** The handler threw or rejected: the delivery goes back to the queue after so many milliseconds. */
  readonly onHandlerFailed?: ((error: unknown, delay: number) => void) | undefined;
}

export interface Subscription {
  /**
   * Stops consuming; what was delivered can still be answered. Resolves when nothing more arrives.
   * Never rejects.
   */
  pause(): Promise<void>;
  /** Consumes again. */
  resume(): void;
  /** Stops consuming, gives back what was not answered and closes the channel. Never rejects. */
  close(): Promise<void>;
}

/** One connection shared by its subscriptions: opened for the first, closed after the last. */
export interface Broker {
  subscribe(options: SubscriptionOptions): Subscription;
  /** Resolves when no subscription is open. */
  idle(): Promise<void>;
  /** Closes every subscription and the connection. Never rejects. */
  close(): Promise<void>;
}
