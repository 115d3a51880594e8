/** INVERS-shaped events for tests. */
import type { Options } from 'amqplib';

export interface TestEvent {
  metadata: Record<string, unknown>;
  data: Record<string, unknown>;
}

/** What a test publishes: the body, and the properties that INVERS documents. */
export interface TestMessage {
  body: Buffer;
  properties: Options.Publish;
}

export function eventOf(
  metadata: Record<string, unknown> = {},
  data: Record<string, unknown> = {},
): TestEvent {
  return {
    metadata: {
      id: '01HZX3J5Q8T9V0W1X2Y3Z4A5B6',
      type: 'VehicleStateRecorded',
      schema_major_version: 2,
      occurred_at: '2025-05-06T07:08:09Z',
      flow_id: '0b9f6d2e-5c1a-4e77-9d0a-3f1e2d4c5b6a',
      ...metadata,
    },
    data,
  };
}

export function eventBody(
  metadata?: Record<string, unknown>,
  data?: Record<string, unknown>,
): string {
  return JSON.stringify(eventOf(metadata, data));
}

/** The id of the n-th event: 26 characters, like INVERS' own. */
export function eventId(n: number): string {
  return `01TEST${String(n).padStart(20, '0')}`;
}

/** The n-th event as it is published, its properties repeating its metadata. */
export function eventMessage(
  n: number,
  metadata: Record<string, unknown> = {},
  data: Record<string, unknown> = { n },
): TestMessage {
  const event = eventOf({ id: eventId(n), ...metadata }, data);
  return {
    body: Buffer.from(JSON.stringify(event)),
    properties: {
      messageId: String(event.metadata['id']),
      type: String(event.metadata['type']),
      correlationId: String(event.metadata['flow_id']),
      timestamp: Date.parse(String(event.metadata['occurred_at'])) / 1000,
      headers: { schema_major_version: event.metadata['schema_major_version'] },
      contentType: 'application/json',
      deliveryMode: 2,
    },
  };
}

/** Events number `from` up to, but without, `to`. */
export function eventMessages(from: number, to: number): TestMessage[] {
  return Array.from({ length: to - from }, (_, index) => eventMessage(from + index));
}

/** Whether a JSON text may have a whole number beyond 2^53, which is kept as text. */
export function hasLargeNumber(text: string): boolean {
  return /(?<![\d.])\d{16}/.test(text);
}
