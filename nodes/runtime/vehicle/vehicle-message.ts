/** What a message tells of a vehicle, and which event it belongs to. */
import type { NodeAPI, NodeMessage } from 'node-red';
import type { Origin } from '../../../src/memory/vehicles/vehicle-entry';
import { boundedKey } from '../../../src/time/bounded-key';
import type { NameLists } from '../../../src/vehicle/name-lists';
import { readNews } from '../../../src/vehicle/news';
import type { Vehicle } from '../../../src/vehicle/vehicle';
import { MessageDeliveries, type MessageDelivery } from '../delivery/message-delivery';

export interface VehicleMessage {
  readonly news: Vehicle;
  /** Undefined for a message that belongs to no event: what is told because of it counts at once. */
  readonly delivery: MessageDelivery | undefined;
  readonly origin: Origin | undefined;
}

/** The id of the vehicle that a message names, by its digest where it is very long. */
export function vehicleIdIn(message: NodeMessage): string | undefined {
  const vehicle = message['vehicle'] as { id?: unknown } | null | undefined;
  return typeof vehicle?.id === 'string' && vehicle.id !== '' ? boundedKey(vehicle.id) : undefined;
}

export class VehicleMessages {
  readonly #deliveries: MessageDeliveries;

  constructor(
    RED: NodeAPI,
    private readonly lists: NameLists,
    private readonly now: () => number = Date.now,
  ) {
    this.#deliveries = new MessageDeliveries(RED);
  }

  /** To be asked when the message arrives: at a deploy its consumer may be gone before the node. */
  deliveryOf(message: NodeMessage): MessageDelivery | undefined {
    return this.#deliveries.of(message);
  }

  /**
   * `state`: what stands where the user said that the state stands; undefined = it is found by its
   * shape. Undefined for a message that names no vehicle.
   */
  read(
    message: NodeMessage,
    delivery: MessageDelivery | undefined,
    state?: unknown,
  ): VehicleMessage | undefined {
    const id = vehicleIdIn(message);
    if (id === undefined) return undefined;
    const metadata = message['metadata'] as Record<string, unknown> | null | undefined;
    const news = readNews(
      {
        id,
        type: metadata?.['type'],
        occurredAt: metadata?.['occurred_at'],
        data: message.payload,
        state,
      },
      { lists: this.lists, now: this.now() },
    );
    return news && { news, delivery, origin: originOf(message, metadata?.['id'], delivery) };
  }
}

function originOf(
  message: NodeMessage,
  id: unknown,
  delivery: MessageDelivery | undefined,
): Origin | undefined {
  if (!delivery || typeof id !== 'string') return undefined;
  // what the clock has caused belongs to no event
  const { redelivered } = (message['delivery'] ?? {}) as { redelivered?: unknown };
  return { id, isRedelivered: redelivered === true };
}
