/** What can be asked of a chaos run on the command line. */
import { parseArgs } from 'node:util';
import { UsageError } from '../options';
import type { ChaosPlan } from './run';

export const usage = `npm run chaos -- [options]
  --events <n>            events in the queue (60000)
  --node-red-kills <n>    how often Node-RED is killed (5)
  --broker-kills <n>      how often the broker is killed (2)
  --resets <n>            how often the connection is reset (10)
  --prefetch <n>          events on their way at once (50)
  --delay <ms>            how long the step in the middle of the flow takes (50)
  --acknowledge <mode>    completion, or delivery to see what is lost without it (completion)`;

/** Undefined where only the usage was asked for. */
export function parseOptions(args: readonly string[]): ChaosPlan | undefined {
  const { help, acknowledge, ...numbers } = parse(args);
  if (help) return undefined;
  if (acknowledge !== 'completion' && acknowledge !== 'delivery') {
    throw new UsageError(
      `--acknowledge ${acknowledge}: completion or delivery is needed.\n\n${usage}`,
    );
  }
  const number = (name: keyof typeof numbers, fallback: number, min: number): number => {
    const value = Number(numbers[name] ?? fallback);
    if (Number.isInteger(value) && value >= min) return value;
    throw new UsageError(
      `--${name} ${numbers[name]}: a whole number from ${min} is needed.\n\n${usage}`,
    );
  };
  return {
    events: number('events', 60_000, 1),
    prefetch: number('prefetch', 50, 1),
    delay: number('delay', 50, 0),
    acknowledge,
    faults: {
      nodeRedKill: number('node-red-kills', 5, 0),
      brokerKill: number('broker-kills', 2, 0),
      reset: number('resets', 10, 0),
    },
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        events: { type: 'string' },
        'node-red-kills': { type: 'string' },
        'broker-kills': { type: 'string' },
        resets: { type: 'string' },
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
