/** The whole flow in a Node-RED of its own: topic-in → event-filter, which lets each event through once → two sinks. */
import fs from 'node:fs';
import path from 'node:path';
import { delay } from '../../test/support/core-node-routes';
import {
  consumer,
  eventFilter,
  type FlowNode,
  node,
  type Properties,
  storeNode,
  tab,
  topicIn,
  vehicleState,
  watch,
} from '../../test/support/flow';
import { makeUserDir, requireFromNodeRed } from '../../test/support/node-red-home';
import type { Contestant, Job } from '../contestant';
import { eventTypes } from '../events';

/** How many events the filter remembers: as many as by default. Its memory grows until then. */
export const remembered = 100_000;

/** What is set other than in the plain flow. */
export interface FlowVariant {
  readonly name: string;
  readonly topicIn?: Properties;
  readonly eventFilter?: Properties;
  /** Milliseconds that each event waits before it reaches its sink. */
  readonly step?: number;
  /** An invers-store that the filter names; without it, the filter has a memory of its own. */
  readonly store?: Properties;
  /** A node that keeps vehicles, in front of the filter. */
  readonly vehicle?: { readonly node: 'state' | 'watch'; readonly backend: string };
}

export function flow(variant: FlowVariant): Contestant {
  return {
    name: variant.name,
    prepare(job) {
      const userDir = makeUserDir();
      writeFlow(userDir, flowFor(job, variant));
      return {
        file: requireFromNodeRed().resolve('./red.js'),
        args: ['--settings', path.join(__dirname, 'flow-settings.js')],
        env: { BENCH_USER_DIR: userDir },
        dispose: () => fs.rmSync(userDir, { recursive: true, force: true, maxRetries: 5 }),
      };
    },
  };
}

function flowFor(job: Job, variant: FlowVariant): FlowNode[] {
  const { port, vhost, username, password, queue, prefetch } = job;
  const broker = consumer({ port, vhost, username, password });
  const sinks = eventTypes.map(() => node('bench-sink'));
  const { step } = variant;
  const ends =
    step === undefined ? sinks : sinks.map((sink) => delay(String(step), 'milliseconds', [sink]));
  const stores = variant.store ? [storeNode(variant.store)] : [];
  const filter = eventFilter(
    {
      store: stores[0]?.id ?? '',
      routes: eventTypes.map((type) => ({ name: '', types: [type], majorVersions: [] })),
      other: false,
      maxEntries: remembered,
      ...variant.eventFilter,
    },
    ...ends.map((end) => [end]),
  );
  const vehicles = variant.vehicle ? vehicleNodes(variant.vehicle, filter) : [];
  const [first = filter] = vehicles;
  const topic = topicIn({ consumer: broker, queue, prefetch, ...variant.topicIn }, [first], []);
  return tab([broker, ...stores, topic, ...vehicles, filter, ...new Set([...ends, ...sinks])]);
}

/** A watch says little, so events go past it. */
function vehicleNodes(
  { node: kind, backend }: NonNullable<FlowVariant['vehicle']>,
  next: FlowNode,
) {
  const store = storeNode({ backend });
  if (kind === 'state') return [vehicleState({ store: store.id }, [next], [next]), store];
  const conditions = [
    {
      property: 'state_of_charge_or_fuel_level_in_percent',
      operator: 'lt',
      value: '20',
      clear: '25',
    },
    { property: 'central_lock', operator: 'eq', value: 'UNLOCKED', clear: '' },
  ];
  const fork = node('junction', {}, [next]);
  const watching = watch({ store: store.id, conditions, name: 'bench' }, [], []);
  return [{ ...fork, wires: [[next.id, watching.id]] }, watching, store];
}

/** As Node-RED keeps it: credentials apart from the rest. */
function writeFlow(userDir: string, nodes: readonly FlowNode[]): void {
  const write = (name: string, content: unknown) =>
    fs.writeFileSync(path.join(userDir, name), JSON.stringify(content));
  const saved = nodes.map(({ credentials, ...properties }) => properties);
  const secrets = nodes.flatMap(({ id, credentials }) => (credentials ? [[id, credentials]] : []));
  write('flows.json', saved);
  write('flows_cred.json', Object.fromEntries(secrets));
}
