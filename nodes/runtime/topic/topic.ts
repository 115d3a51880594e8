/** One topic while its node lives: consumes its queue, reads what comes, and lets the flow finish when it stops. */

import type { NodeAPI } from 'node-red';
import type { IncomingMessage, Subscription, SubscriptionState } from '../../../src/broker/broker';
import { Attempts } from '../../../src/delivery/attempts/attempts';
import { Culprits } from '../../../src/delivery/attempts/culprits';
import type { LoneLine } from '../../../src/delivery/attempts/lone-line';
import { type SuspectStorage, Suspects } from '../../../src/delivery/attempts/suspects';
import { EventDelivery } from '../../../src/delivery/event-delivery';
import type { Holding } from '../../../src/delivery/holding';
import { Statistics } from '../../../src/delivery/statistics';
import { BROKER_PATIENCE, TopicDeliveries } from '../../../src/delivery/topic-deliveries';
import type { Verdict } from '../../../src/delivery/verdict';
import { errorText } from '../../../src/errors/error-text';
import type { ConsumerHearing } from '../../../src/hearing/consumer-hearing';
import type { TopicHearing } from '../../../src/hearing/topic-hearing';
import { systemClock } from '../../../src/time/clock';
import { withinLimit } from '../../../src/time/within-limit';
import { type ConsumerNode, findConsumer } from '../consumer/consumer-node';
import { longDelaysBehind } from '../flow/wiring';
import type { Parking } from '../parking/parking';
import type { TopicInSettings } from '../settings/topic';
import { fail, warn } from '../status/say';
import { throttledWarning } from '../status/throttled-warning';
import { Intake, type TakenIn } from './intake';
import { causeOf } from './loss-cause';
import { topicHolding } from './topic-holding';
import { NodeOutputs, type TopicEvent, type TopicInNode } from './topic-outputs';

/** Milliseconds that a flow gets to finish when its topic closes. */
const DRAIN_TIMEOUT = 10_000;

/** What it shares with other topics, or with the topic that its node was before. */
export interface TopicCompany {
  readonly loneLine: LoneLine;
  readonly suspectStorage: SuspectStorage;
  readonly parking?: Pick<Parking, 'join' | 'leave' | 'lost' | 'park'>;
  /** Is told whether what its vehicles tell arrives as they tell it. */
  readonly hearing?: Pick<ConsumerHearing, 'join'>;
}

export class Topic {
  readonly statistics: Statistics;
  readonly #attempts: Attempts;
  readonly #suspects: Suspects;
  readonly #culprits: Culprits;
  readonly #consumer: ConsumerNode;
  readonly #deliveries: TopicDeliveries<TopicEvent>;
  readonly #holding: Holding<TopicEvent> | undefined;
  readonly #outputs: NodeOutputs;
  readonly #intake: Intake;
  readonly #tellOfFailure: (error: unknown, delay: number) => void;
  readonly #hearing: TopicHearing | undefined;
  #subscription: Subscription | undefined;
  readonly #parking: TopicCompany['parking'];
  /** Who wants no events. */
  readonly #pausedBy = new Set<'person' | 'outage'>();
  #disconnecting: Promise<void> = Promise.resolve();
  /** What was asked for last: it counts also while a former subscription is not over. */
  #isWanted = false;
  #closed = false;

