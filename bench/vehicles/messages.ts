/** The events of the sandbox's fleet as invers-topic-in sends them, one after the other. */
import type { NodeMessage } from 'node-red';
import { Fleet } from '../../src/sandbox/fleet/fleet';

/** The id that the consumer of these events has. */
export const CONSUMER = 'consumer';

export interface FleetMessage extends NodeMessage {
  readonly metadata: { readonly id: string };
  readonly delivery: { readonly id: string };
}

/** What the broker brings: the event's bytes, and the vehicle that they name. */
export interface FleetBody {
  readonly body: Buffer;
  readonly vehicleId: string;
}

export class FleetBodies {
  readonly #fleet: Fleet;

  constructor(vehicles: number) {
    this.#fleet = new Fleet({
      vehicles,
      seed: 1,
      duplicates: 1,
      start: Date.now(),
      rate: 10_000,
    });
  }

  take(count: number): FleetBody[] {
    return Array.from({ length: count }, () => this.#fleet.next());
  }
}

/** A new message each time: nodes write into them. */
export function messageOf({ body, vehicleId }: FleetBody, id: string): FleetMessage {
  const { data, metadata } = JSON.parse(body.toString()) as {
    data: unknown;
    metadata: { id: string };
  };
  return {
    _msgid: id,
    topic: 'fleet',
    payload: data,
    metadata,
    vehicle: { id: vehicleId },
    delivery: { id, consumer: CONSUMER, redelivered: false, attempt: 1 },
  } as FleetMessage;
}
