/** A topic that holds on outage, between a queue that gives out again what it is given back, and a service that may be away. */
import { Attempts } from '../../src/delivery/attempts/attempts';
import { LoneLine } from '../../src/delivery/attempts/lone-line';
import { Suspects } from '../../src/delivery/attempts/suspects';
import { ConsumerDeliveries } from '../../src/delivery/consumer-deliveries';
import { EventDelivery } from '../../src/delivery/event-delivery';
import { Holding } from '../../src/delivery/holding';
import { Statistics } from '../../src/delivery/statistics';
import { TopicDeliveries } from '../../src/delivery/topic-deliveries';
import type { Verdict } from '../../src/delivery/verdict';
import { MovedClock } from './moved-clock';
import { SuspectsDisk } from './suspects-disk';

/** Milliseconds that the broker takes to send, and to stop sending. */
const NETWORK = 5;

export class OutageWorld {
  readonly clock = new MovedClock();
  readonly attempts = new Attempts({ maxAttempts: 5, delay: 5_000 }, () => 0.5);
  /** Numbers of the events that are ready, as in a classic queue: what is given back takes its old place. */
  readonly ready: number[];
  readonly done: number[] = [];
  readonly byOutput2: number[] = [];
  /** Milliseconds since the start at which the service was asked, with the event and its attempt. */
  readonly asked: { at: number; event: number; attempt: number }[] = [];
  /** What the topic said of the outage. */
  readonly told: string[] = [];
  readonly alwaysFail = new Set<number>();
  deliveredCount = 0;
  isAway = false;
  /** Milliseconds that the flow takes for an event. */
  flowTakes = 50;
  /** The flow asks the service when it has so many events, for all of them: a Batch. */
  batchOf = 1;
  /** Whether it is known that the flow does nothing but wait for others. */
  isBatchKnown = true;
  /** Deliveries in the batch that is not full yet. */
  #batch: { id: string; event: number; attempt: number }[] = [];
  /** What a person wants. */
  isPaused = false;
  #isHeld = false;
  #isSending = true;
  #unacked = 0;
  #nextId = 0;
  /** Sent and not answered on this channel, and which channel it is. */
  #given: number[] = [];
  #session = 0;
  readonly #startedAt = this.clock.now();
  readonly holding: Holding<number>;
  readonly deliveries: TopicDeliveries<number>;

  constructor(
    events: number,
    private readonly prefetch = 50,
  ) {
    this.ready = Array.from({ length: events }, (_, number) => number);
    const { attempts, clock } = this;
    this.holding = new Holding<number>({
      clock,
      renew: ({ content, since }) => this.#create(content, since),
      start: (delivery) => this.deliveries.start(delivery),
      attempts,
      pause: () => {
        this.#isHeld = true;
        return new Promise((resolve) => {
          clock.after(NETWORK, () => {
            this.#isSending = !this.#isHeld && !this.isPaused;
            resolve();
          });
        });
      },
      resume: () => {
        this.#isHeld = false;
        this.#send();
      },
      isPaused: () => this.isPaused,
      awaitsOthers: ({ id }) => (this.isBatchKnown ? this.#isInBatch(id) : undefined),
      began: (reason) => this.told.push(`holds: ${reason}`),
      ended: () => this.told.push('goes on'),
    });
    this.deliveries = new TopicDeliveries<number>({
      outputs: {
        send: ({ id, content, attempt }) => this.#ask(id, content, attempt),
        giveUp: ({ id, content }) => {
          this.byOutput2.push(content);
          clock.after(1, () => this.deliveries.flowEnded(id, { kind: 'acknowledge' }));
          return undefined;
        },
        retrying: () => undefined,
        timesStuck: () => 1,
        stuck: () => undefined,
        cutOffAgain: () => undefined,
        timedOut: () => 'took too long',
        isHeldOnPurpose: (id) => this.#isInBatch(id),
        forget: () => undefined,
      },
      attempts,
      suspects: new Suspects(new SuspectsDisk(), this.prefetch, clock),
      loneLine: new LoneLine(clock),
      statistics: new Statistics(clock),
      holding: this.holding,
      ended: new ConsumerDeliveries().ended,
      deadline: 300_000,
      clock,
    });
    this.#send();
  }

  get unacked(): number {
    return this.#unacked;
  }

  /** A person's order. */
  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    if (isPaused) this.#isSending = false;
    else this.#send();
  }

  /** The channel is gone, and there is a new one. */
  reconnect(): void {
    this.deliveries.lose();
    this.ready.push(...this.#given.splice(0));
    this.ready.sort((a, b) => a - b);
    this.#unacked = 0;
    this.#session += 1;
    this.#send();
  }

  /** The broker sends what it may. */
  #send(): void {
    this.#isSending = !this.#isHeld && !this.isPaused;
    this.clock.after(NETWORK, () => {
      while (this.#isSending && this.#unacked < this.prefetch) {
        const event = this.ready.shift();
        if (event === undefined) return;
        this.#deliver(event);
      }
    });
  }

  #deliver(event: number): void {
    this.#unacked += 1;
    this.deliveredCount += 1;
    this.#given.push(event);
    const session = this.#session;
    const { verdict } = this.#start(event);
    void verdict.then((said) => {
      if (session === this.#session) this.#answered(event, said);
    });
  }

  #start(event: number): EventDelivery<number> {
    const delivery = this.#create(event, this.clock.now());
    void this.deliveries.start(delivery);
    return delivery;
  }

  #answered(event: number, verdict: Verdict): void {
    this.#unacked -= 1;
    this.#given = this.#given.filter((given) => given !== event);
    if (verdict === 'requeue') {
      this.ready.push(event);
      this.ready.sort((a, b) => a - b);
    } else this.done.push(event);
    if (this.#isSending) this.#send();
  }

  #create(event: number, since: number): EventDelivery<number> {
    const eventId = String(event);
    const attempt = this.attempts.number(eventId);
    this.#nextId += 1;
    return new EventDelivery({ id: `d${this.#nextId}`, eventId, attempt }, since, event);
  }

  #isInBatch(id: string): boolean {
    return this.#batch.some((each) => each.id === id);
  }

  #ask(id: string, event: number, attempt: number): void {
    this.#batch.push({ id, event, attempt });
    if (this.#batch.length < this.batchOf) return;
    const batch = this.#batch.splice(0);
    const at = this.clock.now() - this.#startedAt;
    this.asked.push(...batch.map((each) => ({ at, event: each.event, attempt: each.attempt })));
    this.clock.after(this.flowTakes, () => {
      const fails = this.isAway || batch.some((each) => this.alwaysFail.has(each.event));
      for (const each of batch) {
        this.deliveries.flowEnded(
          each.id,
          fails ? { kind: 'fail', reason: 'no answer' } : { kind: 'acknowledge' },
        );
      }
    });
  }
}
