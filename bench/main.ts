/** The benchmark: measures, prints what it found, and with `--check` fails where it is not what is demanded. */
import fs from 'node:fs';
import { requireFromNodeRed } from '../test/support/node-red-home';
import { Arena } from './arena';
import type { Contestant } from './contestant';
import type { ProcessOptions } from './contestant-process';
import { contestants, handOver, plainFlow, slowFlow, yardstick } from './contestants';
import { benchDedupe } from './dedupe';
import {
  type Judgement,
  judgeBackPressure,
  judgeMemory,
  judgeRatio,
  judgeValidation,
} from './demands';
import { type BenchOptions, parseOptions, UsageError, usage } from './options';
import { cpuIn, describeMachine, memoryTable, rateIn, rateTable, ratioOf } from './report';
import { takeTurns, watchMemory } from './runner';
import { measureValidation } from './validation';
import { benchVehicleFlows, benchVehicles } from './vehicles/bench';

/** The default of invers-topic-in: what a user's slow flow has. */
const SLOW_PREFETCH = 50;

/** Somebody has had enough, which is no fault that a stack would explain. */
class Interruption extends Error {}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (!options) {
    console.log(usage);
    return;
  }
  const interruption = new AbortController();
  // Ctrl-C reaches the contestants as well; whatever was started is ended before we end.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => interruption.abort(new Interruption(`Stopped by ${signal}.`)));
  }
  const processes = { signal: interruption.signal, cpuProf: options.cpuProf };
  const arena = await Arena.open();
  try {
    if (options.dedupe) return await benchDedupe(arena, options, processes);
    if (options.vehicles) {
      const vehicles = await benchVehicles(options.quick, interruption.signal);
      console.log(`\n${vehicles.judgements.map(({ text }) => text).join('\n')}`);
      writeFigures(options, { vehicles });
      return await benchVehicleFlows(arena, options, processes);
    }
    const judgements = await bench(arena, options, processes);
    if (options.check && judgements.some(({ met }) => !met)) process.exitCode = 1;
  } catch (error) {
    // What fails after an interruption fails because of it.
    throw interruption.signal.aborted ? interruption.signal.reason : error;
  } finally {
    await arena.close();
  }
}

async function bench(
  arena: Arena,
  options: BenchOptions,
  processes: ProcessOptions,
): Promise<Judgement[]> {
  const { version } = requireFromNodeRed()('./package.json') as { version: string };
  const machine = describeMachine(version, await arena.brokerVersion());
  console.log(machine);
  const validation = measureValidation();
  const judgements = [judgeValidation(validation)];
  const rates = await benchRates(arena, options, processes);
  judgements.push(rates.judgement);
  if (options.memoryEvents > 0 || options.check) {
    judgements.push(...(await benchMemory(arena, plainFlow, options, processes)));
  }
  if (options.slowEvents > 0) {
    const slow = { ...options, memoryEvents: options.slowEvents, prefetch: SLOW_PREFETCH };
    judgements.push(...(await benchMemory(arena, slowFlow, slow, processes)));
  }
  const vehicles = await benchVehicles(options.quick, processes.signal);
  judgements.push(...vehicles.judgements);
  console.log(`\n${judgements.map(({ text }) => text).join('\n')}`);
  writeFigures(options, { machine, validation, contestants: rates.figures, vehicles, judgements });
  return judgements;
}

async function benchRates(
  arena: Arena,
  options: BenchOptions,
  processes: ProcessOptions,
): Promise<{ judgement: Judgement; figures: unknown }> {
  const { rounds, events, warmUp, prefetch } = options;
  const rate = rateIn(events);
  const cpu = cpuIn(events);
  console.log(
    `\n${rounds} rounds of ${events} events after ${warmUp} to warm up, prefetch ${prefetch}\n`,
  );
  const task = { prefetch, warmUp, events };
  const results = await takeTurns(
    arena,
    contestants,
    task,
    rounds,
    processes,
    (round, { name }, measured) =>
      console.log(
        `round ${round}, ${name}: ${rate(measured).toFixed(0)} events/s, ${cpu(measured).toFixed(1)} µs/event`,
      ),
  );
  const resultOf = (wanted: (typeof contestants)[number]) => {
    const result = results.find(({ contestant }) => contestant === wanted);
    if (!result) throw new Error(`${wanted.name} is not among the contestants.`);
    return result;
  };
  const yardstickResult = resultOf(yardstick);
  console.log(`\n${rateTable(results, yardstickResult, events)}`);
  const judgement = judgeRatio(ratioOf(rate, resultOf(handOver), yardstickResult).median);
  const figures = results.map((result) => ({
    name: result.contestant.name,
    rate: ratioOf(rate, result, yardstickResult),
    cpu: ratioOf(cpu, result, yardstickResult),
    measurements: result.measurements,
  }));
  return { judgement, figures };
}

function writeFigures({ json }: BenchOptions, figures: object): void {
  if (json) fs.writeFileSync(json, `${JSON.stringify(figures, undefined, 2)}\n`);
}

async function benchMemory(
  arena: Arena,
  contestant: Contestant,
  { memoryEvents, warmUp, prefetch }: BenchOptions,
  processes: ProcessOptions,
): Promise<Judgement[]> {
  if (memoryEvents === 0) return [judgeMemory([])];
  console.log(
    `\nMemory of ${contestant.name} over ${memoryEvents} events, after garbage collection\n`,
  );
  const task = { prefetch, warmUp, events: memoryEvents };
  const { measurement, mostUnacked } = await watchMemory(arena, contestant, task, processes);
  const { samples, seconds } = measurement;
  console.log(memoryTable(samples));
  console.log(`\n${(memoryEvents / seconds).toFixed(0)} events/s for ${seconds.toFixed(0)} s`);
  return [judgeMemory(samples), judgeBackPressure(mostUnacked, prefetch)];
}

main().catch((error: unknown) => {
  const isExpected = error instanceof UsageError || error instanceof Interruption;
  console.error(isExpected ? error.message : error);
  process.exitCode = 1;
});
