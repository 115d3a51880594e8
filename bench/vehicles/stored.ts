/** What many vehicles take in memory, and how long they load from files. */
import { STATE_PROPERTIES } from '../../src/events/catalogue/vehicle-state';
import { FileVehicles } from '../../src/memory/file/file-vehicles';
import { StoreDirectory } from '../../src/memory/file/store-directory';
import { systemClock } from '../../src/time/clock';
import type { NameLists } from '../../src/vehicle/name-lists';
import { readNews } from '../../src/vehicle/news';
import { heapKept } from './collect';

export interface Stored {
  readonly vehicles: number;
  readonly properties: number;
  /** Bytes of heap for each vehicle. */
  readonly bytes: number;
  /** From files, the best of some times: others use the machine as well. */
  readonly loadSeconds: number;
  /** Processor time of all threads, likewise. */
  readonly loadCpuSeconds: number;
}

const PROPERTIES = 30;
const LOADS = 3;

export function measureStore(directory: string, vehicles: number): Stored {
  const open = () => {
    const place = new StoreDirectory({
      directory,
      clock: systemClock,
      tell: ({ message }) => {
        throw new Error(message);
      },
    });
    return new FileVehicles({ place, maxVehicles: vehicles });
  };
  const before = heapKept();
  const store = open();
  for (let n = 0; n < vehicles; n++) {
    const news = newsOf(n, store.lists);
    store.update(news.id, (entry) => {
      entry.commit(entry.hear(news, store.lists, store.tellers), undefined, store.lists);
    });
    if (n % 5_000 === 0) store.flush();
  }
  store.flush();
  const bytes = (heapKept() - before) / vehicles;
  store.close();
  const loads = Array.from({ length: LOADS }, () => {
    heapKept();
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    const loaded = open();
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    loaded.close();
    return { seconds, cpuSeconds: (user + system) / 1e6 };
  });
  return {
    vehicles,
    properties: PROPERTIES,
    bytes,
    loadSeconds: Math.min(...loads.map(({ seconds }) => seconds)),
    loadCpuSeconds: Math.min(...loads.map(({ cpuSeconds }) => cpuSeconds)),
  };
}

/** As events tell it: known properties and, up to so many, others. */
function newsOf(n: number, lists: NameLists) {
  const now = Date.now();
  const state: Record<string, unknown> = {};
  const add = (name: string, value: unknown, age: number) => {
    const timestamp = new Date(now - n * 1_000 - age * 7_000).toISOString();
    state[name] = { timestamp, value };
  };
  for (const [at, { name, value }] of STATE_PROPERTIES.slice(0, PROPERTIES).entries()) {
    add(name, sampleOf(value.types, value.values, n), at % 5);
  }
  for (let at = Object.keys(state).length; at < PROPERTIES; at++) add(`other_${at}`, n + at, 0);
  const id = `7a1f0c52-1111-4222-8333-${String(n).padStart(12, '0')}`;
  const news = readNews({ id, type: '', occurredAt: '', data: undefined, state }, { lists, now });
  if (news?.names.length !== PROPERTIES) throw new Error('A vehicle has not all its properties.');
  return news;
}

function sampleOf(types: readonly string[], values: readonly string[] | undefined, n: number) {
  if (types.includes('text')) return values?.[n % values.length] ?? `text ${n}`;
  if (types.includes('boolean')) return n % 2 === 0;
  if (types.includes('number')) return 10.5 + (n % 100);
  return types.includes('integer') ? n % 100 : { lat: 50 + n / 1e6, lon: 8 + n / 1e6 };
}
