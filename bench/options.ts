/** What can be asked of the benchmark on the command line. */
import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly rounds: number;
  /** Measured in each round, by each contestant. */
  readonly events: number;
  readonly warmUp: number;
  readonly prefetch: number;
  /** Of the long run in which memory is measured; 0 = no such run. */
  readonly memoryEvents: number;
  /** Of the long run with a flow that is ten times slower than its queue; 0 = no such run. */
  readonly slowEvents: number;
  /** Fail where what is demanded is not reached. */
  readonly check: boolean;
  /** A folder for profiles of what the contestants spend their time on. */
  readonly cpuProf: string | undefined;
  /** Only what remembering event ids costs. */
  readonly dedupe: boolean;
  /** Only what vehicles cost. */
  readonly vehicles: boolean;
  /** Only what shows that it works. */
  readonly quick: boolean;
  /** A file for the figures. */
  readonly json: string | undefined;
}

export const usage = `npm run bench -- [options]
  --rounds <n>          measurements of each contestant (5)
  --events <n>          events in each measurement (40000)
  --prefetch <n>        events on their way at once (200)
  --memory-events <n>   events of the run that watches the memory, 0 to leave it out (500000)
  --slow-events <n>     events of a run with a flow that is ten times slower than its queue (0)
  --quick               2 rounds of 5000 events, no memory: shows that it works, and no more
  --dedupe              only what remembering event ids costs, in memory, in files and in Redis
  --vehicles            only what vehicles cost: states, watches, their store, and flows with them
  --json <file>         write the figures into this file too
  --check               fail where what is demanded is not reached
  --cpu-prof <folder>   write a CPU profile of each contestant's process; the figures are worse then`;

/** Something was asked that cannot be had; the message says what can. */
export class UsageError extends Error {}

/** Undefined where only the usage was asked for. */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parse(args);
  const { quick, check, help } = values;
  if (help) return undefined;
  const number = (name: string, text: string | undefined, fallback: number, min = 1): number => {
    const value = Number(text ?? fallback);
    if (Number.isInteger(value) && value >= min) return value;
    throw new UsageError(`--${name} ${text}: a whole number from ${min} is needed.\n\n${usage}`);
  };
  return {
    rounds: number('rounds', values.rounds, quick ? 2 : 5),
    events: number('events', values.events, quick ? 5_000 : 40_000),
    warmUp: 10_000,
    prefetch: number('prefetch', values.prefetch, 200),
    memoryEvents: number('memory-events', values['memory-events'], quick ? 0 : 500_000, 0),
    slowEvents: number('slow-events', values['slow-events'], 0, 0),
    check,
    dedupe: values.dedupe,
    vehicles: values.vehicles,
    quick,
    json: values.json,
    cpuProf: values['cpu-prof'],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string' },
        events: { type: 'string' },
        prefetch: { type: 'string' },
        'memory-events': { type: 'string' },
        'slow-events': { type: 'string' },
        'cpu-prof': { type: 'string' },
        quick: { type: 'boolean', default: false },
        dedupe: { type: 'boolean', default: false },
        vehicles: { type: 'boolean', default: false },
        json: { type: 'string' },
        check: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}
