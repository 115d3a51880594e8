/** Which processes use the vehicles in one Redis: each gives a sign of life, and sees when another gives none any more. */
import type { Clock } from '../../time/clock';
import type { RedisConnection } from './redis-connection';

export interface RedisProcessesOptions {
  readonly connection: Pick<RedisConnection, 'run'>;
  /** Of a set with `<process> <until>`, in milliseconds since 1970. */
  readonly key: string;
  readonly process: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds for which a sign of life holds. */
  readonly lease: number;
}

export class RedisProcesses {
  #alive: ReadonlySet<string> = new Set();
  #own: string | undefined;

  constructor(private readonly options: RedisProcessesOptions) {}

  /** Gives a sign of life; returns whether another process has gone since the last time. Rejects while Redis is away. */
  async look(): Promise<boolean> {
    const { clock, connection, key, lease, process } = this.options;
    const now = clock.now();
    const own = `${process} ${now + lease}`;
    const before = this.#own;
    await connection.run((client) => client.sAdd(key, [own]));
    this.#own = own;
    const members = await connection.run((client) => client.sMembers(key));
    const isOver = (member: string) => !(Number(member.split(' ')[1]) > now);
    const over = members.filter((member) => isOver(member) || member === before);
    for (const member of over) {
      if (member !== own) await connection.run((client) => client.sRem(key, member));
    }
    const alive = new Set(
      members.filter((member) => !isOver(member)).map((member) => member.split(' ')[0] ?? ''),
    );
    const hasGone = [...this.#alive].some((other) => !alive.has(other));
    this.#alive = alive;
    return hasGone;
  }

  /** This process goes: the others need not wait until they miss it. */
  async leave(): Promise<void> {
    const { connection, key } = this.options;
    const own = this.#own;
    if (own !== undefined) await connection.run((client) => client.sRem(key, own));
  }
}
