/** One topic while its node lives: consumes it, sends its events, and sees each through to its end. */
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type {
  Delivery,
  Subscription,
  SubscriptionState,
  Verdict,
} from '../../../src/broker/broker';
import { Attempts } from '../../../src/delivery/attempts';
import { DeliveryDesk } from '../../../src/delivery/delivery-desk';
import type { Outcome } from '../../../src/delivery/open-deliveries';
import { Statistics } from '../../../src/delivery/statistics';
import { type InversEvent, parseEvent, type Remark } from '../../../src/events/envelope';
import { systemClock } from '../../../src/time/clock';
import { withinLimit } from '../../../src/time/within-limit';
import { type ConsumerNode, findConsumer } from '../consumer/consumer-node';
import type { FlowEnd } from '../flow/completion';
import type { TopicInSettings } from '../settings/topic';
import { throttledWarning } from '../status/throttled-warning';
import {
  countedByBroker,
  type DeliveryInfo,
  deliveryInfo,
  eventMessage,
  exhaustedMessage,
  invalidMessage,
} from './event-message';
import { EventReader } from './event-reader';

export interface TopicInNode extends Node {
  /** Where the outputs lead, one list of node ids for each. */
  readonly wires: readonly (readonly string[])[];
}

/** Milliseconds that a flow gets to finish when its topic closes. */
const DRAIN_TIMEOUT = 10_000;
/** Milliseconds a delivery may stay unanswered: RabbitMQ closes the channel after 30 minutes. */
const BROKER_PATIENCE = 28 * 60_000;

export class TopicConsumer {
  readonly statistics = new Statistics(systemClock);
  readonly #attempts: Attempts;
  readonly #desk: DeliveryDesk;
  readonly #consumer: ConsumerNode;
  readonly #reader: EventReader;
  readonly #remarks = new Set<Remark['code']>();
  readonly #warnOfFailure: (text: string) => void;
  #subscription: Subscription | undefined;
  #disconnecting: Promise<void> = Promise.resolve();
  #closed = false;

  /** Throws a ConfigError when the node names no consumer. */
  constructor(
    RED: NodeAPI,
    private readonly node: TopicInNode,
    consumerId: string | undefined,
    private readonly settings: TopicInSettings,
    private readonly onState: (state: SubscriptionState) => void,
  ) {
    this.#consumer = findConsumer(RED, consumerId);
    const { maxAttempts, retryDelay, deadline } = settings;
    this.#attempts = new Attempts({ maxAttempts, delay: retryDelay });
    const { deliveries, schemas } = this.#consumer;
    this.#reader = new EventReader(settings.validate === 'schema' ? schemas : undefined, (text) =>
      node.warn(text),
    );
    this.#desk = new DeliveryDesk(this, deliveries, this.#attempts, this.statistics, deadline);
    this.#warnOfFailure = throttledWarning((text) => node.warn(text));
    if (this.#followsFlows) this.#consumer.completion.use();
  }

  /** Its events are made up. */
  get isSandbox(): boolean {
    return this.#consumer.isSandbox;
  }

