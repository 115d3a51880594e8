/** What a customer of INVERS has: a virtual host of its own on the broker, and a user that may only read. */
import { randomBytes } from 'node:crypto';
import type { TestMessage } from './events';
import { consumer, type FlowNode, type Properties } from './flow';
import type { Credentials, QueueFigures, RabbitMq } from './rabbitmq';
import { sharedBroker } from './shared-broker';
import type { TestFleet } from './test-fleet';

export class Fleet implements TestFleet {
  readonly username: string;
  readonly password = 'p@ss:w/rd%20&?#é';
  readonly vhost: string;

  private constructor(readonly broker: RabbitMq) {
    const name = randomBytes(4).toString('hex');
    this.vhost = `fleet/${name}`;
    this.username = `f-FLT23-c-${name}`;
  }

  /** On the broker that all tests share, or on another one. */
  static async create(broker?: RabbitMq): Promise<Fleet> {
    const fleet = new Fleet(broker ?? (await sharedBroker()));
    await fleet.broker.createVhost(fleet.vhost);
    await fleet.broker.createUser(fleet.username, fleet.password);
    await fleet.allow('.*');
    return fleet;
  }

  /** What the user may read; it may never write nor declare anything. */
  allow(read: string): Promise<void> {
    const permissions = { configure: '^$', write: '^$', read };
    return this.broker.setPermissions(this.vhost, this.username, permissions);
  }

  /** The queue that a subscribed topic becomes; `args` as for any queue of RabbitMQ. */
  async subscribe(queue: string, args: Record<string, unknown> = {}): Promise<string> {
    await this.broker.createQueue(this.vhost, queue, args);
    return queue;
  }

  unsubscribe(queue: string): Promise<void> {
    return this.broker.deleteQueue(this.vhost, queue);
  }

  publish(queue: string, messages: readonly TestMessage[]): Promise<void> {
    return this.broker.publish(this.vhost, queue, [...messages]);
  }

  /** Resolves when so many events of the queue are ready, and so many delivered and not settled. */
  async counts(queue: string, ready: number, unacked: number, timeout?: number): Promise<void> {
    await this.broker.waitForQueue(
      this.vhost,
      queue,
      (seen) => seen.ready === ready && seen.unacked === unacked,
      timeout,
    );
  }

  /** Resolves when every event of the queue was delivered and acknowledged. */
  drained(queue: string, timeout?: number): Promise<void> {
    return this.counts(queue, 0, 0, timeout);
  }

  get port(): number {
    return this.broker.port;
  }

  get admin(): Credentials {
    return this.broker.admin;
  }

  figures(queue: string): Promise<QueueFigures | undefined> {
    return this.broker.queue(this.vhost, queue);
  }

  waitForQueue(
    queue: string,
    predicate: (figures: QueueFigures) => boolean,
    timeout?: number,
  ): Promise<QueueFigures> {
    return this.broker.waitForQueue(this.vhost, queue, predicate, timeout);
  }

  killChannel(queue: string): Promise<number> {
    return this.broker.killChannel(this.vhost, queue);
  }

  /** The connections of this fleet's user, as the broker sees them. */
  async connections() {
    const all = await this.broker.connections();
    return all.filter(({ user }) => user === this.username);
  }

  /** An invers-consumer with this fleet's credentials. */
  consumer(properties: Properties = {}): FlowNode {
    return consumer({
      port: this.broker.port,
      vhost: this.vhost,
      username: this.username,
      password: this.password,
      ...properties,
    });
  }

  async dispose(): Promise<void> {
    await this.broker.deleteVhost(this.vhost);
    await this.broker.deleteUser(this.username);
  }
}
