/** Remembers keys in Redis, for all Node-RED instances that consume the same queue. */
import type { Clock } from '../../time/clock';
import type { KeyStore, Reservation, TellHealth } from '../key-store';
import {
  type CreateRedisClient,
  type RedisAddress,
  type RedisClient,
  RedisConnection,
} from './redis-connection';
import { type Script, scripts } from './redis-scripts';

export interface RedisStoreOptions extends RedisAddress {
  /** What every key begins with. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly tell: TellHealth;
  readonly random?: () => number;
  /** Redis' own client, unless another one is given. */
  readonly createClient?: CreateRedisClient;
}

/** Milliseconds after which the reservation of a dead process lapses; a living process renews its own. */
export const LEASE = 15_000;
const RENEWAL = LEASE / 3;
/** How many keys recorded while Redis is away are kept to be written when it is back; beyond that the oldest are dropped. */
const MOST_UNTOLD = 10_000;
/** Keys that are looked for at once when all are forgotten. */
const PAGE = 1_000;

interface Held {
  readonly owner: string;
  /** milliseconds since 1970, both */
  readonly since: number;
  readonly until: number;
}

interface Untold {
  readonly since: number;
  readonly window: number;
}

export class RedisStore implements KeyStore {
  readonly #connection: RedisConnection;
  readonly #clock: Clock;
  readonly #prefix: string;
  /** Reservations of this process; each ends with its delivery. */
  readonly #held = new Map<string, Held>();
  readonly #untold = new Map<string, Untold>();
  #cancelRenewal: (() => void) | undefined;

  constructor(options: RedisStoreOptions) {
    const { clock, tell, prefix, random, createClient } = options;
    this.#clock = clock;
    this.#prefix = `${prefix}seen:`;
    const onReady = () => this.#tellUntold();
    this.#connection = new RedisConnection(options, clock, tell, onReady, random, createClient);
  }

  async reserve(key: string, owner: string, lease: number, window: number): Promise<Reservation> {
    const now = this.#clock.now();
    const until = now + (lease === 0 ? LEASE : lease);
    const reply = await this.#evaluate(scripts.reserve, key, [
      owner,
      Math.min(until - now, LEASE),
      now,
      window,
    ]);
    if (Array.isArray(reply)) return { firstSeenAt: Number(reply[0]), count: Number(reply[1]) };
    if (reply === 1) return 'taken';
    this.#held.set(key, { owner, since: now, until });
    this.#renewLater();
    return 'reserved';
  }

  async record(key: string, owner: string, window: number): Promise<void> {
    const since = this.#letGo(key, owner)?.since ?? this.#clock.now();
    await this.#record(key, { since, window });
  }

  async release(key: string, owner: string): Promise<void> {
    this.#letGo(key, owner);
    await this.#evaluate(scripts.release, key, [owner]);
  }

  async forget(): Promise<void> {
    this.#untold.clear();
    const pattern = `${this.#prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
    let cursor = '0';
    do {
      const from = cursor;
      const page = await this.#connection.run((client) =>
        client.scan(from, { MATCH: pattern, COUNT: PAGE }),
      );
      if (page.keys.length > 0) await this.#connection.run((client) => client.unlink(page.keys));
      cursor = String(page.cursor);
    } while (cursor !== '0');
  }

  /** Redis keeps each key for the window that it was recorded with. */
  retain(): void {
    // nothing to prepare
  }

  async close(): Promise<void> {
    this.#cancelRenewal?.();
    await this.#connection.close();
  }

  async #record(key: string, { since, window }: Untold): Promise<void> {
    try {
      await this.#evaluate(scripts.record, key, [since, this.#clock.now(), window]);
    } catch (error) {
      this.#untold.set(key, { since, window });
      const [oldest] = this.#untold.size > MOST_UNTOLD ? this.#untold.keys() : [];
      if (oldest !== undefined) this.#untold.delete(oldest);
      throw error;
    }
  }

  #tellUntold(): void {
    const untold = [...this.#untold];
    this.#untold.clear();
    for (const [key, entry] of untold) {
      // kept for the next time; the connection has said why it failed
      this.#record(key, entry).catch(() => undefined);
    }
    // A Redis that keeps nothing on disk has lost the reservations, too.
    if (this.#held.size > 0) this.#renew();
  }

  #letGo(key: string, owner: string): Held | undefined {
    const held = this.#held.get(key);
    if (held?.owner !== owner) return undefined;
    this.#held.delete(key);
    return held;
  }

  #renewLater(): void {
    this.#cancelRenewal ??= this.#clock.after(RENEWAL, () => {
      this.#cancelRenewal = undefined;
      this.#renew();
      if (this.#held.size > 0) this.#renewLater();
    });
  }

  #renew(): void {
    const now = this.#clock.now();
    for (const [key, { owner, since, until }] of this.#held) {
      if (until <= now) {
        this.#held.delete(key);
        continue;
      }
      const lease = Math.min(until - now, LEASE);
      // the connection reports the outage; an event whose reservation lapses may come twice, but is not lost
      this.#evaluate(scripts.renew, key, [owner, lease, since]).catch(() => undefined);
    }
  }

  #evaluate(script: Script, key: string, values: readonly (string | number)[]): Promise<unknown> {
    const options = {
      keys: [this.#prefix + key],
      arguments: values.map((value) =>
        typeof value === 'number' ? String(Math.ceil(value)) : value,
      ),
    };
    return this.#connection.run((client) => evaluate(client, script, options));
  }
}

/** Runs a script by its digest; after a restart Redis does not know it, and gets its whole text. */
export async function evaluate(
  client: RedisClient,
  { sha, text }: Script,
  options: { keys: string[]; arguments: string[] },
): Promise<unknown> {
  try {
    return await client.evalSha(sha, options);
  } catch (error) {
    if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
    return client.eval(text, options);
  }
}
