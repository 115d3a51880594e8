/**
 * The attributes that a VehicleChanged event tells of its vehicle, by their paths.
 *
 * One path is documented, and others are to be expected; so each plain value is kept by the path at
 * which it stands, and no path is taken for granted.
 */
import { ATTRIBUTES } from './properties';
import { hasStated, isRecord, isStated, type Report } from './report';

const MAX_DEPTH = 4;
/** They say which vehicle it is, and nothing of it. */
const IDS = new Set(['id', 'vehicle_id']);

/** `occurred`: the time of attributes that have none of their own, in milliseconds since 1970. */
export function addAttributes(report: Report, data: unknown, occurred: number): void {
  if (!isRecord(data)) return;
  const vehicle = data[ATTRIBUTES.place];
  if (isRecord(vehicle)) new Walk(report, occurred).into(vehicle, '', MAX_DEPTH);
}

class Walk {
  readonly #seen: Set<string>;

  constructor(
    private readonly report: Report,
    private readonly occurred: number,
  ) {
    this.#seen = new Set(report.names);
  }

  into(object: Readonly<Record<string, unknown>>, path: string, depth: number): void {
    const isState = path !== '' && hasStated(object);
    for (const key of Object.keys(object)) {
      if (key === '__proto__' || (path === '' && IDS.has(key))) continue;
      const value = object[key];
      const name = path === '' ? key : `${path}.${key}`;
      // a state keeps the names of its properties wherever it stands
      if (isStated(value)) this.#add(isState ? key : name, this.report.timeOf(value), value.value);
      else if (!isRecord(value)) this.#add(name, this.occurred, value);
      else if (Object.hasOwn(value, 'value')) this.#add(name, this.occurred, value['value']);
      else if (depth > 1) this.into(value, name, depth - 1);
    }
  }

  #add(name: string, time: number | undefined, value: unknown): void {
    if (this.#seen.has(name)) return;
    this.#seen.add(name);
    this.report.add(name, time, value);
  }
}
