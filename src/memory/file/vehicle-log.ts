/** Append-only files (segments) for vehicles; the oldest is removed when nothing in it counts any more. */
import fs from 'node:fs';
import path from 'node:path';
import { createPrivate, readPrivate } from '../../files/private-files';
import { Descriptors } from './descriptors';

export interface Segment {
  readonly file: string;
  /** Bytes of whole lines. */
  size: number;
  /** Vehicles whose newest line stands in it. */
  live: number;
}

const NAME = /^vehicles-(\d+)\.log$/;

export class VehicleLog {
  /** The oldest first. */
  readonly segments: Segment[] = [];
  #descriptor: number | undefined;
  #next = 1;
  readonly #descriptors = new Descriptors();

  constructor(private readonly directory: string) {
    const numbers = fs.readdirSync(directory).flatMap((name) => {
      const number = NAME.exec(name)?.[1];
      return number === undefined ? [] : [Number(number)];
    });
    numbers.sort((one, other) => one - other);
    for (const number of numbers) this.segments.push(this.#segment(number));
    this.#next = (numbers.at(-1) ?? 0) + 1;
  }

  /** Bytes of all segments. */
  get size(): number {
    return this.segments.reduce((sum, { size }) => sum + size, 0);
  }

  /** The lines of a segment; what a crash left behind of the last one is among them. */
  read(segment: Segment): string[] {
    const text = readPrivate(segment.file).toString();
    segment.size = text.length;
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** The segment that is written to; undefined before the first line, and when it is full. */
  current(limit: number): Segment | undefined {
    const last = this.segments.at(-1);
    return this.#descriptor !== undefined && last && last.size < limit ? last : undefined;
  }

  begin(): Segment {
    const segment = this.#segment(this.#next);
    const descriptor = createPrivate(segment.file);
    this.close();
    this.#descriptor = descriptor;
    this.#next += 1;
    this.segments.push(segment);
    return segment;
  }

  /** When this returns, the operating system has the lines, so they survive this process. Throws its error: then nothing was written. */
  append(lines: string): void {
    const segment = this.segments.at(-1);
    if (!segment || this.#descriptor === undefined) return;
    const bytes = Buffer.from(lines);
    const { size } = segment;
    try {
      let written = 0;
      // a disk that becomes full takes a part first
      while (written < bytes.length) {
        written += fs.writeSync(this.#descriptor, bytes, written, null, size + written);
      }
    } catch (error) {
      fs.ftruncateSync(this.#descriptor, size);
      throw error;
    }
    segment.size += bytes.length;
  }

  /** Removes segments from the oldest on, as far as nothing in them counts. The one that is written to stays. */
  tidy(): void {
    while (this.segments.length > 1 && this.segments[0]?.live === 0) {
      const dropped = this.segments.shift();
      if (dropped) fs.rmSync(dropped.file, { force: true });
    }
  }

  sync(done: (error: Error | null) => void): void {
    if (this.#descriptor === undefined) done(null);
    else this.#descriptors.sync(this.#descriptor, done);
  }

  close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) this.#descriptors.close(descriptor);
  }

  #segment(number: number): Segment {
    const name = `vehicles-${String(number).padStart(8, '0')}.log`;
    return { file: path.join(this.directory, name), size: 0, live: 0 };
  }
}
