/** The metadata of an event: what its body says, and where that has gaps, what the AMQP properties repeat of it. */
import type { MessageProperties } from '../broker/broker';
import { instantOf, isUsualInstant } from '../time/instant';
import { expected, type Problem, shown } from './problem';

type Values = Record<string, unknown>;

/**
 * Fills in what is missing, and names each thing that is odd. Metadata without an id or a type are of no use,
 * and nothing else is asked of them: `missing` says which.
 */
export function readMetadata(
  sent: unknown,
  properties: MessageProperties,
  problems: Problem[],
): { readonly metadata: Values; readonly missing?: Problem } {
  if (isObject(sent) && isUsual(sent, properties)) return { metadata: sent };
  const metadata = isObject(sent) ? sent : {};
  const none = metadata === sent ? undefined : expected('metadata', 'an object', sent);
  if (none) problems.push(none);
  const reader = new MetadataReader(metadata, properties, problems);
  const id = reader.name('id', 'messageId', 'message-id');
  const type = reader.name('type', 'type', 'type');
  const missing = id ?? type;
  if (missing) return { metadata, missing: none ?? missing };
  reader.version();
  reader.occurredAt();
  reader.flowId();
  return { metadata };
}

/** Nothing is missing and nothing odd, as it is with nearly every event. */
function isUsual(
  { id, type, schema_major_version, occurred_at, flow_id }: Values,
  { messageId, type: repeatedType }: MessageProperties,
): boolean {
  return (
    isText(id) &&
    isText(type) &&
    (messageId === undefined || messageId === id) &&
    (repeatedType === undefined || repeatedType === type) &&
    isVersion(schema_major_version) &&
    typeof flow_id === 'string' &&
    typeof occurred_at === 'string' &&
    isUsualInstant(occurred_at)
  );
}

/** What the body says, and else what the properties tell: for what is no event. */
export function allMetadata(sent: unknown, properties: MessageProperties): Values {
  return { ...metadataOf(properties), ...(isObject(sent) ? definedOf(sent) : {}) };
}

class MetadataReader {
  constructor(
    private readonly metadata: Values,
    private readonly properties: MessageProperties,
    private readonly problems: Problem[],
  ) {}

  /** INVERS repeats it as an AMQP property: where the two differ, something altered the message. */
  name(name: 'id' | 'type', property: 'messageId' | 'type', called: string): Problem | undefined {
    const sent = this.metadata[name];
    const repeated = textOf(this.properties[property]);
    if (!isText(sent)) return this.#fill(name, 'a text', called, repeated);
    if (repeated !== undefined && repeated !== sent) {
      this.problems.push({
        path: `metadata.${name}`,
        found: `${shown(sent)}, but the AMQP property ${called} is ${shown(repeated)}`,
        expected: 'the same in both; the metadata count',
      });
    }
    return undefined;
  }

  version(): void {
    const sent = this.metadata['schema_major_version'];
    if (isVersion(sent)) return;
    const name = 'schema_major_version';
    if (versionOf(sent) === undefined) {
      this.#fill(name, 'a whole number', `header ${name}`, versionOf(headerOf(this.properties)));
    } else this.#name(name, 'a whole number');
  }

  occurredAt(): void {
    const sent = this.metadata['occurred_at'];
    if (typeof sent === 'string' && isUsualInstant(sent)) return;
    const usual = 'a time like 2025-05-06T07:08:09Z';
    if (instantOf(sent) === undefined) {
      this.#fill('occurred_at', usual, 'timestamp', timeOf(this.properties.timestamp));
    } else this.#name('occurred_at', usual);
  }

  /** It may be missing: it says something only where an API call caused the event. */
  flowId(): void {
    const sent = this.metadata['flow_id'];
    if (typeof sent === 'string') return;
    const repeated = textOf(this.properties.correlationId);
    const isGap = sent === undefined || sent === null;
    if (!isGap || repeated !== undefined) {
      this.#fill('flow_id', 'a text or nothing', 'correlation-id', repeated);
    }
  }

  #name(name: string, expectation: string): void {
    this.problems.push(expected(`metadata.${name}`, expectation, this.metadata[name]));
  }

  /** Returns the problem where there is nothing to fill in. */
  #fill(name: string, wanted: string, called: string, value: unknown): Problem | undefined {
    const isFilled = value !== undefined;
    const expectation = isFilled ? `${wanted} (taken from the AMQP property ${called})` : wanted;
    const problem = expected(`metadata.${name}`, expectation, this.metadata[name]);
    this.problems.push(problem);
    if (!isFilled) return problem;
    this.metadata[name] = value;
    return undefined;
  }
}

function metadataOf(properties: MessageProperties): Values {
  return definedOf({
    id: textOf(properties.messageId),
    type: textOf(properties.type),
    schema_major_version: versionOf(headerOf(properties)),
    occurred_at: timeOf(properties.timestamp),
    flow_id: textOf(properties.correlationId),
  });
}

function definedOf(values: Values): Values {
  const defined = Object.entries(values).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  return Object.fromEntries(defined);
}

function headerOf({ headers }: MessageProperties): unknown {
  return isObject(headers) ? headers['schema_major_version'] : undefined;
}

/** As a number or in digits. Nothing else is asked for its value: a table of a stranger might answer. */
export function versionOf(value: unknown): number | undefined {
  const version = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return isVersion(version) ? version : undefined;
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Some clients write milliseconds, although AMQP says seconds. */
function timeOf(timestamp: unknown): string | undefined {
  const instant = typeof timestamp === 'number' ? instantOf(timestamp) : undefined;
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

function textOf(value: unknown): string | undefined {
  return isText(value) ? value : undefined;
}

export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
