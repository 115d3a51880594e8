/** Keeps vehicles in this process: a bounded number, those heard of longest ago are forgotten. */
import { NameLists } from '../../vehicle/name-lists';
import type { Vehicle } from '../../vehicle/vehicle';
import type { VehicleQuery, VehicleStore, WatchedVehicle } from '../vehicle-store';
import { isFound } from '../vehicles/is-found';
import { OnTheirWay } from '../vehicles/on-their-way';
import { VehicleEntry } from '../vehicles/vehicle-entry';
import { SortedIds } from './sorted-ids';

export interface MemoryVehiclesOptions {
  readonly maxVehicles: number;
}

/** Vehicles that are looked at in one turn of the event loop. */
const PORTION = 2_000;

export class MemoryVehicles implements VehicleStore {
  readonly lists = new NameLists();
  readonly onTheirWay = new OnTheirWay();
  readonly tellers = new Set<string>();
  readonly keepsCommitted: boolean = false;
  /** That heard of longest ago comes first. */
  protected readonly entries = new Map<string, VehicleEntry>();
  readonly #ids = new SortedIds();
  #newest: VehicleEntry | undefined;
  /** Stays at the first entry: to look for that anew would lead past all that have moved behind since. */
  #oldest: Iterator<VehicleEntry> | undefined;
  #tokens = 0;

  constructor(protected readonly options: MemoryVehiclesOptions) {}

  addTeller(owner: string): void {
    this.tellers.add(owner);
  }

  update<Result>(id: string, work: (entry: VehicleEntry) => Result): Result {
    const known = this.entries.get(id);
    const entry = known ?? this.newEntry(id);
    const { vehicle } = entry;
    const result = work(entry);
    if (entry.vehicle !== vehicle) this.#heard(entry, known !== undefined);
    if (known !== undefined || entry.vehicle) this.worked(entry);
    return result;
  }

  find(id: string): Vehicle | undefined {
    return this.entries.get(id)?.vehicle;
  }

  async list({ limit, after, search }: VehicleQuery): Promise<Vehicle[]> {
    const found: Vehicle[] = [];
    let looked = 0;
    let last = after;
    while (found.length < limit) {
      const ids = this.#ids.after(last, PORTION);
      last = ids.at(-1);
      if (last === undefined) return found;
      for (const id of ids) {
        const vehicle = this.find(id);
        if (vehicle && found.length < limit && isFound(vehicle, search)) found.push(vehicle);
      }
      looked += ids.length;
      if (looked > PORTION) await nextTurn();
    }
    return found;
  }

  async *watched(owner: string, isAll: boolean): AsyncGenerator<readonly WatchedVehicle[]> {
    // by their ids, as those that are heard of meanwhile change their place among the others
    for (let last: string | undefined; ; ) {
      const ids = this.#ids.after(last, PORTION);
      last = ids.at(-1);
      if (last === undefined) return;
      const portion = ids.flatMap((id): WatchedVehicle[] => {
        const entry = this.entries.get(id);
        const episode = entry?.episodeOf(owner);
        const isMeant = isAll || episode !== undefined;
        return entry?.vehicle && isMeant ? [{ vehicle: entry.vehicle, episode }] : [];
      });
      if (portion.length > 0) yield portion;
      await nextTurn();
    }
  }

  drop(owner: string): void {
    this.tellers.delete(owner);
    for (const entry of this.entries.values()) entry.drop(owner);
  }

  newToken(): string {
    this.#tokens += 1;
    return String(this.#tokens);
  }

  readonly isOwnToken = (): boolean => true;

  leaseEnd(): number {
    return Number.POSITIVE_INFINITY;
  }

  watchOthers(): () => void {
    // there are none
    return () => undefined;
  }

  close(): void {
    this.clear();
  }

  protected newEntry(id: string): VehicleEntry {
    return new VehicleEntry(id);
  }

  /** Something was done with it. */
  protected worked(_entry: VehicleEntry): void {
    // it is kept in this process alone
  }

  /** It had to make place for others. */
  protected forgotten(_entry: VehicleEntry): void {
    // it is gone with what was said of it
  }

  /** In the order in which they were heard of. */
  protected add(entries: readonly VehicleEntry[]): void {
    for (const entry of entries) this.entries.set(entry.id, entry);
    this.#ids.addAll(entries.map(({ id }) => id));
    this.#bound();
  }

  protected clear(): void {
    this.entries.clear();
    this.#ids.clear();
    this.#newest = undefined;
    this.#oldest = undefined;
  }

  #heard(entry: VehicleEntry, isKnown: boolean): void {
    if (entry === this.#newest) return;
    this.#newest = entry;
    const { id } = entry;
    if (isKnown) this.entries.delete(id);
    this.entries.set(id, entry);
    if (isKnown) return;
    this.#ids.add(id);
    this.#bound();
  }

  #bound(): void {
    while (this.entries.size > this.options.maxVehicles) {
      this.#oldest ??= this.entries.values();
      const { value: entry, done } = this.#oldest.next();
      if (done) {
        this.#oldest = undefined;
        continue;
      }
      this.entries.delete(entry.id);
      this.#ids.delete(entry.id);
      if (entry === this.#newest) this.#newest = undefined;
      this.forgotten(entry);
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
