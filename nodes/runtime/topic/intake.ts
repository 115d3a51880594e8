/** Takes in what a topic delivers: reads the event, and finds out how often it was tried before. */

import type { IncomingMessage } from '../../../src/broker/broker';
import type { Attempts } from '../../../src/delivery/attempts/attempts';
import { type EventHistory, historyOf } from '../../../src/delivery/attempts/event-history';
import type { Suspects } from '../../../src/delivery/attempts/suspects';
import type { ReadEvent } from '../../../src/events/read-event';
import type { ConsumerNode } from '../consumer/consumer-node';
import type { TopicInSettings } from '../settings/topic';
import { fail, warn } from '../status/say';
import { throttledWarning } from '../status/throttled-warning';
import { DeliveryInfos } from './delivery-info';
import { countedByBroker } from './event-message';
import { EventReader } from './event-reader';
import { MISHAP_TRIES, Mishaps } from './mishaps';
import type { TopicEvent, TopicInNode } from './topic-outputs';

export interface TakenIn {
  readonly content: TopicEvent;
  /** Why it is not to be tried again. */
  readonly exhaustion: EventHistory['exhaustion'];
}

export class Intake {
  readonly #reader: EventReader;
  readonly #infos: DeliveryInfos;
  readonly #mishaps: Mishaps;

  constructor(
    node: TopicInNode,
    { queue, validate }: TopicInSettings,
    private readonly consumer: Pick<ConsumerNode, 'id' | 'schemas' | 'vehicleIdOf'>,
    private readonly attempts: Attempts,
    private readonly suspects: Suspects,
  ) {
    this.#infos = new DeliveryInfos(consumer.id, queue);
    const schemas = validate === 'envelope' ? undefined : consumer.schemas;
    const isStrict = validate === 'strict';
    this.#reader = new EventReader({ schemas, isStrict }, (text) => warn(node, text), queue);
    this.#mishaps = new Mishaps(throttledWarning((text) => fail(node, text)));
  }

  /** Events of a known type that were not held against a schema. */
  get unchecked(): number {
    return this.#reader.unchecked;
  }

  /** Events that passed although something is odd about them. */
  get odd(): number {
    return this.#reader.odd;
  }

  /** `now`: milliseconds since 1970. */
  take(delivery: IncomingMessage, now: number): TakenIn {
    const read = this.#reader.read(delivery);
    const { attempt, exhaustion } = this.#historyOf(delivery, read);
    const info = this.#infos.create(delivery, attempt, now);
    const vehicle = 'event' in read ? this.consumer.vehicleIdOf(read.event.data) : undefined;
    return { content: { delivery, info, read, vehicle }, exhaustion };
  }

  /** After an error of ours: throws it, so that the event is given back, or says how the event leaves. */
  rescue(delivery: IncomingMessage, error: unknown, now: number): TakenIn {
    const read = this.#mishaps.failed(delivery, error);
    if (read === undefined) throw error;
    const info = this.#infos.create(delivery, MISHAP_TRIES, now);
    return { content: { delivery, info, read, vehicle: undefined }, exhaustion: undefined };
  }

  #historyOf(delivery: IncomingMessage, read: ReadEvent): EventHistory {
    if ('invalid' in read) return { attempt: 1, exhaustion: undefined };
    const arrival = {
      eventId: read.event.metadata.id,
      isRedelivered: delivery.redelivered,
      countedByBroker: countedByBroker(delivery),
    };
    return historyOf(arrival, this.attempts, this.suspects);
  }
}
