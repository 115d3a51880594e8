/** The sandbox as a whole: a broker on loopback, and a simulated fleet that fills its queues. */
import {
  FLEET_QUEUES,
  Fleet,
  type FleetOptions,
  type Happening,
  type HappeningTo,
} from './fleet/fleet';
import { FleetFeed } from './fleet-feed';
import type { Login } from './handshake';
import type { Limits } from './limits';
import { SandboxServer } from './server';

export interface SandboxOptions {
  /** What the fleet is like; it starts now. */
  readonly fleet: Omit<FleetOptions, 'start'>;
  readonly login: Login;
  /** 0 or nothing said = any that is free. */
  readonly port?: number;
  readonly limits?: Partial<Limits>;
}

export class Sandbox {
  /**
   * Listens, and lets the fleet live. Throws a RangeError for a fleet that cannot be; rejects with the error of
   * `net.Server` where the port is taken or not allowed.
   */
  static async start({ fleet, ...options }: SandboxOptions): Promise<Sandbox> {
    const simulated = new Fleet({ ...fleet, start: Date.now() });
    const server = await SandboxServer.listen(options);
    for (const queue of FLEET_QUEUES) server.queues.create(queue);
    return new Sandbox(server, simulated);
  }

  readonly #feed: FleetFeed;

  private constructor(
    readonly server: SandboxServer,
    fleet: Fleet,
  ) {
    // A queue that a client has deleted stays so: its events are lost, as they would be at INVERS.
    this.#feed = new FleetFeed(fleet, ({ queue, body, properties }) =>
      server.publish(queue, body, properties),
    );
    this.#feed.start();
  }

  get port(): number {
    return this.server.port;
  }

  /** Lets something happen to a vehicle now; undefined where there is none for it. */
  happen(happening: Happening): HappeningTo | undefined {
    return this.#feed.happen(happening);
  }

  /** Ends the fleet, tells the clients to go, and frees the port. */
  async stop(): Promise<void> {
    this.#feed.stop();
    await this.server.close();
  }
}
