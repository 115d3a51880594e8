/** Remembers keys in memory and in a directory: what was recorded survives a restart and a killed process. */
import type { KeyStore, Reservation } from '../key-store';
import { MemoryStore } from '../memory/memory-store';
import { IdLog } from './id-log';
import type { DirectoryUser, StoreDirectory } from './store-directory';

export interface FileStoreOptions {
  readonly place: StoreDirectory;
  /** Keys; beyond it the oldest are forgotten. */
  readonly maxEntries: number;
  readonly random?: () => number;
}

/** Milliseconds until a disk that could not be written is tried again. */
const WRITE_AGAIN = 1_000;
/** Milliseconds from a write until the operating system is asked to bring it to the disk (fdatasync). */
const SYNC = 1_000;
/** Keys that are written at once: after a full disk there may be many. */
const BATCH = 1_000;

export class FileStore implements KeyStore, DirectoryUser {
  readonly #memory: MemoryStore;
  #log: IdLog | undefined;
  /** Number of the first key that is not in the log. */
  #written = 0;
  #writeAgainAt = 0;
  #cancelSync: (() => void) | undefined;

  constructor(private readonly options: FileStoreOptions) {
    const { maxEntries, place, random } = options;
    this.#memory = new MemoryStore({
      maxEntries,
      now: () => place.clock.now(),
      ...(random ? { random } : {}),
    });
    place.join(this);
  }

  reserve(key: string, owner: string, lease: number, window: number): Reservation {
    this.options.place.demand(this);
    return this.#memory.reserve(key, owner, lease, window);
  }

  record(key: string, owner: string, window: number): void {
    this.options.place.demand(this);
    this.#memory.record(key, owner, window);
    this.#write();
  }

  release(key: string, owner: string): void {
    this.#memory.release(key, owner);
  }

  forget(): void {
    this.options.place.demand(this);
    this.#memory.forget();
    this.#log?.clear();
    this.#written = this.#memory.recorded.tail;
  }

  retain(window: number): void {
    this.#memory.retain(window);
  }

  close(): void {
    this.options.place.leave(this);
  }

  open(): void {
    const { place, maxEntries } = this.options;
    const { recorded } = this.#memory;
    const log = new IdLog(place.path, IdLog.segmentLines(maxEntries));
    const unwritten = this.#unwritten(Number.POSITIVE_INFINITY);
    recorded.clear();
    try {
      log.load(
        (count) => recorded.expect(count),
        (key, time) => {
          recorded.add(key, time);
          return recorded.tail - 1;
        },
      );
      this.#log = log;
    } finally {
      this.#written = recorded.tail;
      for (const { key, time } of unwritten) recorded.add(key, time);
    }
  }

  flush(): void {
    if (this.#written < this.#memory.recorded.tail) this.#write();
  }

  letGo(): void {
    this.#cancelSync?.();
    this.#cancelSync = undefined;
    const log = this.#log;
    this.#log = undefined;
    log?.close();
  }

  /** Keys that are not in the log yet, the oldest first, so many at most. */
  #unwritten(count: number): { key: string; time: number }[] {
    const { recorded } = this.#memory;
    const keys: { key: string; time: number }[] = [];
    const end = Math.min(recorded.tail, this.#written + count);
    for (let number = this.#written; number < end; number++) {
      const entry = recorded.at(number);
      if (entry) keys.push(entry);
    }
    return keys;
  }

  /** Writes all keys that are not in the log yet: usually one; more after a full disk. */
  #write(): void {
    const { place } = this.options;
    const { recorded } = this.#memory;
    this.#written = Math.max(this.#written, recorded.head);
    if (!this.#log || place.clock.now() < this.#writeAgainAt) return;
    // an event that counts as seen does not come again: what it brought has to be written by then
    place.flushBefore(this);
    try {
      while (this.#written < recorded.tail) {
        this.#log.append(this.#unwritten(BATCH), this.#written, recorded.head);
        this.#written = Math.min(recorded.tail, this.#written + BATCH);
      }
      this.#writeAgainAt = 0;
      this.#syncSoon();
    } catch (error) {
      this.#cannotWrite(error as Error);
      return;
    }
    place.canWrite(this);
  }

  #cannotWrite(error: Error): void {
    const { place } = this.options;
    this.#writeAgainAt = place.clock.now() + WRITE_AGAIN;
    place.cannotWrite(this, error);
  }

  #syncSoon(): void {
    this.#cancelSync ??= this.options.place.clock.after(SYNC, () => {
      this.#cancelSync = undefined;
      const log = this.#log;
      log?.sync((error) => {
        if (error && log === this.#log) this.#cannotWrite(error);
      });
    });
  }
}
