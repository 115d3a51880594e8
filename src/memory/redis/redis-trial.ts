/** One try at a Redis for a person who waits for the answer: log in, look for a key of the store by a script, and leave. */
import { systemClock } from '../../time/clock';
import { type RedisAddress, RedisConnection } from './redis-connection';

/** Rejects with a StoreAway. Writes nothing. */
export async function tryRedis(address: RedisAddress, prefix: string): Promise<void> {
  const nobody = () => undefined;
  const connection = new RedisConnection(address, systemClock, nobody, nobody);
  try {
    // scripts are what the store works with, and keys of this beginning are what its user must be allowed
    await connection.run((client) =>
      client.eval("return redis.call('EXISTS', KEYS[1])", {
        keys: [`${prefix}test`],
        arguments: [],
      }),
    );
  } finally {
    await connection.close();
  }
}
