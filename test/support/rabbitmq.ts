/** A real RabbitMQ broker of the tests' own, which they may stop, kill and reconfigure: on free loopback ports, with its own data. */

import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type ChannelModel, type ConfirmChannel, connect, type Options } from 'amqplib';
import {
  type Certificates,
  certificates,
  type ServerCertificate,
  writeCertificates,
} from './certificates.js';
import { freePorts } from './ports.js';
import { erlangBinary, RabbitMqProcess } from './rabbitmq-process.js';
import { waitFor } from './wait.js';

export interface RabbitMqOptions {
  /** TLS clients without a certificate of our CA are refused. */
  readonly requireClientCertificate?: boolean;
  /** More lines for rabbitmq.conf. */
  readonly configuration?: readonly string[];
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Regular expressions over the names of queues and exchanges. */
export interface Permissions {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

export interface QueueFigures {
  readonly ready: number;
  /** Delivered and not settled yet. */
  readonly unacked: number;
  readonly consumers: number;
}

export interface ConnectionFigures {
  /** The broker's own name for it: both socket addresses. */
  readonly name: string;
  /** The name the client gave it, '' without one. */
  readonly clientName: string;
  readonly user: string;
  readonly vhost: string;
  readonly channels: number;
}

export interface OutgoingMessage {
  readonly body: Buffer;
  readonly properties?: Options.Publish;
}

export class RabbitMq {
  /** A user that may do everything in every virtual host made by `createVhost`, and in `/`. */
  readonly admin: Credentials;
  readonly certificates: Certificates;
  readonly directory: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly epmdPort: number;
  readonly #process: RabbitMqProcess;

  static async start(options: RabbitMqOptions = {}): Promise<RabbitMq> {
    const [ports, allCertificates] = await Promise.all([freePorts(4), certificates()]);
    const broker = new RabbitMq(options, ports, allCertificates);
    try {
      await broker.start();
    } catch (error) {
      await broker.dispose();
      throw error;
    }
    return broker;
  }

