/** Reads what one topic delivers, and tells once of each kind of thing that is odd about its events. */
import type { IncomingMessage } from '../../../src/broker/broker';
import { type Problem, sentence } from '../../../src/events/problem';
import { type ReadEvent, readEvent } from '../../../src/events/read-event';
import type { SchemaSet } from '../../../src/events/schema-set';

/** How many versions, and how many kinds, are told of. INVERS has few; the bound is for a queue that makes up new ones. */
const TOLD = 100;

export interface EventReaderOptions {
  /** Without them only the envelope is looked at. */
  readonly schemas: SchemaSet | undefined;
  /** Whatever is odd about an event refuses it. */
  readonly isStrict?: boolean;
}

export class EventReader {
  readonly #told = new Set<string>();
  readonly #kinds = new Set<string>();
  #unchecked = 0;
  #odd = 0;
  #isToldOfCutHeaders = false;

  /** `warn` is called once for each version of a type, and for each kind of problem. */
  constructor(
    private readonly options: EventReaderOptions,
    private readonly warn: (text: string) => void,
    private readonly queue = '',
  ) {}

  /** Events of a known type that passed unchecked: its schema is for other versions, or was switched off. */
  get unchecked(): number {
    return this.#unchecked;
  }

  /** Events that passed although something is odd about them. */
  get odd(): number {
    return this.#odd;
  }

  read({ body, properties, hasCutHeaders }: IncomingMessage): ReadEvent {
    if (hasCutHeaders) this.#tellOfCutHeaders();
    const { schemas, isStrict } = this.options;
    const read = readEvent(body, properties, schemas, isStrict);
    if ('invalid' in read) return read;
    const { type, schema_major_version: version } = read.event.metadata;
    if (read.check.problems.length > 0) {
      this.#odd += 1;
      for (const problem of read.check.problems) this.#tellKind(type, problem);
    }
    if (read.unchecked === undefined || read.unchecked === 'type') return read;
    this.#unchecked += 1;
    // where a schema was switched off, the consumer has said so
    if (read.unchecked === 'version') this.#tellVersion(type, version);
    return read;
  }

  /** What is odd about one event is odd about thousands: the same at the same place is told once. */
  #tellKind(type: string, problem: Problem): void {
    const { path, expected } = problem;
    // lists have thousands of places
    const kind = JSON.stringify([shortened(type), path.replace(/\[\d+\]/g, '[]'), expected]);
    if (this.#kinds.has(kind) || this.#kinds.size >= TOLD) return;
    this.#kinds.add(kind);
    const last = this.#kinds.size < TOLD ? '' : ' No further kinds are told of.';
    this.warn(
      `Odd ${JSON.stringify(shortened(type))}: ${sentence(problem)} Such events pass; msg.check.problems says it of each. Said once.${last}`,
    );
  }

  /** A stranger's work, mostly: amqplib would overflow its stack, and the connection of all topics would end. */
  #tellOfCutHeaders(): void {
    if (this.#isToldOfCutHeaders) return;
    this.#isToldOfCutHeaders = true;
    this.warn(
      `Odd message: its headers are nested too deeply, and what lies deepest is left out. It came by the queue ${JSON.stringify(this.queue)} and goes on as any other; look who may write to that queue. Said once.`,
    );
  }

  #tellVersion(type: string, version: number): void {
    const key = `${shortened(type)}@${version}`;
    if (this.#told.has(key) || this.#told.size >= TOLD) return;
    this.#told.add(key);
    this.warn(
      `${JSON.stringify(shortened(type))} comes in major version ${version}, which is not known: its events pass unchecked. Give the consumer a schema ${key}, if you want them checked. Said once.`,
    );
  }
}

/** Types are short; one that a stranger makes up need not be. */
function shortened(type: string): string {
  return type.length > 100 ? `${type.slice(0, 100)}…` : type;
}
