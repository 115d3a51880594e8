/** What a test needs of a broker with a fleet's queues, whichever broker that is. */
import type { TestMessage } from './events';
import type { Credentials, QueueFigures } from './rabbitmq';

export interface TestFleet {
  readonly port: number;
  readonly vhost: string;
  /** Of a user that may read the queues. */
  readonly username: string;
  readonly password: string;
  /** A user that may do everything. */
  readonly admin: Credentials;
  /** `args` as for any queue of RabbitMQ; the sandbox has none. */
  subscribe(queue: string, args?: Record<string, unknown>): Promise<string>;
  unsubscribe(queue: string): Promise<void>;
  publish(queue: string, messages: readonly TestMessage[]): Promise<void>;
  /** `undefined` where there is no such queue. */
  figures(queue: string): Promise<QueueFigures | undefined>;
  waitForQueue(queue: string, predicate: (figures: QueueFigures) => boolean): Promise<unknown>;
  /** The open connections of the user who may read. */
  connections(): Promise<readonly { readonly clientName: string; readonly channels: number }[]>;
  /** Closes each channel that consumes from the queue, with 406. */
  killChannel(queue: string): Promise<unknown>;
  dispose(): Promise<void>;
}
