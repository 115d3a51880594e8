/** What a node adds to the way of an event: the same events with it and without it, in turns in one process. */
import initializeStore = require('../../nodes/invers-store');
import initializeState = require('../../nodes/invers-vehicle-state');
import initializeWatch = require('../../nodes/invers-watch');

import { median, slope } from '../statistics';
import { heapKept } from './collect';
import { CONSUMER, FleetBodies, type FleetBody, messageOf } from './messages';
import { type BenchNode, BenchRuntime } from './runtime';
import { BenchTopic } from './topic';

export type Kind = 'state' | 'watch';

export interface Place {
  readonly backend: string;
  readonly directory: string;
}

/** Of an event. */
export interface Passes {
  /** Microseconds of processor time to read it and to end its delivery, without a node: the best tenth of the rounds. */
  readonly without: number;
  /** What the node adds: the same, and the median over all rounds, with what others do to the machine. */
  readonly added: number;
  readonly addedMedian: number;
  /** Bytes of heap that are allocated. */
  readonly allocatedWithout: number;
  readonly allocated: number;
}

const NODES = {
  state: { type: 'invers-vehicle-state', state: '', watch: [] },
  watch: {
    type: 'invers-watch',
    conditions: [
      {
        property: 'state_of_charge_or_fuel_level_in_percent',
        operator: 'lt',
        value: '20',
        clear: '25',
      },
      { property: 'central_lock', operator: 'eq', value: 'UNLOCKED', clear: '' },
    ],
    holdFor: 0,
    repeat: 0,
    clearOutput: true,
  },
};
const VEHICLES = 10_000;
/** So many that most vehicles have been heard of more than once. */
const WARM_UP = 40_000;
/** Events on their way at once. */
const TOGETHER = 50;
/** Events of a round: few, so that some rounds meet nobody else on the processor. */
const ROUND = 250;
/** Rounds in which code is compiled. */
const COMPILING = 40;

interface Way {
  readonly topic: BenchTopic;
  readonly node: BenchNode | undefined;
}

/** Nodes that live as long as the process. */
function wayThrough(kind: Kind, place: Place): Way {
  const runtime = new BenchRuntime([initializeStore, initializeState, initializeWatch]);
  const topic = new BenchTopic();
  runtime.put(CONSUMER, topic);
  runtime.create({ id: 'store', type: 'invers-store', maxVehicles: 100_000, ...place });
  const node = runtime.create({ ...NODES[kind], id: 'node', name: kind, store: 'store' });
  runtime.start();
  return { topic, node };
}

let passed = 0;

async function pass({ topic, node }: Way, bodies: readonly FleetBody[]): Promise<void> {
  for (let at = 0; at < bodies.length; at += TOGETHER) {
    const ids: string[] = [];
    for (const body of bodies.slice(at, at + TOGETHER)) {
      const id = `delivery-${passed++}`;
      const message = messageOf(body, id);
      ids.push(id);
      topic.start(id, message.metadata.id, message);
      node?.receive(message);
    }
    await nextTurn();
    for (const id of ids) topic.acknowledge(id);
    await nextTurn();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** For each of the bodies. */
async function costOf(way: Way, bodies: readonly FleetBody[]) {
  const heap = process.memoryUsage().heapUsed;
  const begun = process.cpuUsage();
  await pass(way, bodies);
  const { user, system } = process.cpuUsage(begun);
  const allocated = process.memoryUsage().heapUsed - heap;
  return { cpu: (user + system) / bodies.length, allocated: allocated / bodies.length };
}

export async function measurePasses(kind: Kind, place: Place, rounds: number): Promise<Passes> {
  const without: Way = { topic: new BenchTopic(), node: undefined };
  const withNode = wayThrough(kind, place);
  const fleet = new FleetBodies(VEHICLES);
  await pass(withNode, fleet.take(WARM_UP));
  const costs: { one: Cost; other: Cost }[] = [];
  for (let round = -COMPILING; round < rounds; round++) {
    const bodies = fleet.take(ROUND);
    const one = await costOf(without, bodies);
    const other = await costOf(withNode, bodies);
    if (round >= 0) costs.push({ one, other });
  }
  const tenth = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 10)];
  const best = tenth(costs.map(({ one }) => one.cpu)) ?? Number.NaN;
  const bestWith = tenth(costs.map(({ other }) => other.cpu)) ?? Number.NaN;
  // a round in which the heap was collected says less than nothing, and the median passes over it
  const allocatedWithout = median(costs.map(({ one }) => one.allocated));
  return {
    without: best,
    added: bestWith - best,
    addedMedian: median(costs.map(({ one, other }) => other.cpu - one.cpu)),
    allocatedWithout,
    allocated: median(costs.map(({ other }) => other.allocated)) - allocatedWithout,
  };
}

type Cost = Awaited<ReturnType<typeof costOf>>;

export interface Flatness {
  readonly events: number;
  /** Bytes of heap that are kept of each event in the second half, when every vehicle is known. */
  readonly heapPerEvent: number;
  readonly heap: number;
}

export async function measureFlatness(place: Place, events: number): Promise<Flatness> {
  const way = wayThrough('state', place);
  const fleet = new FleetBodies(VEHICLES);
  const samples: [number, number][] = [];
  const step = events / 20;
  for (let count = step; count <= events; count += step) {
    await pass(way, fleet.take(step));
    if (count > events / 2) samples.push([count, heapKept()]);
  }
  return { events, heapPerEvent: slope(samples), heap: samples.at(-1)?.[1] ?? Number.NaN };
}
