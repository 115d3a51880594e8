/**
 * The shapes in which the sandbox's fleet publishes its events. Topics, types and the envelope are
 * INVERS' (its documentation, "Events", "Event format" and "Vehicle state"). What INVERS does not
 * tell is the sandbox's assumption: `vehicle_id` and `vehicle_state` inside `data`, the major
 * version 1 of every type but VehicleStateRecorded, and that a queue is named like its topic. In
 * VehicleChanged, only `reasons` and `vehicle.rental_status.value` are documented; the licence plate
 * stands in `vehicle.master_data`, where INVERS documents it for the vehicle of its REST API.
 */
import { UlidSource, uuid } from './ids';
import type { Random } from './random';
import { timestampOf } from './vehicle-state';

export const FLEET_QUEUES = [
  'VehicleStateRecorded',
  'VehicleChange',
  'Trip (v2)',
  'SmokeDetection',
] as const;

/** An AMQP message for one of the queues. */
export interface FleetEvent {
  /** One of FLEET_QUEUES. */
  readonly queue: string;
  readonly vehicleId: string;
  /** `{ metadata, data }` as JSON; an event that is sent twice shares its bytes: read only. */
  readonly body: Buffer;
  /** What INVERS repeats of `metadata` in the properties of the message. */
  readonly properties: {
    readonly messageId: string;
    readonly type: string;
    readonly correlationId: string;
    /** Seconds since 1970. */
    readonly timestamp: number;
    readonly headers: { readonly schema_major_version: number };
    readonly contentType: 'application/json';
    readonly deliveryMode: 2;
  };
}

/** INVERS says that new types may come into a topic at any time; a flow should let this one pass. */
export const UNKNOWN_TYPE = 'SandboxUnknownType';
/** The same for a new property of the vehicle state. */
export const UNKNOWN_PROPERTY = 'sandbox_unknown_property';

const TYPES = {
  VehicleStateRecorded: { queue: 'VehicleStateRecorded', major: 2 },
  VehicleChanged: { queue: 'VehicleChange', major: 1 },
  TripStarted: { queue: 'Trip (v2)', major: 1 },
  TripEnded: { queue: 'Trip (v2)', major: 1 },
  TripMetricsReady: { queue: 'Trip (v2)', major: 1 },
  TripDiscarded: { queue: 'Trip (v2)', major: 1 },
  SmokeDetected: { queue: 'SmokeDetection', major: 1 },
  SmokeDataReady: { queue: 'SmokeDetection', major: 1 },
  [UNKNOWN_TYPE]: { queue: 'VehicleStateRecorded', major: 1 },
} as const;

export type FleetEventType = keyof typeof TYPES;
/** INVERS names more reasons than it lists; these it lists. */
export type ChangeReason = 'RENTAL_STATUS_CHANGED' | 'LIFE_STATUS_CHANGED' | 'MASTER_DATA_CHANGED';

interface FleetData {
  readonly vehicle_id: string;
}

/** Writes events down: ids, envelope, bytes. */
export class EventWriter {
  readonly #ids: UlidSource;

  constructor(private readonly random: Random) {
    this.#ids = new UlidSource(random);
  }

  /** What events share that come from one call. */
  flow(): string {
    return uuid(this.random);
  }

  /** `at`: when it happened, in milliseconds since 1970; later events have later ids. */
  write(type: FleetEventType, at: number, flow: string, data: FleetData): FleetEvent {
    const { queue, major } = TYPES[type];
    const id = this.#ids.next(at);
    const timestamp = Math.floor(at / 1000);
    const metadata = {
      id,
      type,
      schema_major_version: major,
      occurred_at: timestampOf(timestamp),
      flow_id: flow,
    };
    return {
      queue,
      vehicleId: data.vehicle_id,
      body: Buffer.from(JSON.stringify({ metadata, data })),
      properties: {
        messageId: id,
        type,
        correlationId: flow,
        timestamp,
        headers: { schema_major_version: major },
        contentType: 'application/json',
        deliveryMode: 2,
      },
    };
  }
}