  private constructor(options: RabbitMqOptions, ports: number[], allCertificates: Certificates) {
    const [port = 0, tlsPort = 0, distributionPort = 0, epmdPort = 0] = ports;
    const id = randomBytes(4).toString('hex');
    this.port = port;
    this.tlsPort = tlsPort;
    this.epmdPort = epmdPort;
    this.certificates = allCertificates;
    this.admin = { username: 'admin', password: randomBytes(12).toString('hex') };
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'rabbitmq-'));
    this.#write('.erlang.cookie', randomBytes(16).toString('hex'), 0o400);
    this.#write('enabled_plugins', '[].\n');
    this.#write('rabbitmq.conf', this.#configuration(options));
    this.#process = new RabbitMqProcess({
      directory: this.directory,
      nodeName: `test-${id}@localhost`,
      distributionPort,
      epmdPort,
    });
  }

  get running(): boolean {
    return this.#process.running;
  }

  /** Of the Erlang VM, while it runs. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Starts again after `stop` or `kill`: the same ports, the same data. */
  start(): Promise<void> {
    return this.#process.start();
  }

  /** An orderly shutdown: clients are told. */
  stop(): Promise<void> {
    return this.#process.stop();
  }

  /** SIGKILL: nobody is told anything. Durable queues and persistent messages that were confirmed survive. */
  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** Stops it and removes all that there was of it. */
  dispose(): Promise<void> {
    return this.#process.dispose();
  }

  /** The value of an Erlang expression in the broker, as JSON has it; for what the methods here do not offer. */
  evaluate(expression: string): Promise<unknown> {
    return this.#process.evaluate(expression);
  }

  /** What `rabbitmqctl` prints. It needs about a second; `evaluate` a millisecond. */
  rabbitmqctl(...args: string[]): Promise<string> {
    return this.#process.rabbitmqctl(...args);
  }

  /** What TLS clients are shown from now on. */
  async presentCertificate(shown: ServerCertificate): Promise<void> {
    writeCertificates(this.directory, this.certificates, shown);
    await this.evaluate('ssl:clear_pem_cache()');
  }

  /** With all permissions for the administrator. */
  async createVhost(name: string): Promise<void> {
    await this.evaluate(`ok = rabbit_vhost:add(${erlangBinary(name)}, ${actingUser})`);
    const everything = { configure: '.*', write: '.*', read: '.*' };
    await this.setPermissions(name, this.admin.username, everything);
  }

  /** With its queues; connections to it are closed. */
  async deleteVhost(name: string): Promise<void> {
    const vhost = erlangBinary(name);
    await this.evaluate(
      `case rabbit_vhost:exists(${vhost}) of ` +
        `true -> rabbit_vhost:delete(${vhost}, ${actingUser}), ok; false -> ok end`,
    );
  }

  async createUser(name: string, password: string, tags: readonly string[] = []): Promise<void> {
    const user = erlangBinary(name);
    const atoms = tags.map((tag) => `binary_to_atom(${erlangBinary(tag)})`);
    await this.evaluate(
      `ok = rabbit_auth_backend_internal:add_user(${user}, ${erlangBinary(password)}, ${actingUser}), ` +
        `ok = rabbit_auth_backend_internal:set_tags(${user}, [${atoms}], ${actingUser})`,
    );
  }

  /** For the next login: connections that stand are not asked again. */
  async setPassword(name: string, password: string): Promise<void> {
    await this.evaluate(
      'ok = rabbit_auth_backend_internal:change_password(' +
        `${erlangBinary(name)}, ${erlangBinary(password)}, ${actingUser})`,
    );
  }

  /** The user's connections are closed. */
  async deleteUser(name: string): Promise<void> {
    const user = erlangBinary(name);
    await this.evaluate(
      `case rabbit_auth_backend_internal:exists(${user}) of ` +
        `true -> ok = rabbit_auth_backend_internal:delete_user(${user}, ${actingUser}); ` +
        'false -> ok end',
    );
  }

  async setPermissions(vhost: string, user: string, permissions: Permissions): Promise<void> {
    const { configure, write, read } = permissions;
    const parameters = [user, vhost, configure, write, read].map(erlangBinary);
    await this.evaluate(
      `ok = rabbit_auth_backend_internal:set_permissions(${parameters}, ${actingUser})`,
    );
  }

  /** A durable queue, which survives a kill from now on. */
  async createQueue(
    vhost: string,
    name: string,
    args: Record<string, unknown> = {},
  ): Promise<void> {
    await this.#inVhost(vhost, (channel) =>
      channel.assertQueue(name, { durable: true, arguments: args }),
    );
    // else the broker writes down that the queue, its user and its virtual host exist some two seconds later
    await this.evaluate(`case ${keptInKhepri} of true -> ok; false -> ok = mnesia:sync_log() end`);
  }

  /** Consumers are told. */
  async deleteQueue(vhost: string, name: string): Promise<void> {
    await this.#inVhost(vhost, (channel) => channel.deleteQueue(name));
  }

  /** Removes what is ready; what was delivered and not settled stays. */
  async purgeQueue(vhost: string, name: string): Promise<void> {
    await this.#inVhost(vhost, (channel) => channel.purgeQueue(name));
  }

  /** Asked of the queue itself (a classic one), so true at this moment; `undefined` if there is none. */
  async queue(vhost: string, name: string): Promise<QueueFigures | undefined> {
    const figures = await this.evaluate(
      `case ${lookUp(vhost, name)} of ` +
        '{ok, Queue} -> Info = rabbit_amqqueue:info(Queue, ' +
        '[messages_ready, messages_unacknowledged, consumers]), ' +
        '[Figure || {_, Figure} <- Info]; ' +
        '_ -> [] end',
    );
    const [ready, unacked, consumers] = figures as number[];
    if (ready === undefined || unacked === undefined || consumers === undefined) return undefined;
    return { ready, unacked, consumers };
  }

  /** Asks until there is the queue and its figures are as they should be. */
  async waitForQueue(
    vhost: string,
    name: string,
    predicate: (figures: QueueFigures) => boolean,
    timeout = 30_000,
  ): Promise<QueueFigures> {
    let last: QueueFigures | undefined;
    return waitFor(
      async () => {
        last = await this.queue(vhost, name);
        return last && predicate(last) ? last : undefined;
      },
      {
        timeout,
        message: () =>
          `queue ${name} to be as expected; ${last ? JSON.stringify(last) : 'it does not exist'}`,
      },
    );
  }

  /** The AMQP connections that have logged in, asked of each connection itself. */
  async connections(): Promise<ConnectionFigures[]> {
    const connections = await this.evaluate(
      `${eachConnection} Table = Get(client_properties), ` +
        'case lists:member(Get(state), [running, flow, blocking, blocked, closing]) of ' +
        'true -> [#{name => Get(name), user => Get(user), vhost => Get(vhost), ' +
        'channels => Get(channels), clientName => ' +
        'case lists:keyfind(<<"connection_name">>, 1, Table) of ' +
        '{_, _, Name} -> Name; false -> <<>> end}]; ' +
        `false -> [] end ${endEachConnection}`,
    );
    return connections as ConnectionFigures[];
  }

  /** As an operator closes it: the client is told the reason. */
  async closeConnection(name: string, reason = 'closed by the test'): Promise<void> {
    const closed = await this.evaluate(
      `${eachConnection} case Get(name) of ${erlangBinary(name)} -> ` +
        `rabbit_networking:close_connection(Connection, ${erlangBinary(reason)}), [true]; ` +
        `_ -> [] end ${endEachConnection}`,
    );
    if ((closed as unknown[]).length === 0) throw new Error(`the broker has no connection ${name}`);
  }

  /**
   * The broker closes each channel that consumes from the queue with 406 PRECONDITION_FAILED, as it does when an
   * acknowledgement is overdue; the connection stands. Returns how many channels there were.
   *
   * What closes them is an acknowledgement of something never delivered, slipped in as if the client had sent it.
   */
  async killChannel(vhost: string, queue: string): Promise<number> {
    const killed = await this.evaluate(
      `{ok, Queue} = ${lookUp(vhost, queue)}, ` +
        'Channels = lists:usort([element(1, C) || C <- rabbit_amqqueue:consumers(Queue)]), ' +
        "[rabbit_channel:do(C, {'basic.ack', 16#ffffffff, false}) || C <- Channels], " +
        'length(Channels)',
    );
    return killed as number;
  }

  /** Publishes through the default exchange; resolves when the broker has confirmed all. */
  publish(
    vhost: string,
    queue: string,
    messages: Iterable<OutgoingMessage> | AsyncIterable<OutgoingMessage>,
  ): Promise<void> {
    return this.#inVhost(vhost, async (channel) => {
      let open = true;
      channel.once('close', () => {
        open = false;
      });
      for await (const { body, properties } of messages) {
        if (!open) break;
        const room = channel.sendToQueue(queue, body, { persistent: true, ...properties });
        if (!room) await roomIn(channel);
      }
      await channel.waitForConfirms();
    });
  }

  /** As the administrator, on a connection that is closed when the work is done. */
  async #inVhost<T>(vhost: string, work: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
    const address = { hostname: '127.0.0.1', port: this.port, vhost, ...this.admin };
    const connection = await connect(address, { noDelay: true });
    try {
      return await Promise.race([failureOf(connection), this.#onChannel(connection, work)]);
    } finally {
      await connection.close().catch(() => undefined); // It may be the connection that failed.
    }
  }

  async #onChannel<T>(
    connection: ChannelModel,
    work: (channel: ConfirmChannel) => Promise<T>,
  ): Promise<T> {
    const channel = await connection.createConfirmChannel();
    return Promise.race([failureOf(channel), work(channel)]);
  }

  #configuration(options: RabbitMqOptions): string {
    const files = writeCertificates(this.directory, this.certificates);
    return [
      `listeners.tcp.1 = 127.0.0.1:${this.port}`,
      `listeners.ssl.1 = 127.0.0.1:${this.tlsPort}`,
      `ssl_options.cacertfile = ${files.ca}`,
      `ssl_options.certfile = ${files.certificate}`,
      `ssl_options.keyfile = ${files.key}`,
      'ssl_options.verify = verify_peer',
      `ssl_options.fail_if_no_peer_cert = ${options.requireClientCertificate ?? false}`,
      `default_user = ${this.admin.username}`,
      `default_pass = ${this.admin.password}`,
      'log.console = false',
      'log.file.level = warning',
      // A full disk is to fail a test with a message of its own, not to make publishers wait.
      'disk_free_limit.absolute = 50MB',
      ...(options.configuration ?? []),
      '',
    ].join('\n');
  }

  #write(name: string, content: string, mode = 0o600): void {
    fs.writeFileSync(path.join(this.directory, name), content, { mode });
  }
}

