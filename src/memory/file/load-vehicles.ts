/** Reads back the vehicles that are kept in files: the newest line of each counts. */
import type { FileEntry } from './file-entry';
import type { Names, VehicleLines } from './vehicle-lines';
import type { VehicleLog } from './vehicle-log';

export interface LoadedVehicles {
  /** That heard of longest ago comes first. */
  readonly entries: FileEntry[];
  /** Lines that could not be read. */
  readonly damaged: number;
}

/**
 * From the newest line to the oldest, so that the others of a vehicle need not be read; of a damaged
 * one the line before counts.
 */
export function loadVehicles(log: VehicleLog, lines: VehicleLines): LoadedVehicles {
  const entries: FileEntry[] = [];
  const closed = new Set<string>();
  const dropped = new Set<string>();
  const names: Names = new Map();
  let damaged = 0;
  for (const segment of [...log.segments].reverse()) {
    const all = log.read(segment);
    for (const line of all) {
      if (!line.startsWith('{"names"')) continue;
      const other = lines.decodeOther(line);
      if (other && 'names' in other) names.set(...other.names);
      else damaged += 1;
    }
    for (const line of all.reverse()) {
      if (line.startsWith('{"names"')) continue;
      const id = lines.idOf(line);
      if (id !== undefined && closed.has(id)) continue;
      const entry = id === undefined ? undefined : lines.decode(line, names, (o) => dropped.has(o));
      if (entry === undefined) {
        const other = id === undefined ? lines.decodeOther(line) : undefined;
        if (other && 'dropped' in other) dropped.add(other.dropped);
        else damaged += 1;
        continue;
      }
      closed.add(id as string);
      if (entry === null) continue;
      entry.segment = segment;
      entry.length = line.length + 1;
      segment.live += 1;
      entries.push(entry);
    }
  }
  entries.sort((one, other) => (one.vehicle?.lastHeard ?? 0) - (other.vehicle?.lastHeard ?? 0));
  return { entries, damaged };
}
