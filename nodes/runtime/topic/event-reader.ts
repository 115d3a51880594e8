/** Reads what one topic delivers, and tells of events that could not be held against a schema. */
import type { Delivery } from '../../../src/broker/broker';
import type { Remark } from '../../../src/events/envelope';
import { type ReadEvent, readEvent } from '../../../src/events/read-event';
import type { SchemaSet } from '../../../src/events/schema-set';

/** How many versions are told of. INVERS has few; the bound is for a queue that makes up new ones. */
const TOLD = 100;

export class EventReader {
  readonly #told = new Set<string>();
  readonly #remarks = new Set<Remark['code']>();
  #unchecked = 0;
  #isToldOfCutHeaders = false;

  /** Without `schemas` only the envelope is looked at. `warn` is called once for each version of a type. */
  constructor(
    private readonly schemas: SchemaSet | undefined,
    private readonly warn: (text: string) => void,
    private readonly queue = '',
  ) {}

  /** Events of a known type that passed unchecked: its schema is for other versions, or was switched off. */
  get unchecked(): number {
    return this.#unchecked;
  }

  read({ body, properties, hasCutHeaders }: Delivery): ReadEvent {
    if (hasCutHeaders) this.#tellOfCutHeaders();
    const read = readEvent(body, properties, this.schemas);
    if ('event' in read && read.remark) this.#remarkOnce(read.remark);
    if ('invalid' in read || read.unchecked === undefined || read.unchecked === 'type') return read;
    this.#unchecked += 1;
    // where a schema was switched off, the consumer has said so
    if (read.unchecked === 'version') this.#tellOnce(read.event.metadata);
    return read;
  }

  /** A stranger's work, mostly: amqplib would overflow its stack, and the connection of all topics would end. */
  #tellOfCutHeaders(): void {
    if (this.#isToldOfCutHeaders) return;
    this.#isToldOfCutHeaders = true;
    this.warn(
      `Odd message: its headers are nested too deeply, and what lies deepest is left out. It came by the queue ${JSON.stringify(this.queue)} and goes on as any other; look who may write to that queue. Said once.`,
    );
  }

  /** What is odd about one event is odd about thousands: each kind of remark is made once. */
  #remarkOnce({ code, text }: Remark): void {
    if (this.#remarks.has(code)) return;
    this.#remarks.add(code);
    this.warn(`Odd event: ${text} Said once.`);
  }

  #tellOnce({
    type,
    schema_major_version: version,
  }: {
    type: string;
    schema_major_version: number;
  }) {
    const key = `${type}@${version}`;
    if (this.#told.has(key) || this.#told.size >= TOLD) return;
    this.#told.add(key);
    this.warn(
      `${JSON.stringify(type)} comes in major version ${version}, which is not known: its events pass unchecked. Give the consumer a schema ${key}, if you want them checked. Said once.`,
    );
  }
}
