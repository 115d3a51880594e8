/**
 * What a watch says by the clock, seen through as what it says because of an event: each time is a
 * delivery of its own, which is followed through the flow, tried again later when that fails, and
 * parked after the last attempt.
 */
import type { Node, NodeMessage } from 'node-red';
import { Attempts } from '../../../src/delivery/attempts/attempts';
import type { failedTooOften } from '../../../src/delivery/attempts/exhaustion';
import { LoneLine } from '../../../src/delivery/attempts/lone-line';
import { Suspects } from '../../../src/delivery/attempts/suspects';
import type { ConsumerDeliveries } from '../../../src/delivery/consumer-deliveries';
import { EventDelivery } from '../../../src/delivery/event-delivery';
import type { FlowListener } from '../../../src/delivery/outcome';
import { Statistics } from '../../../src/delivery/statistics';
import { TopicDeliveries } from '../../../src/delivery/topic-deliveries';
import type { TopicOutputs } from '../../../src/delivery/topic-outputs';
import type { Verdict } from '../../../src/delivery/verdict';
import { errorText } from '../../../src/errors/error-text';
import { printable } from '../../../src/errors/printable';
import { type Clock, systemClock } from '../../../src/time/clock';
import { RecentMap } from '../../../src/time/recent-map';
import { withinLimit } from '../../../src/time/within-limit';
import { newClockDeliveryId } from '../delivery/by-clock';
import { MessageDelivery } from '../delivery/message-delivery';
import type { FlowCompletion } from '../flow/completion';
import type { Parking } from '../parking/parking';
import { warn } from '../status/say';
import { throttledError } from '../status/throttled-error';
import { throttledWarning } from '../status/throttled-warning';

/** Milliseconds that a flow gets to finish when the node closes. */
const DRAIN_TIMEOUT = 10_000;
/** So much is on its way at once; the rest waits. */
const AT_ONCE = 50;
/** As a topic has them unless somebody says otherwise: attempts, and milliseconds. */
const RETRY = { maxAttempts: 5, delay: 5_000 };
const DEADLINE = 300_000;
/** Vehicles of which something could not be parked. */
const REMEMBERED = 1_000;
/** Characters of an id that the list of parked events shows. */
const LONGEST_NAME = 200;

/** A message, and by which output it leaves. */
export interface Telling {
  readonly message: NodeMessage;
  readonly output: number;
}

/** Which vehicle is to be looked at; or what was said of one, parked, and is to be said once more. */
interface Occasion {
  readonly vehicle: string;
  readonly parked?: Telling;
  /** What was said: undefined = nothing. */
  said?: Telling;
}

export interface ClockDeliveriesOptions {
  readonly node: Node;
  readonly completion: FlowCompletion;
  readonly parking: Pick<Parking, 'join' | 'leave' | 'lost' | 'park'>;
  /** Where nodes behind find the delivery of a message by its `_msgid`. */
  readonly deliveries: ConsumerDeliveries;
  /** Looks at a vehicle; what is said because of that hangs on the delivery. */
  look(
    vehicle: string,
    delivery: MessageDelivery,
  ): Telling | undefined | Promise<Telling | undefined>;
  send(telling: Telling): void;
  /** It was given back, and is to be looked at again. */
  givenBack(vehicle: string): void;
}

export class ClockDeliveries implements TopicOutputs<Occasion> {
  readonly #attempts = new Attempts(RETRY);
  readonly #open: TopicDeliveries<Occasion>;
  readonly #known: { readonly current: ConsumerDeliveries; readonly former: undefined };
  /** Vehicles that wait until others have ended, and those that are on their way. */
  readonly #waiting = new Set<string>();
  readonly #onTheirWay = new Set<string>();
  /** How often what was said of a vehicle could not be parked. */
  readonly #timesStuck = new RecentMap<string, number>(REMEMBERED);
  readonly #warn: (text: string) => void;
  readonly #reportParked: (text: string, message: NodeMessage) => void;
  #isClosed = false;

