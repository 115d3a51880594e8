/** The broker port over amqplib: one connection for many subscriptions. */

import type { ChannelModel } from 'amqplib';
import { withoutSecrets } from '../errors/secrets';
import type { Clock } from '../time/clock';
import { AmqpConnection, type Connect, type ConnectionPolicy } from './amqp-connection';
import { AmqpConsumer, type ConsumerPolicy } from './amqp-consumer';
import type { Broker, Subscription, SubscriptionOptions } from './broker';
import { type BrokerError, settingsInvalid } from './errors';
import { type BrokerHost, type BrokerSettings, secretsOf } from './settings';

export interface AmqpBrokerOptions {
  /** Told of each new trouble with the connection once, and with `undefined` when it stands. */
  readonly onConnection?: (error: BrokerError | undefined) => void;
  readonly connectionPolicy?: ConnectionPolicy;
  readonly consumerPolicy?: ConsumerPolicy;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** amqplib's, with recovery */
  readonly connect?: Connect;
}

export class AmqpBroker implements Broker {
  readonly #consumers = new Set<AmqpConsumer>();
  readonly #idleWatchers: (() => void)[] = [];
  #connection: AmqpConnection | undefined;
  #model: ChannelModel | undefined;
  #error: BrokerError | undefined;

  constructor(
    private readonly place: BrokerSettings | BrokerHost,
    private readonly options: AmqpBrokerOptions = {},
  ) {}

  subscribe(options: SubscriptionOptions): Subscription {
    const { consumerPolicy: policy, clock, random } = this.options;
    const consumer = new AmqpConsumer(options, (closed) => this.#leave(closed), {
      policy,
      clock,
      random,
      secrets: 'start' in this.place ? [] : secretsOf(this.place),
    });
    this.#consumers.add(consumer);
    if (this.#model) consumer.connected(this.#model);
    else if (this.#error) consumer.disconnected(this.#error);
    this.#connection ??= this.#open();
    return consumer;
  }

  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#consumers.size === 0) resolve();
      else this.#idleWatchers.push(resolve);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    await this.#disconnect();
  }

  #open(): AmqpConnection {
    const { place } = this;
    const { connectionPolicy: policy, clock, random, connect } = this.options;
    const connection: AmqpConnection = new AmqpConnection(
      async () => ('start' in place ? place.start() : place),
      {
        onUp: (model) => this.#up(model),
        onDown: (error) => this.#down(error),
      },
      { policy, clock, random, connect },
    );
    connection.open().catch((error: Error) => {
      if (connection === this.#connection) this.#down(settingsInvalid(this.#shown(error)));
    });
    return connection;
  }

  #shown(error: Error): string {
    return 'start' in this.place
      ? error.message
      : withoutSecrets(error.message, secretsOf(this.place));
  }

  #up(model: ChannelModel): void {
    this.#model = model;
    this.#error = undefined;
    this.options.onConnection?.(undefined);
    for (const consumer of this.#consumers) consumer.connected(model);
  }

  #down(error: BrokerError): void {
    const isNew = error.code !== this.#error?.code;
    this.#model = undefined;
    this.#error = error;
    if (isNew) this.options.onConnection?.(error);
    for (const consumer of this.#consumers) consumer.disconnected(error);
  }

  async #leave(consumer: AmqpConsumer): Promise<void> {
    this.#consumers.delete(consumer);
    if (this.#consumers.size > 0) return;
    await this.#disconnect();
    for (const tell of this.#idleWatchers.splice(0)) tell();
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#model = undefined;
    this.#error = undefined;
    await connection?.close();
    // unless somebody has come back meanwhile
    if (!this.#connection && 'stop' in this.place) await this.place.stop();
  }
}
