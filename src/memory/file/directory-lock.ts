/** A directory for one process at a time: a file in it says which, and a dead process holds nothing. */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createPrivate, readPrivate } from '../../files/private-files';

/** Milliseconds between two signs of life of a holder; after three missed ones it counts as gone. */
export const BEAT = 10_000;
const PATIENCE = 3 * BEAT;

interface Holder {
  readonly pid: number;
  /** When the process began, in the system's own count; '' where the system does not tell. */
  readonly start: string;
  /** The machine, or the container: only there does the pid mean anything. */
  readonly place: string;
  /** Tells two holders in one process apart. */
  readonly token: string;
}

/** Somebody else has the directory; the message names who. */
export class DirectoryTaken extends Error {
  override readonly name = 'DirectoryTaken';
}

export class DirectoryLock {
  readonly #file: string;
  readonly #holder: Holder = { ...whoWeAre(), token: randomUUID() };

  private constructor(directory: string) {
    this.#file = path.join(directory, 'seen.lock');
  }

  /** Throws DirectoryTaken where a living process holds it, and the system's error where it cannot. */
  static acquire(directory: string): DirectoryLock {
    const lock = new DirectoryLock(directory);
    if (lock.#create()) return lock;
    const { holder, text } = lock.#read();
    if (holder ? isAlive(holder, lock.#file) : isFresh(lock.#file)) throw taken(directory, holder);
    lock.#removeStale(text);
    if (!lock.#create()) throw taken(directory, lock.#read().holder);
    return lock;
  }

  /** A sign of life. False when the directory has been taken over. */
  beat(): boolean {
    // somebody has tidied up
    if (!fs.existsSync(this.#file)) return this.#create();
    if (this.#read().holder?.token !== this.#holder.token) return false;
    const now = new Date();
    fs.utimesSync(this.#file, now, now);
    return true;
  }

  release(): void {
    if (this.#read().holder?.token === this.#holder.token) fs.rmSync(this.#file, { force: true });
  }

  /** Whether it was us who made the file: the system gives it to one only. */
  #create(): boolean {
    try {
      const descriptor = createPrivate(this.#file);
      try {
        fs.writeFileSync(descriptor, JSON.stringify(this.#holder));
      } finally {
        fs.closeSync(descriptor);
      }
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      // a full disk has room for the name, but not for what stands in the file
      fs.rmSync(this.#file, { force: true });
      throw error;
    }
  }

  #read(): { holder: Holder | undefined; text: string } {
    let text = '';
    try {
      text = readPrivate(this.#file).toString();
      const holder: unknown = JSON.parse(text);
      return { holder: isHolder(holder) ? holder : undefined, text };
    } catch {
      // gone meanwhile, or not yet written, or broken off: nobody can be named
      return { holder: undefined, text };
    }
  }

  /** Two may find the same stale file; who moves it away and finds another one puts that back. */
  #removeStale(text: string): void {
    const aside = `${this.#file}.${this.#holder.token}`;
    try {
      fs.renameSync(this.#file, aside);
      if (readPrivate(aside).toString() === text) fs.rmSync(aside);
      else fs.renameSync(aside, this.#file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

function taken(directory: string, holder: Holder | undefined): DirectoryTaken {
  const isOurs = holder?.pid === process.pid && holder.place === whoWeAre().place;
  const who = !holder
    ? 'another process'
    : isOurs
      ? `another store of this Node-RED (process ${holder.pid})`
      : `process ${holder.pid}${holder.place === whoWeAre().place ? '' : ` on ${holder.place.split(' ')[0]}`}`;
  return new DirectoryTaken(
    `The directory ${directory} is in use by ${who}. A directory is for one file store of one Node-RED at a time: choose another one, or a Redis store for several instances.`,
  );
}

function isHolder(value: unknown): value is Holder {
  const { pid, start, place, token } = (value ?? {}) as Record<string, unknown>;
  return typeof pid === 'number' && [start, place, token].every((text) => typeof text === 'string');
}

function isAlive(holder: Holder, file: string): boolean {
  const { place } = whoWeAre();
  if (holder.place !== place) return isFresh(file);
  if (!isRunning(holder.pid)) return false;
  const start = startOf(holder.pid);
  // Where the system does not tell, the pid may have gone to another process.
  return start === '' ? isFresh(file) : start === holder.start;
}

function isFresh(file: string): boolean {
  try {
    return Date.now() - fs.lstatSync(file).mtimeMs < PATIENCE;
  } catch {
    // gone meanwhile
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM = it runs, under another user
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function whoWeAre(): Omit<Holder, 'token'> {
  let space = '';
  try {
    space = fs.readlinkSync('/proc/self/ns/pid');
  } catch {
    // not Linux: there is one space for all processes of the machine
  }
  return {
    pid: process.pid,
    start: startOf(process.pid),
    place: `${os.hostname()} ${space}`.trim(),
  };
}

/** Ticks from the machine's start to that of the process; '' where the system does not tell. */
function startOf(pid: number): string {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // the name, in parentheses, may itself have spaces and parentheses; the start is field 22
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
