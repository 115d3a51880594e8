/** What vehicles cost: each figure measured in a process of its own, then the whole flow with the nodes in it. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Arena } from '../arena';
import type { ProcessOptions } from '../contestant-process';
import { plainFlow } from '../contestants';
import { flow } from '../contestants/flow';
import type { Judgement } from '../demands';
import type { BenchOptions } from '../options';
import { rateTable, table } from '../report';
import { takeTurns } from '../runner';
import type { Flatness, Passes } from './passes';
import type { Stored } from './stored';

/** Microseconds that a node may add to an event, with 10,000 vehicles. */
const MAX_ADDED = 10;
/** Bytes for a vehicle of 30 properties. */
const MAX_BYTES = 2_000;
/** Seconds in which 100,000 of them load. */
const MAX_LOAD = 2;
/** Bytes of heap for each event: a reference would be 8. */
const MAX_GROWTH = 8;

const NODES = ['state', 'watch'] as const;
const BACKENDS = ['memory', 'file'] as const;

export interface VehicleFigures {
  readonly nodes: readonly (Passes & { readonly node: string; readonly backend: string })[];
  readonly store: Stored;
  readonly flatness: Flatness;
  readonly judgements: readonly Judgement[];
}

export async function benchVehicles(
  isQuick: boolean,
  signal: AbortSignal,
): Promise<VehicleFigures> {
  const nodes: VehicleFigures['nodes'][number][] = [];
  for (const node of NODES) {
    for (const backend of BACKENDS) {
      const passes = await measure<Passes>([node, backend, isQuick ? 40 : 400], signal);
      nodes.push({ node, backend, ...passes });
    }
  }
  const store = await measure<Stored>(['store', 'file', isQuick ? 10_000 : 100_000], signal);
  const events = isQuick ? 50_000 : 500_000;
  const flatness = await measure<Flatness>(['flatness', 'memory', events], signal);
  console.log(`\nWhat a node adds to an event, 10,000 vehicles\n\n${nodeTable(nodes)}`);
  const judgements = [...nodes.map(judgeAdded), judgeStore(store), judgeFlatness(flatness)];
  return { nodes, store, flatness, judgements };
}

/** The whole flow, acknowledging when it has finished, with each node in front of its filter. */
export async function benchVehicleFlows(
  arena: Arena,
  { rounds, events, warmUp, prefetch }: BenchOptions,
  processes: ProcessOptions,
): Promise<void> {
  const flows = NODES.flatMap((node) =>
    BACKENDS.map((backend) => {
      const name = `flow, ${node}, ${backend === 'file' ? 'files' : backend}`;
      return flow({ name, vehicle: { node, backend } });
    }),
  );
  const task = { prefetch, warmUp, events };
  const results = await takeTurns(
    arena,
    [plainFlow, ...flows],
    task,
    rounds,
    processes,
    () => undefined,
  );
  const [plain] = results;
  if (plain) console.log(`\n${rateTable(results, plain, events)}`);
}

function nodeTable(nodes: VehicleFigures['nodes']): string {
  return table(
    ['node', 'kept in', 'CPU per event', 'µs added', 'µs added, all rounds', 'bytes allocated'],
    nodes.map(({ node, backend, without, added, addedMedian, allocated }) => [
      node,
      backend,
      `× ${((without + added) / without).toFixed(2)} of ${without.toFixed(1)} µs`,
      added.toFixed(1),
      addedMedian.toFixed(1),
      allocated.toFixed(0),
    ]),
  );
}

function judgeAdded({ node, backend, added }: VehicleFigures['nodes'][number]): Judgement {
  const met = added <= MAX_ADDED;
  return {
    met,
    text: `A ${node} in ${backend}: +${added.toFixed(1)} µs per event; at most ${MAX_ADDED} are demanded: ${said(met)}.`,
  };
}

function judgeStore({ vehicles, properties, bytes, loadCpuSeconds }: Stored): Judgement {
  const met = bytes <= MAX_BYTES && loadCpuSeconds <= MAX_LOAD;
  return {
    met,
    text:
      `${vehicles} vehicles of ${properties} properties: ${bytes.toFixed(0)} bytes each (at most ${MAX_BYTES}), ` +
      `loaded from files with ${loadCpuSeconds.toFixed(2)} s of processor time (at most ${MAX_LOAD}): ${said(met)}.`,
  };
}

function judgeFlatness({ events, heapPerEvent }: Flatness): Judgement {
  const met = heapPerEvent < MAX_GROWTH;
  return {
    met,
    text: `States over the second half of ${events} events: heap ${heapPerEvent.toFixed(1)} bytes per event (below ${MAX_GROWTH}): ${met ? 'flat' : 'NOT FLAT'}.`,
  };
}

function said(met: boolean): string {
  return met ? 'reached' : 'MISSED';
}

async function measure<Figures>(
  args: readonly (string | number)[],
  signal: AbortSignal,
): Promise<Figures> {
  const program = [path.join(__dirname, 'process.js'), ...args.map(String)];
  const { stdout } = await promisify(execFile)(process.execPath, program, { signal });
  return JSON.parse(stdout) as Figures;
}
