/** Keeps vehicles in memory and in a directory: what events brought that were done with survives a killed process. */
import { MemoryVehicles } from '../memory/memory-vehicles';
import type { VehicleEntry } from '../vehicles/vehicle-entry';
import { FileEntry } from './file-entry';
import { loadVehicles } from './load-vehicles';
import type { DirectoryUser, StoreDirectory } from './store-directory';
import { VehicleLines } from './vehicle-lines';
import { type Segment, VehicleLog } from './vehicle-log';

export interface FileVehiclesOptions {
  readonly place: StoreDirectory;
  readonly maxVehicles: number;
}

/** Milliseconds until a disk that could not be written is tried again. */
const WRITE_AGAIN = 1_000;
/** Milliseconds from a write until the operating system is asked to bring it to the disk (fdatasync). */
const SYNC = 1_000;
/** Lines that are written at once: after a full disk there may be many. */
const BATCH = 1_000;
/** Names are written again after so many lines, so that a damaged line costs few vehicles. */
const NAMES_AGAIN = 500;
/** Bytes of a full segment: at least so many, and an eighth of what counts. */
const SMALLEST_SEGMENT = 1024 * 1024;
const MOST_SEGMENTS = 64;
/** Vehicles that are looked at to be carried on, for each that is written. */
const LOOKS = 64;

export class FileVehicles extends MemoryVehicles implements DirectoryUser {
  override readonly keepsCommitted = true;
  readonly #place: StoreDirectory;
  readonly #lines = new VehicleLines(this.lists);
  #log: VehicleLog | undefined;
  /** To be written, and to be written as forgotten. */
  readonly #dirty = new Set<FileEntry>();
  readonly #gone = new Set<string>();
  readonly #dropped = new Set<string>();
  /** Characters of the lines that count. */
  #live = 0;
  /** Names that the current segment has, with the number of lines since. */
  readonly #named = new Map<string, number>();
  #carried: Iterator<VehicleEntry> | undefined;
  #isScheduled = false;
  #writeAgainAt = 0;
  #cancelRetry: (() => void) | undefined;
  #cancelSync: (() => void) | undefined;

  constructor({ place, maxVehicles }: FileVehiclesOptions) {
    super({ maxVehicles });
    this.#place = place;
    place.join(this);
  }

  override drop(owner: string): void {
    super.drop(owner);
    this.#dropped.add(owner);
    this.#schedule();
  }

  override close(): void {
    this.flush();
    this.#place.leave(this);
    super.close();
  }

