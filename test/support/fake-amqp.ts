/** Connections and channels as amqplib has them, without a network: they answer at once, unless the test has other plans. */
import { EventEmitter } from 'node:events';
import type { Channel, ChannelModel, ConsumeMessage, RecoveringChannelModel } from 'amqplib';
import type { Connect } from '../../src/broker/amqp-connection';

type Reply = () => Promise<unknown>;

/** How calls are answered whose answer is not the usual one. */
export interface ChannelPlan {
  prefetch?: Reply | undefined;
  consume?: Reply | undefined;
  cancel?: Reply | undefined;
  close?: Reply | undefined;
}

/** An answer that the test gives when it wants to. */
export class Gate {
  open: () => void = () => undefined;
  fail: (error: Error) => void = () => undefined;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.open = resolve;
    this.fail = reject;
  });
  readonly reply: Reply = () => this.promise;
}

/** What the broker says against a channel or a connection. */
export function refusal(code: number, message = `refused: ${code}`): Error {
  return Object.assign(new Error(message), { code });
}

export class FakeChannel extends EventEmitter {
  /** What was asked of the channel, in order: `consume fleet.trips`, `ack 3`, … */
  readonly calls: string[] = [];
  readonly plan: ChannelPlan;
  #receive: ((message: ConsumeMessage | null) => void) | undefined;
  #consumers = 0;
  #tag = 0;

  constructor(plan: ChannelPlan = {}) {
    super();
    this.plan = { ...plan };
  }

  async prefetch(count: number): Promise<void> {
    this.calls.push(`prefetch ${count}`);
    await this.plan.prefetch?.();
  }

  async consume(queue: string, receive: (message: ConsumeMessage | null) => void) {
    this.calls.push(`consume ${queue}`);
    await this.plan.consume?.();
    this.#receive = receive;
    this.#consumers += 1;
    return { consumerTag: `consumer-${this.#consumers}` };
  }

  async cancel(consumerTag: string): Promise<void> {
    this.calls.push(`cancel ${consumerTag}`);
    await this.plan.cancel?.();
  }

  async close(): Promise<void> {
    this.calls.push('close');
    await this.plan.close?.();
    this.emit('close');
  }

  ack({ fields }: ConsumeMessage, allUpTo: boolean): void {
    this.calls.push(`ack ${fields.deliveryTag}${allUpTo ? ' and before' : ''}`);
  }

  nack({ fields }: ConsumeMessage, _allUpTo: boolean, requeue: boolean): void {
    this.calls.push(`${requeue ? 'requeue' : 'discard'} ${fields.deliveryTag}`);
  }

  /** The answers to deliveries alone. */
  get answers(): string[] {
    return this.calls.filter((call) => /^(ack|requeue|discard)/.test(call));
  }

  deliver(body = 'event', fields = {}, properties = {}): void {
    this.#tag += 1;
    this.#receive?.({
      content: Buffer.from(body),
      fields: { deliveryTag: this.#tag, redelivered: false, ...fields },
      properties,
    } as ConsumeMessage);
  }

  /** The broker ends the consumer, as when the queue is deleted. */
  cancelByBroker(): void {
    this.#receive?.(null);
  }

  /** The broker closes the channel, for a reason if there is one. */
  die(reason?: Error): void {
    if (reason) this.emit('error', reason);
    this.emit('close');
  }
}

export class FakeModel extends EventEmitter {
  readonly channels: FakeChannel[] = [];
  /** Of the channels that are opened from now on. */
  plan: ChannelPlan & { createChannel?: Reply | undefined } = {};
  readonly destroyedWith: Error[] = [];
  readonly connection = {
    stream: { destroy: (error: Error) => this.destroyedWith.push(error) },
  };

  async createChannel(): Promise<FakeChannel> {
    await this.plan.createChannel?.();
    const channel = new FakeChannel(this.plan);
    this.channels.push(channel);
    return channel;
  }

  get channel(): FakeChannel {
    const last = this.channels.at(-1);
    if (!last) throw new Error('no channel was opened');
    return last;
  }

  get asModel(): ChannelModel {
    return this as unknown as ChannelModel;
  }
}

/** amqplib's connection that comes back by itself, driven by the test. */
export class FakeRecovery extends EventEmitter {
  closes = 0;
  readonly asked: { place: Parameters<Connect>[0]; socket: Parameters<Connect>[1] }[] = [];
  /** How `connect` and `close` are answered, where not at once. */
  plan: { connect?: Reply; close?: Reply } = {};

  readonly connect: Connect = async (place, socket) => {
    this.asked.push({ place, socket });
    await this.plan.connect?.();
    return this as unknown as RecoveringChannelModel;
  };

  async close(): Promise<void> {
    this.closes += 1;
    await this.plan.close?.();
  }

  /** The connection stands. */
  up(model = new FakeModel()): FakeModel {
    this.emit('connect', model);
    return model;
  }

  /** Milliseconds that amqplib is told to wait after what has just happened. */
  nextDelay(): number | undefined {
    return this.asked[0]?.socket.recovery.calculateDelay?.(1);
  }
}

export function asChannel(channel: FakeChannel): Channel {
  return channel as unknown as Channel;
}
