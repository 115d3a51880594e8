/** What the package has for TypeScript: the types of INVERS events, and of the messages that bring them. Types only. */
import type { EventMetadata, KnownEvent } from './events/event-types.generated';

export type * from './events/event-types.generated';

/** A message as `invers-topic-in` sends it at output 1. */
export interface InversMessage<Event extends AnyEvent = KnownEvent> {
  /** The field Topic of the node, or the queue's name. */
  topic: string;
  payload: Event['data'];
  metadata: Event['metadata'];
  delivery: InversDelivery;
  /** What it was checked against, like `VehicleStateRecorded@2`; null = nothing. */
  schema: string | null;
}

/** How an event came. */
export interface InversDelivery {
  /** unique per delivery: the same event delivered twice has two */
  id: string;
  /** id of the invers-consumer */
  consumer: string;
  queue: string;
  redelivered: boolean;
  /** which try this is; 1 = the first */
  attempt: number;
  /** ISO 8601, UTC */
  received_at: string;
}

/** Also one whose type this package does not know. */
export interface AnyEvent {
  metadata: EventMetadata;
  data: object;
}
