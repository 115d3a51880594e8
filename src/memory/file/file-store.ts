/** Remembers keys in memory and in a directory: what was recorded survives a restart and a killed process. */
import { makePrivateFolder } from '../../files/private-files';
import type { Clock } from '../../time/clock';
import {
  type KeyStore,
  type Reservation,
  StoreAway,
  type StoreHealth,
  type TellHealth,
} from '../key-store';
import { MemoryStore } from '../memory/memory-store';
import { BEAT, DirectoryLock, DirectoryTaken } from './directory-lock';
import { IdLog } from './id-log';

export interface FileStoreOptions {
  /** Made where it is missing. */
  readonly directory: string;
  /** Keys; beyond it the oldest are forgotten. */
  readonly maxEntries: number;
  readonly clock: Clock;
  readonly tell: TellHealth;
  readonly random?: () => number;
}

/** Milliseconds until a directory that could not be opened is tried again. */
const OPEN_AGAIN = 5_000;
/** Milliseconds until a disk that could not be written is tried again. */
const WRITE_AGAIN = 1_000;
/** Milliseconds from a write until the operating system is asked to bring it to the disk (fdatasync). */
const SYNC = 1_000;
/** Keys that are written at once: after a full disk there may be many. */
const BATCH = 1_000;

export class FileStore implements KeyStore {
  readonly #memory: MemoryStore;
  #lock: DirectoryLock | undefined;
  #log: IdLog | undefined;
  /** Number of the first key that is not in the log. */
  #written = 0;
  #openAgainAt = 0;
  #writeAgainAt = 0;
  #health: StoreHealth['state'] = 'working';
  #cancelBeat: (() => void) | undefined;
  #cancelSync: (() => void) | undefined;
  #closed = false;

  constructor(private readonly options: FileStoreOptions) {
    const { maxEntries, clock, random } = options;
    this.#memory = new MemoryStore({
      maxEntries,
      now: () => clock.now(),
      ...(random ? { random } : {}),
    });
    this.#open();
  }

  reserve(key: string, owner: string, lease: number, window: number): Reservation {
    this.#demandOpen();
    return this.#memory.reserve(key, owner, lease, window);
  }

  record(key: string, owner: string, window: number): void {
    this.#demandOpen();
    this.#memory.record(key, owner, window);
    this.#write();
  }

  release(key: string, owner: string): void {
    this.#memory.release(key, owner);
  }

  forget(): void {
    this.#demandOpen();
    this.#memory.forget();
    this.#log?.clear();
    this.#written = this.#memory.recorded.tail;
  }

  retain(window: number): void {
    this.#memory.retain(window);
  }

  close(): void {
    this.#closed = true;
    this.#letGo();
  }

  #demandOpen(): void {
    if (!this.#log && !this.#closed) this.#open();
    if (this.#health === 'refused' || this.#closed) {
      throw new StoreAway(`The directory ${this.options.directory} is not open.`);
    }
  }

  #open(): void {
    const { directory, maxEntries, clock } = this.options;
    if (clock.now() < this.#openAgainAt) return;
    this.#openAgainAt = clock.now() + OPEN_AGAIN;
    const { recorded } = this.#memory;
    try {
      makePrivateFolder(directory);
      this.#lock = DirectoryLock.acquire(directory);
      const log = new IdLog(directory, IdLog.segmentLines(maxEntries));
      const unwritten = this.#unwritten(Number.POSITIVE_INFINITY);
      recorded.clear();
      log.load(
        (count) => recorded.expect(count),
        (key, time) => {
          recorded.add(key, time);
          return recorded.tail - 1;
        },
      );
      this.#log = log;
      this.#written = recorded.tail;
      for (const { key, time } of unwritten) recorded.add(key, time);
    } catch (error) {
      this.#letGo();
      if (error instanceof DirectoryTaken) this.#tell('refused', error.message);
      else this.#cannotWrite(error as Error);
      return;
    }
    this.#beat();
    this.#tell('working', `The event ids in ${directory} are in use again.`);
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
    const { clock, directory } = this.options;
    const { recorded } = this.#memory;
    this.#written = Math.max(this.#written, recorded.head);
    if (!this.#log || clock.now() < this.#writeAgainAt) return;
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
    this.#tell('working', `${directory} can be written again: event ids survive a crash again.`);
  }

  #cannotWrite({ message }: Error): void {
    const { clock, directory } = this.options;
    this.#writeAgainAt = clock.now() + WRITE_AGAIN;
    this.#tell(
      'memory-only',
      `${directory} cannot be written (${message}). Event ids are remembered in memory until it can, and a crash would forget them: make room, or check the disk.`,
    );
  }

  #syncSoon(): void {
    this.#cancelSync ??= this.options.clock.after(SYNC, () => {
      this.#cancelSync = undefined;
      this.#log?.sync((error) => {
        if (error && !this.#closed) this.#cannotWrite(error);
      });
    });
  }

  #beat(): void {
    const { clock, directory } = this.options;
    this.#cancelBeat = clock.after(BEAT, () => {
      try {
        if (this.#lock?.beat()) return this.#beat();
      } catch {
        // the directory is gone: the next write will say so, and nobody else can have taken it
        return this.#beat();
      }
      this.#letGo();
      this.#tell(
        'refused',
        `The directory ${directory} was taken over by another process, because this one had given no sign of life for long.`,
      );
    });
  }

  #letGo(): void {
    this.#cancelBeat?.();
    this.#cancelSync?.();
    this.#cancelSync = undefined;
    const [log, lock] = [this.#log, this.#lock];
    this.#log = undefined;
    this.#lock = undefined;
    try {
      log?.close();
      lock?.release();
    } catch {
      // the keys are written already; a lock that stays behind counts as a dead process' soon
    }
  }

  #tell(state: StoreHealth['state'], message: string): void {
    if (state === this.#health) return;
    this.#health = state;
    this.options.tell({ state, message });
  }
}
