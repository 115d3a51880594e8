/** The queues of the sandbox, by name, and who may use which. */
import { randomUUID } from 'node:crypto';
import { AmqpError } from './amqp/errors';
import type { FieldTable } from './amqp/field-table';
import type { Limits } from './limits';
import { type Held, type OutgoingMessage, Queue } from './queue';

export interface QueueDeclaration {
  /** '' = the broker makes one up. */
  readonly queue: string;
  readonly passive: boolean;
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly autoDelete: boolean;
  readonly arguments: FieldTable;
}

/** Names that only the broker may choose. */
const RESERVED = 'amq.';

export class Queues {
  readonly #queues = new Map<string, Queue>();
  readonly #held: Held = { bytes: 0 };

  constructor(
    readonly virtualHost: string,
    private readonly limits: Limits,
  ) {}

  /** The queue, whoever owns it: for the sandbox itself. */
  find(name: string): Queue | undefined {
    return this.#queues.get(name);
  }

  /** Throws an AmqpError where there is none, or where it is another connection's alone. */
  get(name: string, connection: object): Queue {
    const queue = this.#queues.get(name);
    if (!queue) throw new AmqpError(404, `no ${this.describe(name)}`);
    this.#checkOwner(queue, connection);
    return queue;
  }

  /** Makes the queue if there is none; throws an AmqpError if there is another one of that name. */
  declare(declaration: QueueDeclaration, connection: object): Queue {
    const { queue: name, passive } = declaration;
    if (passive) return this.get(name, connection);
    const existing = this.#queues.get(name);
    if (existing) {
      this.#checkOwner(existing, connection);
      this.#checkSame(existing, declaration);
      return existing;
    }
    if (name.startsWith(RESERVED)) {
      throw new AmqpError(403, `queue name '${name}' contains reserved prefix 'amq.*'`);
    }
    const { durable, autoDelete, exclusive } = declaration;
    for (const argument of Object.keys(declaration.arguments)) {
      if (argument === 'x-queue-type') continue; // The sandbox has one kind, which behaves like all of them.
      throw new AmqpError(
        406,
        `invalid arg '${argument}' for ${this.describe(name)}: the sandbox does not have it`,
      );
    }
    const owner = exclusive ? connection : undefined;
    return this.create(name || `${RESERVED}gen-${randomUUID()}`, { durable, autoDelete, owner });
  }

  create(
    name: string,
    options: Queue['options'] = { durable: true, autoDelete: false, owner: undefined },
  ): Queue {
    const { queues } = this.limits;
    if (this.#queues.size >= queues) {
      throw new AmqpError(
        406,
        `cannot declare ${this.describe(name)}: queue limit in vhost '${this.virtualHost}' (${queues}) is reached`,
      );
    }
    const queue = new Queue(name, options, this.limits, this.#held, () => this.delete(queue));
    this.#queues.set(name, queue);
    return queue;
  }

  /** Returns how many messages were ready. */
  delete(queue: Queue): number {
    if (this.#queues.get(queue.name) === queue) this.#queues.delete(queue.name);
    return queue.delete();
  }

  /** Deletes the exclusive queues of a connection that has ended. */
  deleteOwnedBy(connection: object): void {
    for (const queue of this.#queues.values()) {
      if (queue.options.owner === connection) this.delete(queue);
    }
  }

  /** Publishes to the queue of that name, as the default exchange does; false if there is none. */
  publish(routingKey: string, message: OutgoingMessage): boolean {
    const queue = this.#queues.get(routingKey);
    queue?.publish(message);
    this.#keepWithinLimit();
    return queue !== undefined;
  }

  /** Octets of all messages that are ready or unacknowledged. */
  get bytes(): number {
    return this.#held.bytes;
  }

  /** The queue that holds most gives way. */
  #keepWithinLimit(): void {
    while (this.#held.bytes > this.limits.allQueuesBytes) {
      const [fattest] = [...this.#queues.values()].sort(
        (one, other) => other.readyBytes - one.readyBytes,
      );
      if (!fattest?.drop()) return;
    }
  }

  /** As RabbitMQ's texts name a queue. */
  describe(name: string): string {
    return `queue '${name}' in vhost '${this.virtualHost}'`;
  }

  #checkOwner({ name, options }: Queue, connection: object): void {
    if (options.owner === undefined || options.owner === connection) return;
    throw new AmqpError(
      405,
      `cannot obtain exclusive access to locked ${this.describe(name)}. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.`,
    );
  }

  #checkSame({ name, options }: Queue, declared: QueueDeclaration): void {
    const expected: Record<string, boolean> = {
      durable: options.durable,
      exclusive: options.owner !== undefined,
      auto_delete: options.autoDelete,
    };
    const received: Record<string, boolean> = {
      durable: declared.durable,
      exclusive: declared.exclusive,
      auto_delete: declared.autoDelete,
    };
    for (const [argument, current] of Object.entries(expected)) {
      if (received[argument] === current) continue;
      throw new AmqpError(
        406,
        `inequivalent arg '${argument}' for ${this.describe(name)}: received '${received[argument]}' but current is '${current}'`,
      );
    }
  }
}