  constructor(
    private readonly options: ClockDeliveriesOptions,
    private readonly clock: Clock = systemClock,
  ) {
    const { node, completion, deliveries, parking } = options;
    this.#warn = throttledWarning((text) => warn(node, text));
    this.#reportParked = throttledError(node);
    this.#known = { current: deliveries, former: undefined };
    this.#open = new TopicDeliveries<Occasion>({
      outputs: this,
      attempts: this.#attempts,
      suspects: new Suspects(NOWHERE, AT_ONCE, clock),
      loneLine: new LoneLine(clock),
      statistics: new Statistics(clock),
      ended: deliveries.ended,
      deadline: DEADLINE,
      clock,
    });
    deliveries.join(this.#open);
    completion.use();
    parking.join(node.id, ({ body }) => this.#sendParked(body));
  }

  /** The vehicle is to be looked at, now or when others have ended. */
  begin(vehicle: string): void {
    if (this.#isClosed) return;
    this.#waiting.add(vehicle);
    this.#next();
  }

  /** Lets the flows finish with what they have. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#waiting.clear();
    const { completion, deliveries, node, parking } = this.options;
    parking.leave(node.id);
    this.#open.drain();
    await withinLimit(this.#open.idle(), DRAIN_TIMEOUT, this.clock);
    this.#open.lose();
    this.#open.abandon();
    deliveries.leave(this.#open);
    completion.release();
  }

  send(delivery: EventDelivery<Occasion>, listener: FlowListener): void {
    const { id, content } = delivery;
    const { vehicle, parked } = content;
    const tell = (telling: Telling | undefined): void => {
      if (telling === undefined) {
        listener.flowEnded(id, { kind: 'acknowledge' });
        return;
      }
      content.said = structuredClone(telling);
      const { message } = telling;
      this.options.completion.follow(message, id, listener);
      this.options.send(telling);
      this.options.completion.leftSource(id);
    };
    const found = parked
      ? structuredClone(parked)
      : this.options.look(vehicle, new MessageDelivery(id, this.#known));
    if (!(found instanceof Promise)) tell(found);
    else {
      found.then(tell).catch((error: unknown) => {
        listener.flowEnded(id, { kind: 'fail', reason: errorText(error) });
      });
    }
  }

  giveUp(
    delivery: EventDelivery<Occasion>,
    why: ReturnType<typeof failedTooOften> | undefined,
    listener: FlowListener,
  ): void | Promise<void> {
    const { id, content } = delivery;
    const { node, parking } = this.options;
    const { said, vehicle } = content;
    const end = () => {
      this.#timesStuck.delete(delivery.eventId);
      listener.flowEnded(id, { kind: 'acknowledge' });
    };
    if (!said) {
      end();
      return;
    }
    const { message } = said;
    const code = 'attempts-exhausted';
    const isKept = () => {
      const text = why?.message ?? 'It failed too often.';
      this.#reportParked(text, { ...message, error: { code, message: text } } as NodeMessage);
      end();
    };
    const kept = parking.park({
      node: node.id,
      topic: String(message.topic),
      eventId: printable(vehicle, LONGEST_NAME),
      type: (message.payload as { state?: string }).state,
      reason: code,
      body: Buffer.from(JSON.stringify(said)),
      properties: {},
    });
    if (kept instanceof Promise) return kept.then(isKept);
    isKept();
  }

  /** What could not be kept is said again, later each time. */
  timesStuck({ eventId }: EventDelivery<Occasion>): number {
    const times = (this.#timesStuck.get(eventId) ?? 0) + 1;
    this.#timesStuck.set(eventId, times);
    return times;
  }

  stuck({ content }: EventDelivery<Occasion>, reason: string, delay: number): void {
    const seconds = Math.round(delay / 1_000);
    this.#warn(
      `What was said of ${content.vehicle} could not be parked and is said again in ${seconds} s: ${reason}`,
    );
  }

  retrying({ content, attempt }: EventDelivery<Occasion>, reason: string, delay: number): void {
    const seconds = Math.round(delay / 1_000);
    this.#warn(
      `What was said of ${content.vehicle} failed and is said again in ${seconds} s (attempt ${attempt} of ${RETRY.maxAttempts}): ${reason}`,
    );
  }

  cutOffAgain(): void {
    // the topics say that already
  }

  timedOut(deliveryId: string): string {
    const heldBy = this.options.completion.holders(deliveryId).join(', ');
    return `the flow had not finished with it after ${DEADLINE / 1_000} s; still held by: ${heldBy}.`;
  }

  isHeldOnPurpose(deliveryId: string): boolean {
    return this.options.completion.isHeldOnPurpose(deliveryId);
  }

  forget(deliveryId: string): void {
    this.options.completion.forget(deliveryId);
  }

  #next(): void {
    for (const vehicle of this.#waiting) {
      if (this.#onTheirWay.size >= AT_ONCE) return;
      // it is being told of: when that has ended, it is looked at again
      if (this.#onTheirWay.has(vehicle)) continue;
      this.#waiting.delete(vehicle);
      this.#onTheirWay.add(vehicle);
      void this.#start({ vehicle }, vehicle).then((verdict) => {
        this.#onTheirWay.delete(vehicle);
        if (this.#isClosed) return;
        if (verdict === 'requeue') this.options.givenBack(vehicle);
        this.#next();
      });
    }
  }

  #start(occasion: Occasion, eventId: string): Promise<Verdict> {
    const names = { id: newClockDeliveryId(), eventId, attempt: this.#attempts.number(eventId) };
    return this.#open.start(new EventDelivery(names, this.clock.now(), occasion));
  }

  #sendParked(body: Buffer): Promise<Verdict> | undefined {
    if (this.#isClosed) return undefined;
    const parked = JSON.parse(body.toString()) as Telling;
    const { vehicle_id: vehicle } = parked.message.payload as { vehicle_id: string };
    return this.#start({ vehicle, parked }, `parked ${vehicle}`);
  }
}

/** Nothing is noted of what ends the process: what was being said then is said once more. */
const NOWHERE = {
  loadMark: () => undefined,
  saveMark: () => undefined,
  load: () => new Map<string, never>(),
  save: () => undefined,
};
