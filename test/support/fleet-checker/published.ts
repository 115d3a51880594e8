/** What the checker of a fleet knows of an event: its published bytes, and when they arrived. */

/** An AMQP message as a consumer gets it. */
export interface Published {
  readonly queue: string;
  readonly body: Buffer;
  readonly properties: {
    readonly messageId: string;
    readonly type: string;
    readonly correlationId: string;
    readonly timestamp: number;
    readonly headers: { readonly schema_major_version: number };
    readonly contentType: string;
    readonly deliveryMode: number;
  };
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Property {
  readonly timestamp: string;
  readonly value: unknown;
}

/** An event whose form was found right. */
export interface ReadEvent {
  readonly id: string;
  readonly type: string;
  /** Seconds since 1970. */
  readonly occurredAt: number;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
  readonly vehicleId: string;
  /** Of VehicleChanged. */
  readonly reason?: string;
  readonly isInRental?: boolean;
  readonly plate?: string;
  /** Of all other types. */
  readonly state?: ReadonlyMap<string, Property>;
}

export const RULES = [
  'form',
  'properties',
  'id',
  'type',
  'data',
  'value',
  'future',
  'duplicate',
  'order',
  'offline',
  'timestamp',
  'rental',
  'plate',
  'driving',
  'lock',
  'mileage',
  'trip',
  'level',
  'consumption',
  'range',
  'position',
  'speed',
  'smoke',
] as const;

export type Rule = (typeof RULES)[number];

/** Notes that a rule was broken, and how. */
export type Complain = (rule: Rule, what: string) => void;
