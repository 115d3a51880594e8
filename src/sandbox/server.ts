/** A small AMQP 0-9-1 broker on loopback: the default exchange, queues in memory, one user, one virtual host. */
import { once } from 'node:events';
import net from 'node:net';
import type { MessageProperties } from './amqp/properties';
import { writeProperties } from './amqp/properties';
import { Connection, type Surroundings } from './connection';
import type { Login } from './handshake';
import { LIMITS, type Limits } from './limits';
import { Queues } from './queues';

export interface ServerOptions {
  readonly login: Login;
  /** 0 or nothing said = any that is free. */
  readonly port?: number;
  readonly limits?: Partial<Limits>;
}

/** Loopback only: nothing is encrypted, so no other machine may connect. */
export const SANDBOX_HOST = '127.0.0.1';

export class SandboxServer {
  readonly queues: Queues;
  readonly limits: Limits;
  readonly #surroundings: Surroundings;
  readonly #connections = new Set<Connection>();
  readonly #server: net.Server;

  /** Rejects with the error of `net.Server` where the port is taken or not allowed. */
  static async listen(options: ServerOptions): Promise<SandboxServer> {
    const server = new SandboxServer(options);
    server.#server.listen({ host: SANDBOX_HOST, port: options.port ?? 0, exclusive: true });
    await once(server.#server, 'listening');
    return server;
  }

  private constructor({ login, limits }: ServerOptions) {
    this.limits = { ...LIMITS, ...limits };
    this.queues = new Queues(login.virtualHost, this.limits);
    this.#surroundings = { queues: this.queues, login, limits: this.limits };
    this.#server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
      this.#accept(socket),
    );
    this.#server.maxConnections = this.limits.connections;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  get connections(): readonly Connection[] {
    return [...this.#connections];
  }

  /** Publishes to the queue of that name; false if there is none. */
  publish(queue: string, body: Buffer, properties: MessageProperties): boolean {
    return this.queues.publish(queue, { body, properties: writeProperties(properties) });
  }

  /** Tells every client to go, and cuts off who does not within the limit. Nothing is left of the queues. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const connection of this.#connections) {
      connection.close(320, "broker forced connection closure with reason 'shutdown'");
    }
    await closed;
  }

  #accept(socket: net.Socket): void {
    const strangers = this.connections.filter(({ isOpen }) => !isOpen).length;
    // who does not log in must leave room for who does
    if (strangers >= this.limits.strangers) {
      socket.destroy();
      return;
    }
    const connection: Connection = new Connection(socket, this.#surroundings, () =>
      this.#connections.delete(connection),
    );
    this.#connections.add(connection);
  }
}
