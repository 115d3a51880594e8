/** What is done with vehicles while Redis is away: a bounded number of steps, to be done there when it is back. */
import type { VehicleEntry } from '../vehicles/vehicle-entry';

export type Work = (entry: VehicleEntry) => unknown;

interface Unsent {
  /** The vehicle as this process sees it meanwhile. */
  readonly entry: VehicleEntry;
  readonly works: Work[];
}

/** Beyond that the vehicles that wait for longest are dropped. */
const MOST_UNSENT = 10_000;

export class UnsentWorks {
  readonly #byVehicle = new Map<string, Unsent>();
  #count = 0;

  ids(): string[] {
    return [...this.#byVehicle.keys()];
  }

  entryOf(id: string): VehicleEntry | undefined {
    return this.#byVehicle.get(id)?.entry;
  }

  worksOf(id: string): readonly Work[] {
    return this.#byVehicle.get(id)?.works ?? [];
  }

  /** Does them here, on what is known here, and returns their results. */
  add(id: string, works: readonly Work[], known: () => VehicleEntry): unknown[] {
    let unsent = this.#byVehicle.get(id);
    if (!unsent) {
      unsent = { entry: known(), works: [] };
      this.#byVehicle.set(id, unsent);
    }
    const { entry } = unsent;
    const results = works.map((work) => work(entry));
    unsent.works.push(...works);
    this.#count += works.length;
    for (const oldest of this.#byVehicle.keys()) {
      if (this.#count <= MOST_UNSENT || oldest === id) break;
      this.delete(oldest);
    }
    return results;
  }

  delete(id: string): void {
    const unsent = this.#byVehicle.get(id);
    if (!unsent) return;
    this.#byVehicle.delete(id);
    this.#count -= unsent.works.length;
  }
}
