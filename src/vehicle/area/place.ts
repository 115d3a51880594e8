/** A place on the map, and what it can be in. */

export interface Place {
  readonly lat: number;
  readonly lon: number;
}

export interface Area {
  /** On its border counts as in it. */
  has(place: Place): boolean;
  /** Of a circle alone: the same with another radius, in metres. */
  readonly withRadius?: (metres: number) => Area;
  /** Of a circle alone: metres. */
  readonly radius?: number;
}

/** Undefined for what is no place on earth. */
export function placeIn(value: unknown): Place | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { lat, lon } = value as Partial<Record<keyof Place, unknown>>;
  if (typeof lat !== 'number' || typeof lon !== 'number') return undefined;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : undefined;
}
