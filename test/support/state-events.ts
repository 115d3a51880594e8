/** Messages that bring the state of a vehicle, as invers-topic-in sends them. */
import type { NodeMessage } from 'node-red';
import { eventMessage, type TestMessage } from './events';

const START = Date.UTC(2025, 5, 1);

export function timeAt(seconds: number, start = START): string {
  return `${new Date(start + seconds * 1_000).toISOString().slice(0, 19)}Z`;
}

/** `at`: seconds after the first of June 2025. */
export function stateOf(
  at: number,
  properties: Record<string, unknown>,
  start = START,
): Record<string, unknown> {
  const timestamp = timeAt(at, start);
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, { timestamp, value }]),
  );
}

/** A message that belongs to no delivery. */
export function stateEvent(
  vehicle: string,
  at: number,
  properties: Record<string, unknown>,
): NodeMessage & Record<string, unknown> {
  return {
    _msgid: '',
    payload: stateOf(at, properties),
    metadata: { id: `${vehicle}@${at}`, type: 'VehicleStateRecorded', occurred_at: timeAt(at) },
    vehicle: { id: vehicle },
  };
}

/** The n-th event, as it is published. `start`: milliseconds since 1970 that `at` counts from. */
export function statePublished(
  n: number,
  vehicle: string,
  at: number,
  properties: Record<string, unknown>,
  start = START,
): TestMessage {
  const data = { vehicle_id: vehicle, vehicle_state: stateOf(at, properties, start) };
  return eventMessage(n, { occurred_at: timeAt(at, start) }, data);
}
