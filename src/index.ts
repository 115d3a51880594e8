/** What the package has for TypeScript: the types of INVERS events, and of the messages that bring them; the code's own are made from these. */
import type { EventMetadata, KnownEvent } from './events/event-types.generated';

export type * from './events/event-types.generated';

/** A message as `invers-topic-in` sends it at output 1. */
export interface InversMessage<Event extends AnyEvent = KnownEvent> {
  /** The field Topic of the node, or the queue's name. */
  topic: string;
  payload: Event['data'];
  metadata: Event['metadata'];
  /** The vehicle that the event names; absent where it names none. */
  vehicle?: InversVehicle;
  delivery: InversDelivery;
  check: InversCheck;
}

/** What was found out about an event by looking at it. */
export interface InversCheck {
  /** What the payload was held against, like `VehicleStateRecorded@2`; null = nothing. */
  schema: string | null;
  /** What is odd about the event although it can be used, at most 20; mostly none. */
  problems: InversProblem[];
  /** Who makes events of this type, by the catalogue: the vehicle, or INVERS' servers; null = not known. */
  source: 'vehicle' | 'oneapi' | null;
}

/** A message as `invers-topic-in` sends it at output 2: what is no event, or one that the flow failed at. */
export type InversUnusableMessage = InversInvalidMessage | InversExhaustedMessage;

/** What cannot be used as an event, with as much of it as could be read. */
export interface InversInvalidMessage {
  topic: string;
  /** What came, as text; as a Buffer where it is no text. */
  payload: string | Uint8Array;
  /** From the body where it could be read, else from the AMQP properties: nothing of it is sure. */
  metadata: Partial<Record<keyof EventMetadata, unknown>> & Record<string, unknown>;
  delivery: InversDelivery;
  check: InversCheck;
  error: InversInvalidError;
}

export interface InversInvalidError {
  code: 'not-json' | 'no-envelope' | 'schema' | 'too-large' | 'too-deep' | 'unreadable';
  /** one sentence for people */
  message: string;
  /** where one property is to blame */
  details?: InversErrorDetails;
}

export interface InversErrorDetails extends InversProblem {
  /** what the event was held against, for the code `schema` */
  schema?: string;
}

/** What is wrong with one property, or odd about it. */
export interface InversProblem {
  /** as in JavaScript: `data.reasons[0]` */
  path: string;
  /** in short; missing where there is nothing */
  found?: string | undefined;
  /** in words */
  expected: string;
}

/** An event that the flow failed at in every attempt. */
export interface InversExhaustedMessage<Event extends AnyEvent = KnownEvent>
  extends InversMessage<Event> {
  error: {
    code: 'attempts-exhausted';
    /** one sentence for people */
    message: string;
    /** `reason`: why the last attempt failed */
    details: { reason: string };
  };
}

/** The payload at output 3 of `invers-topic-in`; times are ISO 8601, UTC. */
export interface InversReport {
  state:
    | 'connecting'
    | 'consuming'
    | 'paused'
    | 'holding'
    | 'stalled'
    | 'queue-missing'
    | 'refused'
    | 'disconnected';
  received: number;
  acknowledged: number;
  /** given back to the queue for another attempt */
  retried: number;
  /** attempts that failed, the last ones included */
  failed: number;
  /** came with the broker's mark that it was given out before */
  redelivered: number;
  /** on their way through the flow now */
  in_flight: number;
  /** events received per second of late */
  rate: number;
  last_event_at: string | null;
  last_ack_at: string | null;
}

/** What `invers-event-filter` adds as `msg.duplicate` to an event that it has seen before. */
export interface InversDuplicate {
  /** ISO 8601, UTC */
  first_seen_at: string;
  /** how often it came so far, this time included */
  count: number;
}

/** The vehicle that an event is about. */
export interface InversVehicle {
  id: string;
}

/** A value of a property: what JSON can hold, but null. */
export type InversValue = string | number | boolean | object;

/** A vehicle as it is known: what `invers-vehicles` answers as `msg.payload`. */
export interface InversKnownVehicle extends InversVehicle {
  /** The newest of each property; attributes stand at their paths: `master_data: { license_plate }`. */
  values: Record<string, unknown>;
  /** By the name of the property; times are ISO 8601, UTC, here and below. */
  state: Record<string, { timestamp: string; value: InversValue }>;
  first_heard_at: string;
  last_heard_at: string;
}

/** A message that has passed `invers-vehicle-state`. */
export interface InversVehicleMessage<Event extends AnyEvent = KnownEvent>
  extends InversMessage<Event> {
  vehicle: InversVehicleNews;
}

/** What `invers-vehicle-state` and `invers-watch` make of `msg.vehicle`. */
export interface InversVehicleNews extends InversKnownVehicle {
  /** What the event really changed, by the name of the property; nothing where the clock is the cause. */
  changed: Record<string, InversChange>;
}

export interface InversChange {
  /** null = the property was not known before */
  from: InversValue | null;
  to: InversValue;
  timestamp: string;
}

/** A message of `invers-watch`: output 1 where it begins, output 2 where it is over. */
export interface InversAlertMessage {
  /** What the watch is called. */
  topic: string;
  payload: InversAlert;
  vehicle: InversVehicleNews;
  /** Of the event that was the cause; absent where it was the clock. */
  metadata?: EventMetadata;
  delivery?: InversDelivery;
}

export interface InversAlert {
  /** one sentence for people */
  text: string;
  vehicle_id: string;
  /** what the watch is called */
  watch: string;
  state: 'raised' | 'cleared';
  /** since when the conditions held */
  since: string;
  /** of the vehicle, the newest of each property */
  values: Record<string, unknown>;
}

/** How an event came. */
export interface InversDelivery {
  /** unique per delivery: the same event delivered twice has two */
  id: string;
  /** id of the invers-consumer */
  consumer: string;
  queue: string;
  redelivered: boolean;
  /** which try this is, as far as the broker tells; 1 = the first */
  attempt: number;
  /** ISO 8601, UTC */
  received_at: string;
}

/** Also one whose type this package does not know. Where something is odd, `check.problems` of its message names it. */
export interface AnyEvent {
  metadata: EventMetadata;
  data: object;
}
