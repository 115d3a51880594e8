/**
 * Parks events in append-only files (segments), which survive restarts and a killed process. A line is a
 * parked event, or says that one is gone; a segment is removed when all before and in it are gone.
 */
import fs from 'node:fs';
import path from 'node:path';
import {
  createPrivate,
  makePrivateFolder,
  openPrivate,
  readPrivate,
} from '../../files/private-files';
import { type Clock, systemClock } from '../../time/clock';
import {
  PARKED_LIMITS,
  type ParkedEvent,
  type ParkedStore,
  type ParkedSummary,
} from '../parked-store';

interface Segment {
  readonly file: string;
  /** Bytes of whole lines. */
  size: number;
  /** Events in it that are still parked. */
  live: number;
}

interface Place {
  readonly summary: ParkedSummary;
  readonly segment: Segment;
  readonly offset: number;
  readonly length: number;
}

/** As in the files: what is listed, and what is not. */
type Line =
  | { readonly gone: string }
  | (ParkedSummary & { readonly body: string; readonly properties: object });

/** Of all segments together, so much is one: the disk holds at most that much too many. */
const SEGMENTS = 16;
const NEWLINE = 0x0a;
/** Milliseconds from a write until the operating system is asked to bring it to the disk, as for ids. */
const SYNC = 1_000;

export interface FileParkedEnvironment {
  readonly clock?: Pick<Clock, 'after'>;
  /** The disk did not take what the operating system was given. */
  readonly onSyncFailed?: (error: Error) => void;
}

export class FileParked implements ParkedStore {
  /** In the order in which they were parked. */
  readonly #places = new Map<string, Place>();
  readonly #segments: Segment[] = [];
  readonly #clock: Pick<Clock, 'after'>;
  readonly #onSyncFailed: ((error: Error) => void) | undefined;
  #descriptor: number | undefined;
  #nextName = 1;
  #cancelSync: (() => void) | undefined;

  /** Reads what is there; throws the system's error. `onDropped` hears that the oldest event had to go. */
  constructor(
    private readonly directory: string,
    private readonly onDropped: () => void,
    private readonly limits = PARKED_LIMITS,
    { clock = systemClock, onSyncFailed }: FileParkedEnvironment = {},
  ) {
    this.#clock = clock;
    this.#onSyncFailed = onSyncFailed;
    makePrivateFolder(directory);
    const names = fs.readdirSync(directory).filter((name) => /^parked-\d{8}\.log$/.test(name));
    for (const name of names.sort()) {
      this.#load(path.join(directory, name));
      this.#nextName = Number(name.slice(7, 15)) + 1;
    }
  }

  park({ body, ...event }: ParkedEvent): void {
    const { properties, ...summary } = event;
    this.#append({ ...event, body: body.toString('base64') }, summary);
    while (this.#places.size > this.limits.events || this.#size() > this.limits.bytes) {
      const [oldest] = this.#places.keys();
      if (oldest === undefined || oldest === event.id) return;
      this.#forget(oldest);
      this.onDropped();
    }
  }

  list(): ParkedSummary[] {
    return [...this.#places.values()].map(({ summary }) => summary);
  }

  read(id: string): ParkedEvent | undefined {
    const place = this.#places.get(id);
    if (!place) return undefined;
    const bytes = Buffer.alloc(place.length);
    const descriptor = openPrivate(place.segment.file, 'read');
    try {
      fs.readSync(descriptor, bytes, 0, place.length, place.offset);
    } finally {
      fs.closeSync(descriptor);
    }
    const line = JSON.parse(bytes.toString('utf8')) as { body: string; properties: object };
    const { body, properties } = line;
    return { ...place.summary, body: Buffer.from(body, 'base64'), properties };
  }

  remove(id: string): void {
    if (this.#places.has(id)) this.#append({ gone: id });
    this.#forget(id);
  }

  close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor === undefined) return;
    try {
      if (this.#cancelSync) fs.fdatasyncSync(descriptor);
    } catch (error) {
      this.#onSyncFailed?.(error as Error);
    } finally {
      this.#cancelSync?.();
      this.#cancelSync = undefined;
      fs.closeSync(descriptor);
    }
  }

  #size(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0);
  }

  #append(line: Line, summary?: ParkedSummary): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    const segment = this.#segmentFor(bytes.length);
    const descriptor = this.#descriptor ?? 0;
    const { size } = segment;
    try {
      let written = 0;
      // a disk that becomes full takes a part first
      while (written < bytes.length) {
        written += fs.writeSync(descriptor, bytes, written, null, size + written);
      }
    } catch (error) {
      fs.ftruncateSync(descriptor, size);
      throw error;
    }
    segment.size += bytes.length;
    this.#syncSoon();
    if (summary) this.#remember({ summary, segment, offset: size, length: bytes.length - 1 });
  }

  /** Once for all that is parked meanwhile. */
  #syncSoon(): void {
    this.#cancelSync ??= this.#clock.after(SYNC, () => {
      this.#cancelSync = undefined;
      const descriptor = this.#descriptor;
      if (descriptor === undefined) return;
      fs.fdatasync(descriptor, (error) => {
        // closed meanwhile, it was brought there by that
        if (error && descriptor === this.#descriptor) this.#onSyncFailed?.(error);
      });
    });
  }

  #remember(place: Place): void {
    place.segment.live += 1;
    this.#places.set(place.summary.id, place);
  }

  #forget(id: string): void {
    const place = this.#places.get(id);
    if (!place) return;
    this.#places.delete(id);
    place.segment.live -= 1;
    // the newest one is being written
    while (this.#segments.length > 1 && this.#segments[0]?.live === 0) {
      const dropped = this.#segments.shift();
      if (dropped) fs.rmSync(dropped.file, { force: true });
    }
  }

  #segmentFor(length: number): Segment {
    const last = this.#segments.at(-1);
    const limit = this.limits.bytes / SEGMENTS;
    if (last && this.#descriptor !== undefined && last.size + length <= limit) return last;
    const name = `parked-${String(this.#nextName).padStart(8, '0')}.log`;
    const file = path.join(this.directory, name);
    const descriptor = createPrivate(file);
    this.close();
    this.#descriptor = descriptor;
    this.#nextName += 1;
    const segment = { file, size: 0, live: 0 };
    this.#segments.push(segment);
    return segment;
  }

  /** What a crash left behind of a line is passed over: nothing is appended to an old segment. */
  #load(file: string): void {
    const bytes = readPrivate(file);
    const segment = { file, size: bytes.length, live: 0 };
    this.#segments.push(segment);
    for (let start = 0, end = bytes.indexOf(NEWLINE); end >= 0; ) {
      const line = parsed(bytes.subarray(start, end).toString('utf8'));
      if (line && 'gone' in line) this.#forget(line.gone);
      else if (line) {
        const { body, properties, ...summary } = line;
        this.#remember({ summary, segment, offset: start, length: end - start });
      }
      start = end + 1;
      end = bytes.indexOf(NEWLINE, start);
    }
  }
}

function parsed(text: string): Line | undefined {
  try {
    const line = JSON.parse(text) as Line;
    return typeof line === 'object' && line !== null && ('gone' in line || 'body' in line)
      ? line
      : undefined;
  } catch {
    // torn by a crash, or not ours
    return undefined;
  }
}
