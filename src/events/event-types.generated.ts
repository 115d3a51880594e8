/** The types of INVERS events, made from the catalogue by `npm run generate`: change that, not this. */
/**
 * A vehicle reported its state: at intervals, or because something happened to it. Where the state stands in data is not known, so its known properties are checked directly in data and one level below, under any name, where at least one of them has a timestamp or a value.
 *
 * This interface was referenced by `Root`'s JSON-Schema
 * via the `definition` "VehicleStateRecordedData".
 */
export type VehicleStateRecordedData = VehicleState & {
  [k: string]: unknown;
};

/**
 * Metadata of every event; some event types add more.
 *
 * This interface was referenced by `Root`'s JSON-Schema
 * via the `definition` "EventMetadata".
 */
export interface EventMetadata {
  /**
   * Unique per event, meant for telling duplicates. It looks like a ULID; that is inferred from a sample and not checked.
   */
  id: string;
  /**
   * The event type, in PascalCase.
   */
  type: string;
  /**
   * Major version of the event type’s schema.
   */
  schema_major_version: number;
  /**
   * When it happened: ISO 8601, UTC.
   */
  occurred_at: string;
  /**
   * The API call that caused the event, where one did. Documented as always there, yet meaningful after a call only: it may be missing or null.
   */
  flow_id?: string | null;
  [k: string]: unknown;
}
/**
 * The state of a vehicle, as far as its properties are known. A vehicle has those of its capabilities, and there are more than these.
 *
 * This interface was referenced by `Root`'s JSON-Schema
 * via the `definition` "VehicleState".
 */
