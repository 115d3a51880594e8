/** Where vehicles stand in Redis, and how many of them are read. */
import type { NameLists } from '../../vehicle/name-lists';
import type { Vehicle } from '../../vehicle/vehicle';
import type { VehicleQuery, WatchedVehicle } from '../vehicle-store';
import { isFound } from '../vehicles/is-found';
import type { VehicleEntry } from '../vehicles/vehicle-entry';
import type { RedisConnection } from './redis-connection';
import { decodeEntry } from './vehicle-documents';

/** Vehicles that are asked for at once. */
const PAGE = 500;

/** A vehicle as Redis had it, as far as this process knows. */
export interface Known {
  /** '' = it has none. */
  readonly version: string;
  readonly text: string;
}

/** What is not ours has a version, too, so that it can be replaced. */
export function split(value: string): Known {
  const end = value.indexOf(' ');
  if (end < 0) return { version: value, text: '' };
  return { version: value.slice(0, end), text: value.slice(end + 1) };
}

export class VehicleKeys {
  /** The ids of all vehicles, in order. */
  readonly index: string;
  /** The nodes that tell what changes. */
  readonly tellers: string;
  /** The processes that use them. */
  readonly processes: string;

  constructor(private readonly prefix: string) {
    this.index = `${prefix}vehicles`;
    this.tellers = `${prefix}tellers`;
    this.processes = `${prefix}processes`;
  }

  vehicle(id: string): string {
    return `${this.prefix}vehicle:${id}`;
  }

  /** The ids of the vehicles of which something is kept that this node has said. */
  saidBy(owner: string): string {
    return `${this.prefix}said:${owner}`;
  }
}

export class VehicleReader {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: VehicleKeys,
    private readonly lists: NameLists,
  ) {}

  async list({ limit, after, search }: VehicleQuery): Promise<Vehicle[]> {
    const found: Vehicle[] = [];
    for await (const entries of this.#pages(after)) {
      for (const { vehicle } of entries) {
        if (found.length < limit && vehicle && isFound(vehicle, search)) found.push(vehicle);
      }
      if (found.length >= limit) break;
    }
    return found;
  }

  async *watched(owner: string, isAll: boolean): AsyncGenerator<readonly WatchedVehicle[]> {
    if (isAll) {
      for await (const entries of this.#pages(undefined)) yield watchedBy(owner, entries);
      return;
    }
    const ids = await this.connection.run((client) => client.sMembers(this.keys.saidBy(owner)));
    for (let at = 0; at < ids.length; at += PAGE) {
      const portion = watchedBy(owner, await this.#read(ids.slice(at, at + PAGE)));
      yield portion.filter(({ episode }) => episode !== undefined);
    }
  }

  /** All vehicles in the order of their ids, in portions. */
  async *#pages(after: string | undefined): AsyncGenerator<VehicleEntry[]> {
    for (let last = after; ; ) {
      const from = last === undefined ? '-' : `(${last}`;
      const ids = await this.connection.run((client) =>
        client.zRangeByLex(this.keys.index, from, '+', { LIMIT: { offset: 0, count: PAGE } }),
      );
      last = ids.at(-1);
      if (last === undefined) return;
      yield await this.#read(ids);
    }
  }

  async #read(ids: readonly string[]): Promise<VehicleEntry[]> {
    const keys = ids.map((id) => this.keys.vehicle(id));
    const values = await this.connection.run((client) => client.mGet(keys));
    return ids.map((id, at) => decodeEntry(id, split(values[at] ?? '').text, this.lists));
  }
}

function watchedBy(owner: string, entries: readonly VehicleEntry[]): WatchedVehicle[] {
  return entries.flatMap((entry) =>
    entry.vehicle ? [{ vehicle: entry.vehicle, episode: entry.episodeOf(owner) }] : [],
  );
}