  /** Throws a ConfigError when the node names no consumer. */
  constructor(
    private readonly RED: NodeAPI,
    private readonly node: TopicInNode,
    consumerId: string | undefined,
    private readonly settings: TopicInSettings,
    private readonly onState: (state: SubscriptionState) => void,
    { loneLine, suspectStorage, parking, hearing }: TopicCompany,
    private readonly clock = systemClock,
  ) {
    this.#consumer = findConsumer(RED, consumerId);
    this.#parking = parking;
    const { maxAttempts, retryDelay, deadline } = settings;
    const { completion, deliveries } = this.#consumer;
    this.statistics = new Statistics(clock);
    const report = throttledWarning((text) => fail(node, text));
    this.#tellOfFailure = (error, delay) =>
      report(
        `An event could not be taken in, and goes back to the queue in ${Math.round(delay / 1000)} s: ${errorText(error)}`,
      );
    this.#attempts = new Attempts({ maxAttempts, delay: retryDelay });
    this.#suspects = new Suspects(suspectStorage, settings.prefetch, clock);
    this.#culprits = new Culprits(this.#suspects, clock);
    this.#intake = new Intake(node, settings, this.#consumer, this.#attempts, this.#suspects);
    this.#outputs = new NodeOutputs(node, settings, completion, parking);
    if (settings.holdOnOutage && this.#followsFlows) this.#holding = this.#createHolding();
    this.#deliveries = new TopicDeliveries({
      outputs: this.#outputs,
      attempts: this.#attempts,
      suspects: this.#suspects,
      loneLine,
      statistics: this.statistics,
      holding: this.#holding,
      ended: deliveries.ended,
      deadline,
      clock,
    });
    deliveries.join(this.#deliveries);
    // what a person sends again is for a topic that consumes
    parking?.join(node.id, (delivery) =>
      this.#subscription && !this.#holding?.isHolding ? this.#handle(delivery) : undefined,
    );
    this.#hearing = hearing?.join({
      isFull: () => this.inFlight >= settings.prefetch,
      isHolding: () => this.isHolding,
    });
    if (this.#followsFlows) completion.use();
  }

  /** Its events are made up. */
  get isSandbox(): boolean {
    return this.#consumer.isSandbox;
  }

  /** Events on their way through the flow. */
  get inFlight(): number {
    return this.#deliveries.size;
  }

  /** Events of a known type that were not held against a schema. */
  get unchecked(): number {
    return this.#intake.unchecked;
  }

  /** Events that passed although something is odd about them. */
  get odd(): number {
    return this.#intake.odd;
  }

  /** The event that the flow has for longest: since when (milliseconds since 1970), and where. */
  get oldest(): { since: number; heldBy: string[] } | undefined {
    const { oldest } = this.#deliveries;
    return oldest && { since: oldest.since, heldBy: this.#consumer.completion.holders(oldest.id) };
  }

  /** The broker takes a delivery back that is not answered in time, and gives the event out again. */
  warnOfLongDelays(): void {
    if (this.settings.acknowledge !== 'completion') return;
    const names = longDelaysBehind(this.RED, this.node.id, BROKER_PATIENCE);
    if (names.length === 0) return;
    warn(
      this.node,
      `Events that wait longer than ${BROKER_PATIENCE / 60_000} minutes come again, because the broker waits no longer: shorten the delay of ${names.join(', ')}.`,
    );
  }

  /** Consumes (again), as soon as a former subscription is over. */
  async connect(): Promise<void> {
    if (!this.#isWanted) this.#pausedBy.clear();
    this.#isWanted = true;
    // another disconnect may begin while this one is waited for
    for (let awaited: unknown; awaited !== this.#disconnecting; await awaited) {
      awaited = this.#disconnecting;
    }
    // the node may have gone meanwhile, or something else was asked for
    if (this.#closed || this.#subscription || !this.#isWanted) return;
    // an outage that the former subscription had is over with it
    this.#pausedBy.delete('outage');
    this.#deliveries.resume();
    if (this.#followsFlows) this.#suspects.begin();
    const { queue, prefetch } = this.settings;
    this.#subscription = this.#consumer.subscribe({
      queue,
      prefetch,
      onState: (state) => this.#changed(state),
      onLost: (reason) => {
        this.#culprits.lost(reason && causeOf(reason), this.#deliveries.inFlow());
        this.#deliveries.lose();
        this.#parking?.lost(this.node.id);
      },
      handle: (delivery) => this.#handle(delivery),
      onHandlerFailed: this.#tellOfFailure,
    });
    if (this.#pausedBy.size > 0) await this.#subscription.pause();
  }

  /** What two want, one alone does not end. */
  pause(by: 'person' | 'outage' = 'person'): Promise<void> {
    this.#pausedBy.add(by);
    return this.#subscription?.pause() ?? Promise.resolve();
  }

  resume(by: 'person' | 'outage' = 'person'): void {
    this.#pausedBy.delete(by);
    if (this.#pausedBy.size === 0) this.#subscription?.resume();
  }

  /** The flow fails at everything, and nothing but that keeps events from coming. */
  get isHolding(): boolean {
    return this.#holding?.isHolding === true && !this.#pausedBy.has('person');
  }

  /** Stops consuming, lets the flow finish what it has, and leaves the rest to the broker. */
  disconnect(): Promise<void> {
    this.#isWanted = false;
    this.#hearing?.consumes(false);
    const subscription = this.#subscription;
    this.#subscription = undefined;
    this.#suspects.end();
    if (subscription) this.#disconnecting = this.#drain(subscription);
    return this.#disconnecting;
  }

  /** The flows stand again: what was cut off from them need not wait for long. */
  flowsStarted(): void {
    this.#deliveries.flowsStarted();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#hearing?.leave();
    this.#parking?.leave(this.node.id);
    await this.disconnect();
    if (this.#followsFlows) this.#consumer.completion.release();
    this.#consumer.deliveries.leave(this.#deliveries);
  }

  async #drain(subscription: Subscription): Promise<void> {
    await subscription.pause();
    this.#deliveries.drain();
    await withinLimit(this.#deliveries.idle(), DRAIN_TIMEOUT, this.clock);
    await subscription.close();
    this.#deliveries.abandon();
    this.onState({ name: 'disconnected' });
  }

  #changed(state: SubscriptionState): void {
    const isQueueMissing = state.name === 'queue-missing';
    if (!this.#closed) this.#hearing?.consumes(state.name === 'consuming');
    if (state.name === 'consuming' || isQueueMissing) this.#culprits.resolve(isQueueMissing);
    this.onState(state);
  }

  get #followsFlows(): boolean {
    return this.settings.acknowledge !== 'delivery';
  }

  /** What throws, or rejects, gives the event back to the queue, but not without end. */
  #handle(delivery: IncomingMessage): Verdict | Promise<Verdict> {
    this.statistics.received(delivery.redelivered);
    const now = this.clock.now();
    try {
      return this.#begin(this.#intake.take(delivery, now), now);
    } catch (error) {
      return this.#begin(this.#intake.rescue(delivery, error, now), now);
    }
  }

  #begin({ content, exhaustion }: TakenIn, now: number): Verdict | Promise<Verdict> {
    const { read, info } = content;
    if ('event' in read) {
      const isRepeated = info.redelivered || info.attempt > 1;
      this.#hearing?.heard(read.event.metadata.occurred_at, isRepeated);
    }
    if (!this.#followsFlows) return this.#handOver(content);
    const event = this.#newDelivery(content, now);
    if (exhaustion) return this.#deliveries.startExhausted(event, exhaustion);
    return 'event' in read ? this.#deliveries.start(event) : this.#deliveries.startUnusable(event);
  }

  #newDelivery(content: TopicEvent, since: number): EventDelivery<TopicEvent> {
    const { info, read, vehicle } = content;
    const { id, attempt } = info;
    const eventId = 'event' in read ? read.event.metadata.id : id;
    const lane = this.settings.order === 'vehicle' ? vehicle : undefined;
    return new EventDelivery({ id, eventId, attempt, lane }, since, content);
  }

  #createHolding(): Holding<TopicEvent> {
    return topicHolding(this.node, {
      clock: this.clock,
      attempts: this.#attempts,
      // read anew: the flow may have changed what it got
      renew: ({ content: { delivery }, since }) =>
        this.#newDelivery(this.#intake.take(delivery, since).content, since),
      start: (delivery) => this.#deliveries.start(delivery),
      pause: () => this.pause('outage'),
      resume: () => this.resume('outage'),
      isPaused: () => this.#pausedBy.has('person'),
      awaitsOthers: ({ id }) =>
        this.settings.acknowledge === 'manual'
          ? undefined
          : this.#consumer.completion.awaitsOthers(id),
    });
  }

  /** In the mode `delivery` an event is acknowledged as soon as the flow has it. */
  #handOver(content: TopicEvent): Verdict | Promise<Verdict> {
    this.#consumer.deliveries.ended.set(content.info.id, 'acknowledged');
    const parked = this.#outputs.sendOnly(content);
    const end = (): Verdict => {
      this.statistics.acknowledged();
      return 'acknowledge';
    };
    return parked === undefined ? end() : parked.then(end);
  }
}