export interface VehicleState {
  /**
   * The anti-lock braking system.
   */
  abs_status?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * The anti-lock braking system.
     */
    value: 'ENABLED' | 'DISABLED' | (string & Record<never, never>) | null;
    [k: string]: unknown;
  } | null;
  /**
   * How full the AdBlue tank is.
   */
  adblue_level_in_percent?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * How full the AdBlue tank is.
     */
    value: number | null;
    [k: string]: unknown;
  } | null;
  /**
   * The indicator for little AdBlue.
   */
  adblue_level_low_indicator?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * The indicator for little AdBlue.
     */
    value: 'ON' | 'OFF' | 'SENSOR_FAILURE' | (string & Record<never, never>) | null;
    [k: string]: unknown;
  } | null;
  /**
   * How high the vehicle stands.
   */
  altitude_in_meters?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * How high the vehicle stands.
     */
    value: number | null;
    [k: string]: unknown;
  } | null;
  /**
   * When the brake fluid is due.
   */
  brake_fluid_due_date?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * When the brake fluid is due. A date; how it is written is not known and not checked.
     */
    value: string | null;
    [k: string]: unknown;
  } | null;
  /**
   * The indicator for little brake fluid.
   */
  brake_fluid_level_low_indicator?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * The indicator for little brake fluid.
     */
    value: 'ON' | 'OFF' | 'SENSOR_FAILURE' | (string & Record<never, never>) | null;
    [k: string]: unknown;
  } | null;
  /**
   * The indicator for worn brake linings.
   */
  brake_lining_wear_indicator?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * The indicator for worn brake linings.
     */
    value: 'ON' | 'OFF' | 'SENSOR_FAILURE' | (string & Record<never, never>) | null;
    [k: string]: unknown;
  } | null;
  /**
   * The warning indicator of the brakes.
   */
  brake_warning_indicator?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * The warning indicator of the brakes.
     */
    value: 'ON' | 'OFF' | 'SENSOR_FAILURE' | (string & Record<never, never>) | null;
    [k: string]: unknown;
  } | null;
  /**
   * How good the mobile network is, from 0 to 5.
   */
  cellular_signal_quality?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * How good the mobile network is, from 0 to 5.
     */
    value: number | null;
    [k: string]: unknown;
  } | null;
  /**
   * The central lock.
   */
  central_lock?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * The central lock. The list of values could not be read to its end.
     */
    value: 'LOCKED' | 'UNLOCKED' | (string & Record<never, never>) | null;
    [k: string]: unknown;
  } | null;
  /**
   * Whether the vehicle may be driven.
   */
  driving_enabled?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * Whether the vehicle may be driven.
     */
    value: boolean | null;
    [k: string]: unknown;
  } | null;
  /**
   * The ignition.
   */
  ignition?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * The ignition.
     */
    value: 'ON' | 'OFF' | (string & Record<never, never>) | null;
    [k: string]: unknown;
  } | null;
  /**
   * How full the battery or the tank is.
   */
  state_of_charge_or_fuel_level_in_percent?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * How full the battery or the tank is.
     */
    value: number | null;
    [k: string]: unknown;
  } | null;
  /**
   * How full the tank is.
   */
  fuel_level_in_percent?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * How full the tank is.
     */
    value: number | null;
    [k: string]: unknown;
  } | null;
  /**
   * How far the vehicle has been driven.
   */
  mileage_in_kilometers?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * How far the vehicle has been driven.
     */
    value: number | null;
    [k: string]: unknown;
  } | null;
  /**
   * How far it can still be driven.
   */
  remaining_range_in_kilometers?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * How far it can still be driven.
     */
    value: number | null;
    [k: string]: unknown;
  } | null;
  /**
   * Where the vehicle is.
   */
  position?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * Where the vehicle is.
     */
    value: {
      /**
       * Latitude.
       */
      lat: number;
      /**
       * Longitude.
       */
      lon: number;
      [k: string]: unknown;
    } | null;
    [k: string]: unknown;
  } | null;
  /**
   * The lock of the top case.
   */
  top_case_lock?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * The lock of the top case. UNLOCKED was seen, LOCKED is inferred.
     */
    value: 'LOCKED' | 'UNLOCKED' | (string & Record<never, never>) | null;
    [k: string]: unknown;
  } | null;
  /**
   * The lid of the top case.
   */
  top_case_lid?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * The lid of the top case. OPEN was seen, CLOSED is inferred.
     */
    value: 'OPEN' | 'CLOSED' | (string & Record<never, never>) | null;
    [k: string]: unknown;
  } | null;
  /**
   * The centre stand.
   */
  center_stand_position?: {
    /**
     * When this was so: ISO 8601, UTC.
     */
    timestamp: string;
    /**
     * The centre stand. Its values are not known.
     */
    value: string | null;
    [k: string]: unknown;
  } | null;
  [k: string]: unknown;
}
/**
 * Something about a vehicle changed, such as its rental or its licence plate. Only these fields are known.
 *
 * This interface was referenced by `Root`'s JSON-Schema
 * via the `definition` "VehicleChangedData".
 */
export interface VehicleChangedData {
  /**
   * What changed. That it is a list and stands directly in data is inferred: a single text passes too. There are more values than these.
   */
  reasons?:
    | (
        | 'RENTAL_STATUS_CHANGED'
        | 'LIFE_STATUS_CHANGED'
        | 'MASTER_DATA_CHANGED'
        | (string & Record<never, never>)
      )[]
    | string
    | null;
  /**
   * The vehicle after the change. Only vehicle.rental_status.value is documented; that it stands directly in data is inferred.
   */
  vehicle?: {
    /**
     * Whether somebody has rented it.
     */
    rental_status?: {
      /**
       * The rental status.
       */
      value?: 'IN_RENTAL' | 'NOT_IN_RENTAL' | (string & Record<never, never>) | null;
      [k: string]: unknown;
    } | null;
    [k: string]: unknown;
  } | null;
  [k: string]: unknown;
}
/**
 * A trip began: what the fleet’s settings take for its start was switched on (driving enabled, ignition or rental). What is in data could not be read.
 *
 * This interface was referenced by `Root`'s JSON-Schema
 * via the `definition` "TripStartedData".
 */
export interface TripStartedData {
  [k: string]: unknown;
}
/**
 * A trip ended: the same was switched off. What is in data could not be read.
 *
 * This interface was referenced by `Root`'s JSON-Schema
 * via the `definition` "TripEndedData".
 */
