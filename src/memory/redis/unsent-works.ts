/** What was done with vehicles while Redis was away, to be done there when it is back. */
import type { VehicleEntry } from '../vehicles/vehicle-entry';

export type Work = (entry: VehicleEntry) => unknown;

export type Outcome = { readonly result: unknown } | { readonly error: unknown };

/** One that throws concerns who asked for it, and nobody else. */
export function outcomeOf(work: Work, entry: VehicleEntry): Outcome {
  try {
    return { result: work(entry) };
  } catch (error) {
    return { error };
  }
}

interface Unsent {
  /** The vehicle as this process knows it meanwhile. */
  readonly entry: VehicleEntry;
  readonly works: Work[];
}

/** Beyond so many the oldest are dropped, vehicle by vehicle. */
const MOST_WORKS = 10_000;

export class UnsentWorks {
  readonly #vehicles = new Map<string, Unsent>();
  #count = 0;

  /** Does the works here; returns their outcomes. `known` is the vehicle as Redis had it last. */
  work(id: string, works: readonly Work[], known: () => VehicleEntry): Outcome[] {
    let unsent = this.#vehicles.get(id);
    if (!unsent) {
      unsent = { entry: known(), works: [] };
      this.#vehicles.set(id, unsent);
    }
    const { entry } = unsent;
    const outcomes = works.map((work) => outcomeOf(work, entry));
    unsent.works.push(...works);
    this.#count += works.length;
    for (const [oldest, { works: dropped }] of this.#vehicles) {
      if (this.#count <= MOST_WORKS || oldest === id) break;
      this.#vehicles.delete(oldest);
      this.#count -= dropped.length;
    }
    return outcomes;
  }

  worksOn(id: string): readonly Work[] {
    return this.#vehicles.get(id)?.works ?? [];
  }

  entryOf(id: string): VehicleEntry | undefined {
    return this.#vehicles.get(id)?.entry;
  }

  ids(): string[] {
    return [...this.#vehicles.keys()];
  }

  /** They were done there. */
  sent(id: string): void {
    this.#count -= this.#vehicles.get(id)?.works.length ?? 0;
    this.#vehicles.delete(id);
  }
}
