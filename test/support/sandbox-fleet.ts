/** The sandbox's broker as tests see any broker: one of its own for each fleet, so nothing is left of the last test. */
import { AmqpError } from '../../src/sandbox/amqp/errors';
import { Channel } from '../../src/sandbox/channel';
import { Consumer } from '../../src/sandbox/consumer';
import type { Limits } from '../../src/sandbox/limits';
import { SandboxServer } from '../../src/sandbox/server';
import type { TestMessage } from './events';
import type { QueueFigures } from './rabbitmq';
import type { TestFleet } from './test-fleet';
import { waitFor } from './wait';

export class SandboxFleet implements TestFleet {
  readonly vhost = 'fleet/sandbox';
  readonly username = 'f-FLT23-c-CNSM23A';
  readonly password = 'p@ss:w/rd%20&?#é';
  /** The sandbox has one user, who may do everything. */
  readonly admin = { username: this.username, password: this.password };
  #server: SandboxServer | undefined;

  static async create(limits: Partial<Limits> = {}): Promise<SandboxFleet> {
    const fleet = new SandboxFleet();
    const { vhost: virtualHost, username, password } = fleet;
    const login = { username, password, virtualHost };
    fleet.#server = await SandboxServer.listen({ login, limits });
    return fleet;
  }

  get server(): SandboxServer {
    if (!this.#server) throw new Error('the sandbox has not been started');
    return this.#server;
  }

  get port(): number {
    return this.server.port;
  }

  async subscribe(queue: string): Promise<string> {
    this.server.queues.create(queue);
    return queue;
  }

  async unsubscribe(name: string): Promise<void> {
    const queue = this.server.queues.find(name);
    if (queue) this.server.queues.delete(queue);
  }

  async publish(queue: string, messages: readonly TestMessage[]): Promise<void> {
    for (const { body, properties } of messages) {
      const { messageId, type, correlationId, timestamp, headers } = properties;
      this.server.publish(queue, body, {
        contentType: 'application/json',
        headers: headers as Record<string, string | number>,
        ...(messageId === undefined ? {} : { messageId }),
        ...(type === undefined ? {} : { type }),
        ...(correlationId === undefined ? {} : { correlationId }),
        ...(timestamp === undefined ? {} : { timestamp }),
      });
    }
  }

  async figures(name: string): Promise<QueueFigures | undefined> {
    const queue = this.server.queues.find(name);
    if (!queue) return undefined;
    return { ready: queue.ready, unacked: queue.unacked, consumers: queue.consumers.length };
  }

  async waitForQueue(
    name: string,
    predicate: (figures: QueueFigures) => boolean,
    timeout = 10_000,
  ): Promise<QueueFigures> {
    let last: QueueFigures | undefined;
    return waitFor(
      async () => {
        last = await this.figures(name);
        return last && predicate(last) ? last : undefined;
      },
      { timeout, message: () => `queue ${name} to be as expected; ${JSON.stringify(last)}` },
    );
  }

  async connections() {
    return this.server.connections
      .filter(({ isOpen }) => isOpen)
      .map(({ client, channels }) => ({ clientName: client.name, channels: [...channels].length }));
  }

  async killChannel(name: string): Promise<void> {
    for (const consumer of this.server.queues.find(name)?.consumers ?? []) {
      if (!(consumer instanceof Consumer && consumer.channel instanceof Channel)) continue;
      consumer.channel.fail(new AmqpError(406, 'unknown delivery tag 4294967295'));
    }
  }

  async dispose(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }
}
