/** The deliveries of a topic without its broker: what an event passes whatever node it passes. */
import { Attempts } from '../../src/delivery/attempts/attempts';
import { LoneLine } from '../../src/delivery/attempts/lone-line';
import { Suspects } from '../../src/delivery/attempts/suspects';
import { ConsumerDeliveries } from '../../src/delivery/consumer-deliveries';
import { EventDelivery } from '../../src/delivery/event-delivery';
import { Statistics } from '../../src/delivery/statistics';
import { TopicDeliveries } from '../../src/delivery/topic-deliveries';
import { systemClock } from '../../src/time/clock';

const nowhere = {
  loadMark: () => undefined,
  saveMark: () => undefined,
  load: () => new Map<string, never>(),
  save: () => undefined,
};

export class BenchTopic {
  readonly deliveries = new ConsumerDeliveries();
  readonly #topic: TopicDeliveries<object>;

  constructor() {
    this.#topic = new TopicDeliveries<object>({
      outputs: {
        send: () => undefined,
        giveUp: () => undefined,
        retrying: () => undefined,
        cutOffAgain: () => undefined,
        timedOut: () => '',
        isHeldOnPurpose: () => false,
        forget: () => undefined,
      },
      attempts: new Attempts({ maxAttempts: 5, delay: 5_000 }),
      suspects: new Suspects(nowhere, 200, systemClock),
      loneLine: new LoneLine(systemClock),
      statistics: new Statistics(systemClock),
      ended: this.deliveries.ended,
      deadline: 300_000,
      clock: systemClock,
    });
    this.deliveries.join(this.#topic);
  }

  start(id: string, eventId: string, content: object): void {
    void this.#topic.start(new EventDelivery({ id, eventId, attempt: 1 }, Date.now(), content));
  }

  acknowledge(id: string): void {
    this.#topic.decide(id, { kind: 'acknowledge' });
  }
}