  open(): void {
    const log = new VehicleLog(this.#place.path);
    const { entries, damaged } = loadVehicles(log, this.#lines);
    this.#live = entries.reduce((sum, { length }) => sum + length, 0);
    this.#log = log;
    this.#named.clear();
    this.#writeAgainAt = 0;
    if (damaged > 0) {
      this.#place.warn(
        `${damaged} lines of the vehicles in ${this.#place.path} are damaged and were left out: what they said is asked of the events to come. Check the disk.`,
      );
    }
    this.#join(entries);
    log.tidy();
    this.#schedule();
  }

  /** Writes everything that is to be written, if it can be written now. */
  flush(): void {
    const log = this.#log;
    if (!log || this.#isClean || this.#place.clock.now() < this.#writeAgainAt) return;
    try {
      while (!this.#isClean) this.#writeBatch(log);
      this.#carryOn(log);
      log.tidy();
    } catch (error) {
      this.#cannotWrite(error as Error);
      return;
    }
    this.#place.canWrite(this);
    this.#syncSoon();
  }

  letGo(): void {
    this.#cancelRetry?.();
    this.#cancelSync?.();
    this.#cancelRetry = undefined;
    this.#cancelSync = undefined;
    const log = this.#log;
    this.#log = undefined;
    log?.close();
  }

  protected override newEntry(id: string): FileEntry {
    return new FileEntry(id);
  }

  protected override worked(entry: VehicleEntry): void {
    if (!entry.isToBeKept) return;
    this.#keep(entry as FileEntry);
    if (!this.#log) this.#place.openAgain(this);
  }

  protected override forgotten(entry: VehicleEntry): void {
    this.#dirty.delete(entry as FileEntry);
    if (!this.#unplace(entry as FileEntry)) return;
    this.#gone.add(entry.id);
    this.#schedule();
  }

  get #isClean(): boolean {
    return this.#dirty.size + this.#gone.size + this.#dropped.size === 0;
  }

  /** What was heard of while the directory could not be read is newer. */
  #join(loaded: readonly FileEntry[]): void {
    const others: FileEntry[] = [];
    for (const entry of loaded) {
      const known = this.entries.get(entry.id) as FileEntry | undefined;
      if (!known) {
        others.push(entry);
        continue;
      }
      known.join(entry, this.lists);
      this.#keep(known);
    }
    this.add(others);
  }

  #keep(entry: FileEntry): void {
    entry.isToBeKept = false;
    this.#gone.delete(entry.id);
    this.#dirty.add(entry);
    this.#schedule();
  }

  /** Acknowledgements leave in a later phase of this turn of the event loop. */
  #schedule(): void {
    if (this.#isScheduled || !this.#log) return;
    this.#isScheduled = true;
    process.nextTick(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  #writeBatch(log: VehicleLog): void {
    const segment = this.#segment(log);
    let text = '';
    for (const owner of this.#dropped) text += `${JSON.stringify({ dropped: owner })}\n`;
    const gone = [...this.#gone].slice(0, BATCH);
    for (const id of gone) text += `${JSON.stringify([id])}\n`;
    const written: [FileEntry, number][] = [];
    for (const entry of this.#dirty) {
      const line = this.#encode(entry);
      written.push([entry, line.length]);
      text += line;
      if (written.length >= BATCH) break;
    }
    this.#append(log, text);
    this.#dropped.clear();
    for (const id of gone) this.#gone.delete(id);
    for (const [entry, length] of written) {
      this.#dirty.delete(entry);
      this.#setPlace(entry, segment, length);
    }
  }

  #append(log: VehicleLog, text: string): void {
    try {
      log.append(text);
    } catch (error) {
      // the names that it had are not there
      this.#named.clear();
      throw error;
    }
  }

  /** The vehicle's line, after the names that it refers to. */
  #encode(entry: FileEntry): string {
    let names = '';
    const line = this.#lines.encode(entry, (digest, list) => {
      const lines = this.#named.get(digest) ?? NAMES_AGAIN;
      if (lines >= NAMES_AGAIN) names += this.#lines.encodeNames(digest, list);
      this.#named.set(digest, lines >= NAMES_AGAIN ? 1 : lines + 1);
    });
    return line === undefined ? '' : names + line;
  }

  #segment(log: VehicleLog): Segment {
    const current = log.current(Math.max(SMALLEST_SEGMENT, this.#live / 8));
    if (current) return current;
    this.#named.clear();
    return log.begin();
  }

  /** What still counts of the oldest segment is written again, a little at each write, so that it can go. */
  #carryOn(log: VehicleLog): void {
    const limit = 2 * this.#live + 2 * Math.max(SMALLEST_SEGMENT, this.#live / 8);
    const oldest = log.segments[0];
    const isTooMuch = log.size > limit || log.segments.length > MOST_SEGMENTS;
    if (!oldest || !isTooMuch || log.segments.length < 2) {
      this.#carried = undefined;
      return;
    }
    const segment = this.#segment(log);
    this.#carried ??= this.entries.values();
    let text = '';
    const written: [FileEntry, number][] = [];
    for (let looks = 0; looks < LOOKS; looks++) {
      const { value, done } = this.#carried.next();
      if (done) {
        this.#carried = undefined;
        break;
      }
      const entry = value as FileEntry;
      if (entry.segment !== oldest) continue;
      const line = this.#encode(entry);
      written.push([entry, line.length]);
      text += line;
    }
    this.#append(log, text);
    for (const [entry, length] of written) this.#setPlace(entry, segment, length);
  }

  #setPlace(entry: FileEntry, segment: Segment, length: number): void {
    this.#unplace(entry);
    if (length === 0) return;
    entry.segment = segment;
    entry.length = length;
    segment.live += 1;
    this.#live += length;
  }

  /** Whether it stood in a file. */
  #unplace(entry: FileEntry): boolean {
    const { segment, length } = entry;
    if (!segment) return false;
    segment.live -= 1;
    this.#live -= length;
    entry.segment = undefined;
    return true;
  }

  #cannotWrite(error: Error): void {
    const { clock } = this.#place;
    this.#writeAgainAt = clock.now() + WRITE_AGAIN;
    this.#cancelRetry ??= clock.after(WRITE_AGAIN, () => {
      this.#cancelRetry = undefined;
      this.flush();
    });
    this.#place.cannotWrite(this, error);
  }

  #syncSoon(): void {
    this.#cancelSync ??= this.#place.clock.after(SYNC, () => {
      this.#cancelSync = undefined;
      const log = this.#log;
      log?.sync((error) => {
        if (error && log === this.#log) this.#cannotWrite(error);
      });
    });
  }
}
