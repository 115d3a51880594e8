/** The order of things: contestants take turns, round after round; afterwards one of them runs for long. */
import type { Arena, Task, Watched } from './arena';
import type { Contestant } from './contestant';
import type { ProcessOptions } from './contestant-process';
import type { Measurement } from './meter';

export interface Result {
  readonly contestant: Contestant;
  /** One per round. */
  readonly measurements: readonly Measurement[];
}

/** In turns, because a machine is not equally fast all the time: what happens to it happens to all of them. */
export async function takeTurns(
  arena: Arena,
  contestants: readonly Contestant[],
  task: Task,
  rounds: number,
  options: ProcessOptions,
  onMeasured: (
    round: number,
    contestant: Contestant,
    measurement: Measurement,
  ) => void | Promise<void>,
): Promise<Result[]> {
  const results = contestants.map((contestant) => ({
    contestant,
    measurements: [] as Measurement[],
  }));
  for (let round = 1; round <= rounds; round++) {
    for (const { contestant, measurements } of results) {
      const measurement = await arena.measureOnFullQueue(contestant, task, options);
      measurements.push(measurement);
      await onMeasured(round, contestant, measurement);
    }
  }
  return results;
}

/** Samples of the memory while one contestant takes many events. */
export function watchMemory(
  arena: Arena,
  contestant: Contestant,
  task: Task,
  options: ProcessOptions,
): Promise<Watched> {
  const samples = 20;
  const sampleEvery = Math.max(1, Math.floor(task.events / samples));
  return arena.measureOnRefilledQueue(contestant, { ...task, sampleEvery }, options);
}