  /** Consumes (again), as soon as a former subscription is over. */
  async connect(): Promise<void> {
    await this.#disconnecting;
    // the node may have gone meanwhile
    if (this.#closed) return;
    const { queue, prefetch } = this.settings;
    this.#subscription ??= this.#consumer.subscribe({
      queue,
      prefetch,
      onState: this.onState,
      onLost: () => this.#lose(),
      handle: (delivery) => this.#handle(delivery),
    });
  }

  pause(): Promise<void> {
    return this.#subscription?.pause() ?? Promise.resolve();
  }

  resume(): void {
    this.#subscription?.resume();
  }

  /** Stops consuming, lets the flow finish what it has, and leaves the rest to the broker. */
  disconnect(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    if (subscription) this.#disconnecting = this.#drain(subscription);
    return this.#disconnecting;
  }

  async #drain(subscription: Subscription): Promise<void> {
    await subscription.pause();
    this.#desk.drain();
    await withinLimit(this.#consumer.deliveries.idle(this), DRAIN_TIMEOUT);
    await subscription.close();
    this.#consumer.deliveries.abandon(this);
    this.onState({ name: 'disconnected' });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.disconnect();
    if (this.#followsFlows) this.#consumer.completion.release();
  }

  /** Events on their way through the flow. */
  get inFlight(): number {
    return this.#consumer.deliveries.count(this);
  }

  /** Events of a known type that were not held against a schema. */
  get unchecked(): number {
    return this.#reader.unchecked;
  }

  /** The event that is on its way for longest: since when (milliseconds since 1970), and where. */
  get oldest(): { since: number; heldBy: string[] } | undefined {
    const oldest = this.#consumer.deliveries.oldest(this);
    return oldest && { since: oldest.since, heldBy: this.#consumer.completion.holders(oldest.id) };
  }

  get #followsFlows(): boolean {
    return this.settings.acknowledge !== 'delivery';
  }

  #handle(delivery: Delivery): Verdict | Promise<Verdict> {
    this.statistics.received(delivery.redelivered);
    const { topic, queue, acknowledge } = this.settings;
    const consumer = this.#consumer.id;
    const parsed = this.#reader.read(delivery);
    if ('invalid' in parsed) {
      const info = deliveryInfo(delivery, { consumer, queue, attempt: 1 });
      return this.#handleUnusable(info, invalidMessage(topic, parsed.invalid, info));
    }
    const { event, remark, schema } = parsed;
    if (remark) this.#remarkOnce(remark);
    const attempt = this.#attempts.number(event.metadata.id, countedByBroker(delivery));
    const info = deliveryInfo(delivery, { consumer, queue, attempt });
    const message = eventMessage(topic, event, info, schema);
    if (acknowledge === 'delivery') {
      this.node.send([message, null]);
      return this.#acknowledged();
    }
    return this.#seeThrough(info, event, schema, delivery, message);
  }

  /** Modes `completion` and `manual`: the answer comes when the flow, or the time, has decided. */
  #seeThrough(
    info: DeliveryInfo,
    event: InversEvent,
    schema: string | null,
    delivery: Delivery,
    message: NodeMessage,
  ): Promise<Verdict> {
    const { topic, acknowledge } = this.settings;
    const { completion } = this.#consumer;
    const { id, attempt } = info;
    const send = () => this.node.send([message, null]);
    return this.#desk.handle(
      { deliveryId: id, eventId: event.metadata.id, attempt },
      {
        begin: () => {
          if (acknowledge === 'manual') send();
          else this.#follow(id, message, send);
        },
        explain: () => this.#explainDeadline(id),
        retrying: (reason, delay) => {
          completion.forget(id);
          this.#warnOfFailure(
            `An event failed and is tried again in ${Math.round(delay / 1000)} s (attempt ${attempt} of ${this.settings.maxAttempts}): ${reason}`,
          );
        },
        giveUp: (reason) => {
          completion.forget(id);
          // the flow may have changed the first message, so the event is read once more
          const again = parseEvent(delivery.body, delivery.properties);
          const read = 'event' in again ? again.event : event;
          return this.#putOut(info, exhaustedMessage(topic, read, info, schema, reason));
        },
      },
    );
  }

  #follow(id: string, message: NodeMessage, send: () => void): void {
    const { deliveries, completion } = this.#consumer;
    completion.follow(message, id, send, (end) => {
      deliveries.decide(id, toOutcome(end));
    });
  }

  #handleUnusable(info: DeliveryInfo, message: NodeMessage): Verdict | Promise<Verdict> {
    if (this.#followsFlows) {
      return this.#desk.handleUnusable(info.id, () => this.#putOut(info, message));
    }
    this.#sendUnusable(message);
    return this.#acknowledged();
  }

  /**
   * Resolves when the flow at output 2 has finished, in good or in bad, or the deadline passed; with
   * false when a deploy cut it off.
   */
  async #putOut(info: DeliveryInfo, message: NodeMessage): Promise<boolean> {
    const { completion, deliveries } = this.#consumer;
    const { id } = info;
    const left = BROKER_PATIENCE - (Date.now() - Date.parse(info.received_at));
    const finished = new Promise<boolean>((resolve) => {
      const send = () => this.#sendUnusable(message);
      completion.follow(message, id, send, (end) => resolve(end !== 'cut-off'));
    });
    const deadline = deliveries
      .wait(id, Math.max(0, Math.min(this.settings.deadline, left)))
      .then(() => true);
    const isOut = await Promise.race([finished, deadline]);
    completion.forget(id);
    return isOut;
  }

  /** Without a wire at output 2 a Catch node gets it: nothing disappears unseen. */
  #sendUnusable(message: NodeMessage): void {
    if (this.node.wires[1]?.length) this.node.send([null, message]);
    else this.node.error((message['error'] as { message: string }).message, message);
  }

  #acknowledged(): Verdict {
    this.statistics.acknowledged();
    return 'acknowledge';
  }

  #explainDeadline(id: string): string {
    const seconds = this.settings.deadline / 1000;
    if (this.settings.acknowledge === 'manual') {
      return `no invers-ack node decided about it within ${seconds} s.`;
    }
    const heldBy = this.#consumer.completion.holders(id).join(', ');
    return `the flow had not finished with it after ${seconds} s; still held by: ${heldBy}.`;
  }

  #lose(): void {
    const { completion, deliveries } = this.#consumer;
    deliveries.lose(this, (id) => completion.forget(id));
  }

  /** What is odd about one event is odd about thousands: each kind of remark is made once. */
  #remarkOnce({ code, text }: Remark): void {
    if (this.#remarks.has(code)) return;
    this.#remarks.add(code);
    this.node.warn(`Odd event: ${text} Said once.`);
  }
}

function toOutcome(end: FlowEnd): Outcome {
  if (end === 'finished') return { kind: 'acknowledge' };
  return end === 'cut-off' ? { kind: 'return' } : { kind: 'fail', reason: end.failure };
}
