/** The directory of one store: locked for it, opened again when it could not be, and said how it stands. */
import { makePrivateFolder } from '../../files/private-files';
import type { Clock } from '../../time/clock';
import { StoreAway, type StoreHealth, type TellHealth } from '../key-store';
import { BEAT, DirectoryLock, DirectoryTaken } from './directory-lock';

export interface StoreDirectoryOptions {
  /** Made where it is missing. */
  readonly directory: string;
  readonly clock: Clock;
  readonly tell: TellHealth;
  /** What was found damaged. */
  readonly warn?: (text: string) => void;
}

/** Who keeps something in the directory. */
export interface DirectoryUser {
  /** Reads what is there. Throws the system's error. */
  open(): void;
  /** Writes what is waiting, if it can be written now. */
  flush(): void;
  /** Closes its files. Throws the system's error. */
  letGo(): void;
}

/** Milliseconds until a directory that could not be opened is tried again. */
const OPEN_AGAIN = 5_000;

export class StoreDirectory {
  readonly #users = new Set<DirectoryUser>();
  readonly #open = new Set<DirectoryUser>();
  /** Those who could not write when they tried last. */
  readonly #failing = new Set<DirectoryUser>();
  #lock: DirectoryLock | undefined;
  #openAgainAt = 0;
  #health: StoreHealth['state'] = 'working';
  #cancelBeat: (() => void) | undefined;

  constructor(private readonly options: StoreDirectoryOptions) {}

  get path(): string {
    return this.options.directory;
  }

  get clock(): Clock {
    return this.options.clock;
  }

  join(user: DirectoryUser): void {
    this.#users.add(user);
    this.#openAll(this.#lock === undefined);
  }

  leave(user: DirectoryUser): void {
    this.#users.delete(user);
    this.#letGo(user);
    if (this.#users.size === 0) this.#unlock();
  }

  /** Tries again what could not be opened, from time to time. */
  openAgain(user: DirectoryUser): void {
    if (!this.#open.has(user) && this.#users.has(user)) this.#openAll(true);
  }

  /** Throws a StoreAway where somebody else has the directory. */
  demand(user: DirectoryUser): void {
    this.openAgain(user);
    if (this.#health === 'refused' || !this.#users.has(user)) {
      throw new StoreAway(`The directory ${this.path} is not open.`);
    }
  }

  /** What others have to write goes first. */
  flushBefore(user: DirectoryUser): void {
    for (const other of this.#open) if (other !== user) other.flush();
  }

  cannotWrite(user: DirectoryUser, { message }: Error): void {
    this.#failing.add(user);
    this.#tell(
      'memory-only',
      `${this.path} cannot be written (${message}). What belongs there is remembered in memory until it can, and a crash would forget it: make room, or check the disk.`,
    );
  }

  canWrite(user: DirectoryUser): void {
    this.#failing.delete(user);
    if (this.#failing.size > 0 || this.#open.size < this.#users.size) return;
    this.#tell('working', `${this.path} can be used again: what it keeps survives a crash again.`);
  }

  warn(text: string): void {
    this.options.warn?.(text);
  }

  #openAll(isPatient: boolean): void {
    const { clock } = this.options;
    if (isPatient && clock.now() < this.#openAgainAt) return;
    let opening: DirectoryUser | undefined;
    try {
      makePrivateFolder(this.path);
      if (!this.#lock) {
        this.#lock = DirectoryLock.acquire(this.path);
        this.#beat();
      }
      for (const user of this.#users) {
        if (this.#open.has(user)) continue;
        opening = user;
        user.open();
        this.#open.add(user);
        this.canWrite(user);
      }
    } catch (error) {
      this.#openAgainAt = clock.now() + OPEN_AGAIN;
      if (opening) this.#letGo(opening);
      if (this.#open.size === 0) this.#unlock();
      if (error instanceof DirectoryTaken) this.#tell('refused', error.message);
      else this.cannotWrite(opening ?? ([...this.#users][0] as DirectoryUser), error as Error);
    }
  }

  #beat(): void {
    const { clock } = this.options;
    this.#cancelBeat = clock.after(BEAT, () => {
      try {
        if (this.#lock?.beat()) return this.#beat();
      } catch {
        // the directory is gone: the next write will say so, and nobody else can have taken it
        return this.#beat();
      }
      this.#openAgainAt = clock.now() + OPEN_AGAIN;
      for (const user of this.#users) this.#letGo(user);
      this.#unlock();
      this.#tell(
        'refused',
        `The directory ${this.path} was taken over by another process, because this one had given no sign of life for long.`,
      );
    });
  }

  #letGo(user: DirectoryUser): void {
    this.#open.delete(user);
    this.#failing.delete(user);
    try {
      user.letGo();
    } catch {
      // what was written is written
    }
  }

  #unlock(): void {
    this.#cancelBeat?.();
    this.#cancelBeat = undefined;
    const lock = this.#lock;
    this.#lock = undefined;
    try {
      lock?.release();
    } catch {
      // a lock that stays behind counts as a dead process' soon
    }
  }

  #tell(state: StoreHealth['state'], message: string): void {
    if (state === this.#health) return;
    this.#health = state;
    this.options.tell({ state, message });
  }
}
