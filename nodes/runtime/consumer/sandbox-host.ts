/** The sandbox of one invers-consumer: there from its first topic to its last, reached like any other broker. */
import { createHash, randomBytes } from 'node:crypto';
import type { BrokerHost, BrokerSettings } from '../../../src/broker/settings';
import type { Happening, HappeningTo } from '../../../src/sandbox/fleet/fleet';
import type { Sandbox } from '../../../src/sandbox/sandbox';
import type { SandboxSettings } from '../settings/sandbox';

/** As INVERS names its consumers. Only this process knows the password. */
const USERNAME = 'f-SNDBX-c-SANDBOX';
const VIRTUAL_HOST = '/';
const HEARTBEAT = 30;

export class SandboxHost implements BrokerHost {
  readonly #password = randomBytes(24).toString('base64url');
  #sandbox: Promise<Sandbox> | undefined;
  #stopping: Promise<void> = Promise.resolve();

  constructor(
    private readonly nodeId: string,
    private readonly connectionName: string,
    private readonly fleet: SandboxSettings,
  ) {}

  async start(): Promise<BrokerSettings> {
    this.#sandbox ??= this.#stopping.then(() => this.#open());
    return this.#settings(await this.#sandbox);
  }

  /** Where it is, while a topic keeps it running. */
  async running(): Promise<BrokerSettings | undefined> {
    const sandbox = await this.#sandbox;
    return sandbox && this.#settings(sandbox);
  }

  #settings({ port }: Sandbox): BrokerSettings {
    return {
      host: '127.0.0.1',
      port,
      vhost: VIRTUAL_HOST,
      username: USERNAME,
      password: this.#password,
      tls: undefined,
      heartbeat: HEARTBEAT,
      connectionName: this.connectionName,
    };
  }

  /** Lets something happen to a vehicle now. */
  async happen(happening: Happening): Promise<HappeningTo | 'not-running' | 'no-vehicle'> {
    const sandbox = await this.#sandbox;
    return sandbox ? (sandbox.happen(happening) ?? 'no-vehicle') : 'not-running';
  }

  stop(): Promise<void> {
    const sandbox = this.#sandbox;
    this.#sandbox = undefined;
    this.#stopping = sandbox
      ? sandbox.then(
          (started) => started.stop(),
          () => undefined, // It did not start, which `start` has told.
        )
      : this.#stopping;
    return this.#stopping;
  }

  async #open(): Promise<Sandbox> {
    // Loaded here, so that it costs nothing to those who do not use it.
    const { Sandbox } = await import('../../../src/sandbox/sandbox.js');
    return Sandbox.start({
      fleet: { ...this.fleet, seed: seedOf(this.nodeId) },
      login: { username: USERNAME, password: this.#password, virtualHost: VIRTUAL_HOST },
    });
  }
}

/** The same vehicles after each restart, and others for each consumer. */
function seedOf(nodeId: string): number {
  return createHash('sha256').update(nodeId).digest().readUInt32BE(0);
}
