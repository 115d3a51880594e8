/** Where contestants meet: a broker of the benchmark's own with one queue, filled with the same events for each. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fleet } from '../test/support/fleet';
import { type OutgoingMessage, type QueueFigures, RabbitMq } from '../test/support/rabbitmq';
import type { Contestant, Job } from './contestant';
import { measure, type ProcessOptions } from './contestant-process';
import { events } from './events';
import type { Measurement } from './meter';

const queue = 'bench.events';

/** Where events are published while they are consumed, so many wait: enough that the consumer never does. */
const backlog = 20_000;
/** The queue is asked for its length once for so many events. */
const slice = 2_000;

export interface Watched {
  readonly measurement: Measurement;
  /** The most events that the broker had delivered and that were not acknowledged, of all looks at it. */
  readonly mostUnacked: number;
}

export type Task = Pick<Job, 'prefetch' | 'warmUp' | 'events' | 'sampleEvery'>;

export class Arena {
  static async open(): Promise<Arena> {
    const broker = await RabbitMq.start();
    try {
      const fleet = await Fleet.create(broker);
      await fleet.subscribe(queue);
      return new Arena(fleet);
    } catch (error) {
      await broker.dispose();
      throw error;
    }
  }

  private constructor(private readonly fleet: Fleet) {}

  async brokerVersion(): Promise<string> {
    return String(await this.fleet.broker.evaluate('list_to_binary(rabbit_misc:version())'));
  }

  /** Everything is in the queue before the contestant starts. */
  async measureOnFullQueue(
    contestant: Contestant,
    task: Task,
    options: ProcessOptions,
  ): Promise<Measurement> {
    const count = task.warmUp + task.events;
    await this.#publish(events(count));
    await this.#queueIs(({ ready }) => ready === count);
    return this.#measure(contestant, task, options);
  }

  /** Events are published a little ahead of the contestant, so that the broker need not hold them all. */
  async measureOnRefilledQueue(
    contestant: Contestant,
    task: Task,
    options: ProcessOptions,
  ): Promise<Watched> {
    const over = new AbortController();
    const [measurement, mostUnacked] = await Promise.all([
      this.#measure(contestant, task, options).finally(() => over.abort()),
      this.#mostUnacked(over.signal),
      this.#publish(this.#justAhead(events(task.warmUp + task.events))),
    ]);
    return { measurement, mostUnacked };
  }

  close(): Promise<void> {
    return this.fleet.broker.dispose();
  }

  async #measure(
    contestant: Contestant,
    task: Task,
    options: ProcessOptions,
  ): Promise<Measurement> {
    const { broker, vhost, username, password } = this.fleet;
    const job: Job = { port: broker.port, vhost, username, password, queue, ...task };
    const measurement = await measure(contestant, job, options);
    // What was not acknowledged would come to the next contestant.
    await this.#queueIs(({ ready, unacked }) => ready === 0 && unacked === 0);
    return measurement;
  }

  #publish(messages: Iterable<OutgoingMessage> | AsyncIterable<OutgoingMessage>): Promise<void> {
    return this.fleet.broker.publish(this.fleet.vhost, queue, messages);
  }

  /** Looks ten times a second until it is over. */
  async #mostUnacked(over: AbortSignal): Promise<number> {
    let most = 0;
    while (!over.aborted) {
      const figures = await this.fleet.broker.queue(this.fleet.vhost, queue);
      most = Math.max(most, figures?.unacked ?? 0);
      await sleep(100, undefined, { signal: over }).catch(() => undefined);
    }
    return most;
  }

  async *#justAhead(messages: Iterable<OutgoingMessage>): AsyncGenerator<OutgoingMessage> {
    let count = 0;
    for (const message of messages) {
      if (count++ % slice === 0) await this.#queueIs(({ ready }) => ready < backlog);
      yield message;
    }
  }

  async #queueIs(predicate: (figures: QueueFigures) => boolean): Promise<void> {
    await this.fleet.broker.waitForQueue(this.fleet.vhost, queue, predicate, 120_000);
  }
}