/** The broker notes on whose behalf something was done. */
const actingUser = erlangBinary('test');

/** Newer brokers may keep queues, users and virtual hosts in Khepri, which has them on disk before it answers. */
const keptInKhepri =
  '(erlang:function_exported(rabbit_khepri, is_enabled, 0) andalso rabbit_khepri:is_enabled())';

/** Between these two an Erlang expression says, with `Connection` and `Get`, what to list of each connection. */
const eachConnection =
  'lists:append([try ' +
  'Get = fun(Item) -> proplists:get_value(Item, rabbit_networking:connection_info(Connection, [Item])) end,';
// A connection that ends while it is asked is one that there is no more.
const endEachConnection =
  'catch _:_ -> [] end || Connection <- rabbit_networking:local_connections()])';

function lookUp(vhost: string, queue: string): string {
  const name = `rabbit_misc:r(${erlangBinary(vhost)}, queue, ${erlangBinary(queue)})`;
  return `rabbit_amqqueue:lookup(${name})`;
}

/** Rejects when the connection or channel fails; without a listener its failure would end the process. */
function failureOf(emitter: EventEmitter): Promise<never> {
  return new Promise((_, reject) => emitter.on('error', reject));
}

async function roomIn(channel: ConfirmChannel): Promise<void> {
  await new Promise<void>((resolve) => {
    const go = () => {
      channel.off('drain', go);
      channel.off('close', go);
      channel.off('error', go);
      resolve();
    };
    channel.on('drain', go);
    channel.on('close', go);
    channel.on('error', go);
  });
}
