/** Recorded keys in append-only files (segments); the oldest segment is removed as a whole. */
import fs from 'node:fs';
import path from 'node:path';
import { createPrivate, openPrivate, readPrivate } from '../../files/private-files';
import { LONGEST_KEY } from '../memory/recent-keys';
import { Descriptors } from './descriptors';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const DIGIT_0 = 0x30;
/** Digits enough for times up to the year 33658. */
const TIME_DIGITS = 15;
const FEWEST_LINES = 1_024;
/** Bytes of a line with one of INVERS' ids. */
const USUAL_LINE = 41;

interface Segment {
  readonly file: string;
  /** Number of the first key in it, as the caller counts keys. */
  readonly first: number;
}

/**
 * A line is a key and the time when it was first seen: `1764072000000 01HZX3J5Q8T9V0W1X2Y3Z4A5B6`.
 * Whatever is no such line (what a crash of the machine left behind) is passed over.
 */
export class IdLog {
  readonly #segments: Segment[] = [];
  #descriptor: number | undefined;
  readonly #descriptors = new Descriptors();
  #lines = 0;
  #size = 0;
  #nextName = 1;

  constructor(
    private readonly directory: string,
    /** Lines of a full segment. */
    private readonly linesPerSegment: number,
  ) {}

  /** Lines of a full segment: an eighth of what is remembered, so the disk holds at most that much too many. */
  static segmentLines(maxEntries: number): number {
    return Math.max(FEWEST_LINES, Math.ceil(maxEntries / 8));
  }

  /**
   * Reads every line, oldest first; `add` returns the number that its key got. `expect` is told
   * before how many there may be.
   */
  load(expect: (count: number) => void, add: (key: string, time: number) => number): void {
    const names = fs.readdirSync(this.directory).filter((name) => /^seen-\d+\.log$/.test(name));
    const numbered = names.map((name) => ({ name, number: Number(/\d+/.exec(name)?.[0]) }));
    numbered.sort((one, other) => one.number - other.number);
    const files = numbered.map(({ name }) => path.join(this.directory, name));
    const size = files.reduce((sum, file) => sum + fs.lstatSync(file).size, 0);
    expect(Math.ceil(size / USUAL_LINE));
    let next = 0;
    for (const [index, file] of files.entries()) {
      let first: number | undefined;
      this.#lines = 0;
      this.#size = readLines(readPrivate(file), (key, time) => {
        const added = add(key, time);
        first ??= added;
        next = added + 1;
        this.#lines += 1;
      });
      this.#nextName = (numbered[index]?.number ?? 0) + 1;
      this.#segments.push({ file, first: first ?? next });
    }
    const last = this.#segments.at(-1);
    if (!last) return;
    this.#descriptor = openPrivate(last.file, 'write');
    // a line that was being written when the process died
    fs.ftruncateSync(this.#descriptor, this.#size);
  }

  /**
   * When this returns, the operating system has the keys, so they survive this process. Throws the
   * system's error if they could not be written; then none of them was.
   *
   * @param first number of the first of them
   * @param oldest number of the oldest key that is still remembered
   */
  append(keys: readonly { key: string; time: number }[], first: number, oldest: number): void {
    if (this.#descriptor === undefined || this.#lines >= this.linesPerSegment) {
      this.#begin(first);
      this.#dropBefore(oldest);
    }
    const lines = Buffer.from(keys.map(({ key, time }) => `${time} ${key}\n`).join(''), 'latin1');
    this.#write(lines, this.#descriptor ?? 0);
    this.#lines += keys.length;
  }

  #write(lines: Buffer, descriptor: number): void {
    try {
      let written = 0;
      // a disk that becomes full takes a part first
      while (written < lines.length) {
        written += fs.writeSync(descriptor, lines, written, null, this.#size + written);
      }
    } catch (error) {
      fs.ftruncateSync(descriptor, this.#size);
      throw error;
    }
    this.#size += lines.length;
  }

  /** Asks the operating system to write everything to the disk, so that it survives a power cut. */
  sync(done: (error: Error | null) => void): void {
    if (this.#descriptor === undefined) done(null);
    else this.#descriptors.sync(this.#descriptor, done);
  }

  /** Removes everything. */
  clear(): void {
    this.#close();
    for (const { file } of this.#segments.splice(0)) fs.rmSync(file, { force: true });
  }

  close(): void {
    if (this.#descriptor !== undefined) fs.fsyncSync(this.#descriptor);
    this.#close();
  }

  #begin(first: number): void {
    const name = `seen-${String(this.#nextName).padStart(8, '0')}.log`;
    const file = path.join(this.directory, name);
    const descriptor = createPrivate(file);
    this.#close();
    this.#descriptor = descriptor;
    this.#lines = 0;
    this.#size = 0;
    this.#nextName += 1;
    this.#segments.push({ file, first });
  }

  /** Removes a segment when all its keys are forgotten: when the next segment already begins with a forgotten one. */
  #dropBefore(oldest: number): void {
    while ((this.#segments[1]?.first ?? Number.POSITIVE_INFINITY) <= oldest) {
      const dropped = this.#segments.shift();
      if (dropped) fs.rmSync(dropped.file, { force: true });
    }
  }

  #close(): void {
    if (this.#descriptor !== undefined) this.#descriptors.close(this.#descriptor);
    this.#descriptor = undefined;
  }
}

/** Returns where the last whole line ends. */
function readLines(bytes: Buffer, add: (key: string, time: number) => void): number {
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) return start;
    readLine(bytes, start, end, add);
    start = end + 1;
  }
}

function readLine(
  bytes: Buffer,
  start: number,
  end: number,
  add: (key: string, time: number) => void,
): void {
  let time = 0;
  let at = start;
  for (; at < end && bytes[at] !== SPACE; at++) {
    const digit = (bytes[at] ?? 0) - DIGIT_0;
    if (digit < 0 || digit > 9) return;
    time = time * 10 + digit;
  }
  const length = end - at - 1;
  if (at === start || at - start > TIME_DIGITS || length < 1 || length > LONGEST_KEY) return;
  for (let index = at + 1; index < end; index++) {
    if ((bytes[index] ?? 0) <= SPACE || (bytes[index] ?? 0) > 0x7e) return;
  }
  add(bytes.toString('latin1', at + 1, end), time);
}
