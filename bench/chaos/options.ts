/** What can be asked of a chaos run on the command line. */
import { parseArgs } from 'node:util';
import { UsageError } from '../options';
import type { ChaosPlan } from './run';

export const usage = `npm run chaos -- [options]
  --store <place>         where ids are remembered: file, redis, memory, own: the filter's memory (file); the last
                          two are empty after a kill or deploy, and a killed broker has forgotten acknowledgements
                          of some seconds, so that more events come twice than are counted as explained
  --processes <n>         Node-REDs that share the queue (1, with redis 3)
  --events <n>            events in the queue (60000, with redis 20000)
  --duplicates <percent>  events that are sent twice (0, with redis 10)
  --node-red-kills <n>    how often a Node-RED is killed (5, with redis 1)
  --broker-kills <n>      how often the broker is killed (2, with redis 0)
  --resets <n>            how often the connections are reset (10, with redis 0)
  --redis-restarts <n>    how often Redis is killed and started again (0, with redis 1)
  --deploys <n>           how often it is deployed anew: all, the flow, what was changed, in turn (3)
  --prefetch <n>          events on their way at once, in each Node-RED (50)
  --delay <ms>            how long the step in the middle of the flow takes (50)
  --acknowledge <mode>    completion, or delivery to see what is lost without it (completion)`;

const stores = ['own', 'memory', 'file', 'redis'] as const;

/** Undefined where only the usage was asked for. */
export function parseOptions(args: readonly string[]): ChaosPlan | undefined {
  const { help, acknowledge, store: place, ...numbers } = parse(args);
  if (help) return undefined;
  const store = stores.find((known) => known === place);
  if (!store)
    throw new UsageError(`--store ${place}: own, memory, file or redis is needed.\n\n${usage}`);
  if (acknowledge !== 'completion' && acknowledge !== 'delivery') {
    throw new UsageError(
      `--acknowledge ${acknowledge}: completion or delivery is needed.\n\n${usage}`,
    );
  }
  const isShared = store === 'redis';
  const number = (
    name: keyof typeof numbers,
    min: number,
    usual: number,
    shared = usual,
  ): number => {
    const value = Number(numbers[name] ?? (isShared ? shared : usual));
    if (Number.isInteger(value) && value >= min) return value;
    throw new UsageError(
      `--${name} ${numbers[name]}: a whole number from ${min} is needed.\n\n${usage}`,
    );
  };
  const redisRestart = number('redis-restarts', 0, 0, 1);
  if (redisRestart > 0 && !isShared) {
    throw new UsageError(`--redis-restarts ${redisRestart}: only with --store redis.\n\n${usage}`);
  }
  return {
    store,
    processes: number('processes', 1, 1, 3),
    events: number('events', 1, 60_000, 20_000),
    duplicates: Math.min(100, number('duplicates', 0, 0, 10)),
    prefetch: number('prefetch', 1, 50),
    delay: number('delay', 0, 50),
    acknowledge,
    faults: {
      nodeRedKill: number('node-red-kills', 0, 5, 1),
      brokerKill: number('broker-kills', 0, 2, 0),
      reset: number('resets', 0, 10, 0),
      redisRestart,
      deploy: number('deploys', 0, 3),
    },
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        store: { type: 'string', default: 'file' },
        processes: { type: 'string' },
        events: { type: 'string' },
        duplicates: { type: 'string' },
        'node-red-kills': { type: 'string' },
        'broker-kills': { type: 'string' },
        resets: { type: 'string' },
        'redis-restarts': { type: 'string' },
        deploys: { type: 'string' },
        prefetch: { type: 'string' },
        delay: { type: 'string' },
        acknowledge: { type: 'string', default: 'completion' },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}