export interface TripEndedData {
  [k: string]: unknown;
}
/**
 * The metrics of an ended trip are calculated. What is in data could not be read.
 *
 * This interface was referenced by `Root`'s JSON-Schema
 * via the `definition` "TripMetricsReadyData".
 */
export interface TripMetricsReadyData {
  [k: string]: unknown;
}
/**
 * A trip of less than a minute was thrown away. What is in data could not be read.
 *
 * This interface was referenced by `Root`'s JSON-Schema
 * via the `definition` "TripDiscardedData".
 */
export interface TripDiscardedData {
  [k: string]: unknown;
}
/**
 * The data of an ended trip are complete. What is in data could not be read.
 *
 * This interface was referenced by `Root`'s JSON-Schema
 * via the `definition` "TripDataReadyData".
 */
export interface TripDataReadyData {
  [k: string]: unknown;
}
/**
 * Somebody smokes, as far as the particles tell: later than the first of them. What is in data could not be read.
 *
 * This interface was referenced by `Root`'s JSON-Schema
 * via the `definition` "SmokeDetectedData".
 */
export interface SmokeDetectedData {
  [k: string]: unknown;
}
/**
 * It is over; with the measured particles. Always after a SmokeDetected. What is in data could not be read.
 *
 * This interface was referenced by `Root`'s JSON-Schema
 * via the `definition` "SmokeDataReadyData".
 */
export interface SmokeDataReadyData {
  [k: string]: unknown;
}
/**
 * The central lock changed; occurred_at is when the telematics unit noticed. What is in data could not be read.
 *
 * This interface was referenced by `Root`'s JSON-Schema
 * via the `definition` "CentralLockStatusChangedData".
 */
export interface CentralLockStatusChangedData {
  [k: string]: unknown;
}

/** A vehicle reported its state: at intervals, or because something happened to it. */
export interface VehicleStateRecorded {
  metadata: EventMetadata & { type: 'VehicleStateRecorded'; schema_major_version: 2 };
  data: VehicleStateRecordedData;
}

/** Something about a vehicle changed, such as its rental or its licence plate. */
export interface VehicleChanged {
  metadata: EventMetadata & { type: 'VehicleChanged' };
  data: VehicleChangedData;
}

/** A trip began: what the fleet’s settings take for its start was switched on (driving enabled, ignition or rental). */
export interface TripStarted {
  metadata: EventMetadata & { type: 'TripStarted' };
  data: TripStartedData;
}

/** A trip ended: the same was switched off. */
export interface TripEnded {
  metadata: EventMetadata & { type: 'TripEnded' };
  data: TripEndedData;
}

/** The metrics of an ended trip are calculated. */
export interface TripMetricsReady {
  metadata: EventMetadata & { type: 'TripMetricsReady' };
  data: TripMetricsReadyData;
}

/** A trip of less than a minute was thrown away. */
export interface TripDiscarded {
  metadata: EventMetadata & { type: 'TripDiscarded' };
  data: TripDiscardedData;
}

/** The data of an ended trip are complete. */
export interface TripDataReady {
  metadata: EventMetadata & { type: 'TripDataReady' };
  data: TripDataReadyData;
}

/** Somebody smokes, as far as the particles tell: later than the first of them. */
export interface SmokeDetected {
  metadata: EventMetadata & { type: 'SmokeDetected' };
  data: SmokeDetectedData;
}

/** It is over; with the measured particles. Always after a SmokeDetected. */
export interface SmokeDataReady {
  metadata: EventMetadata & { type: 'SmokeDataReady' };
  data: SmokeDataReadyData;
}

/** The central lock changed; occurred_at is when the telematics unit noticed. */
export interface CentralLockStatusChanged {
  metadata: EventMetadata & { type: 'CentralLockStatusChanged' };
  data: CentralLockStatusChangedData;
}

/** Any event whose type is known; `metadata.type` tells which. */
export type KnownEvent =
  | VehicleStateRecorded
  | VehicleChanged
  | TripStarted
  | TripEnded
  | TripMetricsReady
  | TripDiscarded
  | TripDataReady
  | SmokeDetected
  | SmokeDataReady
  | CentralLockStatusChanged;
