/** Parks events in Redis: bounded, the oldest go first. */
import type { Clock } from '../../time/clock';
import type { TellHealth } from '../key-store';
import {
  PARKED_LIMITS,
  type ParkedEvent,
  type ParkedStore,
  type ParkedSummary,
} from '../parked-store';
import { type CreateRedisClient, type RedisAddress, RedisConnection } from './redis-connection';
import { scripts } from './redis-scripts';
import { evaluate } from './redis-store';

export interface RedisParkedOptions extends RedisAddress {
  /** What every key begins with. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly tell: TellHealth;
  /** Hears that the oldest event had to go. */
  readonly onDropped: () => void;
  readonly limits?: typeof PARKED_LIMITS;
  readonly createClient?: CreateRedisClient;
}

interface Content {
  readonly body: string;
  readonly properties: object;
}

/** Events that are asked for at once. */
const PAGE = 1_000;

export class RedisParked implements ParkedStore {
  readonly #connection: RedisConnection;

  constructor(private readonly options: RedisParkedOptions) {
    const { clock, tell, createClient } = options;
    const onReady = () => undefined;
    this.#connection = new RedisConnection(options, clock, tell, onReady, undefined, createClient);
  }

  /** Rejects with a StoreAway where Redis did not take it. */
  async park({ body, properties, ...summary }: ParkedEvent): Promise<void> {
    const { onDropped, limits = PARKED_LIMITS } = this.options;
    const content: Content = { body: body.toString('base64'), properties };
    const dropped = await this.#connection.run((client) =>
      evaluate(client, scripts.park, {
        keys: this.#keys,
        arguments: [
          summary.id,
          JSON.stringify(summary),
          JSON.stringify(content),
          String(limits.events),
          String(limits.bytes),
        ],
      }),
    );
    for (let count = 0; count < Number(dropped); count++) onDropped();
  }

  async list(): Promise<ParkedSummary[]> {
    const [, order = '', summaries = ''] = this.#keys;
    const all: ParkedSummary[] = [];
    const ids = await this.#connection.run((client) => client.zRange(order, 0, -1));
    for (let at = 0; at < ids.length; at += PAGE) {
      const page = ids.slice(at, at + PAGE);
      const texts = await this.#connection.run((client) => client.hmGet(summaries, page));
      for (const text of texts) if (text) all.push(JSON.parse(text) as ParkedSummary);
    }
    return all;
  }

  async read(id: string): Promise<ParkedEvent | undefined> {
    const [, , summaries = '', contents = ''] = this.#keys;
    const summary = await this.#connection.run((client) => client.hGet(summaries, id));
    const content = await this.#connection.run((client) => client.hGet(contents, id));
    if (!summary || !content) return undefined;
    const { body, properties } = JSON.parse(content) as Content;
    return {
      ...(JSON.parse(summary) as ParkedSummary),
      body: Buffer.from(body, 'base64'),
      properties,
    };
  }

  async remove(id: string): Promise<void> {
    await this.#connection.run((client) =>
      evaluate(client, scripts.unpark, { keys: this.#keys, arguments: [id] }),
    );
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** How many bytes are parked, the order of the ids, what is listed, and what is not. */
  get #keys(): string[] {
    return ['bytes', 'order', 'summaries', 'contents'].map(
      (name) => `${this.options.prefix}parked:${name}`,
    );
  }
}
