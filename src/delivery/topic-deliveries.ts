/** The deliveries of one topic that are on their way, and the one place where each of them ends. */
import { errorText } from '../errors/error-text';
import { withinLimit } from '../time/within-limit';
import { type Exhaustion, failedTooOften } from './attempts/exhaustion';
import { LoneDeliveries } from './attempts/lone-deliveries';
import type { EventDelivery } from './event-delivery';
import { LostDeliveries } from './lost-deliveries';
import { ENDINGS, type FlowListener, type LateReason, type Outcome } from './outcome';
import { type Participant, tellAll } from './participant';
import type { TopicDeliveriesOptions } from './topic-deliveries-options';
import type { Verdict } from './verdict';

/** Milliseconds between two looks for deliveries whose time has come; none while nothing is on its way. */
const SWEEP = 250;
/** So often a deploy may take the flow away under an event without that being told. */
const USUAL_CUT_OFFS = 3;
/** Milliseconds that an acknowledgement waits for those who remember something because of the event. */
const COMMIT_LIMIT = 2_000;
/** Milliseconds a delivery may stay unanswered: RabbitMQ closes the channel after 30 minutes. */
export const BROKER_PATIENCE = 28 * 60_000;

export class TopicDeliveries<Content> implements FlowListener {
  /** In the order in which they came. */
  readonly #open = new Map<string, EventDelivery<Content>>();
  readonly #lost: LostDeliveries<Content>;
  readonly #lone: LoneDeliveries;
  readonly #idleWatchers: (() => void)[] = [];
  #isDraining = false;
  #cancelSweep: (() => void) | undefined;

  constructor(private readonly options: TopicDeliveriesOptions<Content>) {
    this.#lost = new LostDeliveries(options.clock, options.outputs);
    this.#lone = new LoneDeliveries(options, BROKER_PATIENCE);
  }

  /** How many are on their way. */
  get size(): number {
    return this.#open.size;
  }

  /** The one that the flow has for longest; undefined where all merely wait for their next attempt or turn. */
  get oldest(): EventDelivery<Content> | undefined {
    for (const delivery of this.#open.values()) {
      if (delivery.phase !== 'held' && delivery.phase !== 'in line') return delivery;
    }
    return undefined;
  }

  /** Puts the event into the flow. The promise stays pending when the delivery is lost. */
  start(delivery: EventDelivery<Content>): Promise<Verdict> {
    const { id, verdict } = delivery;
    this.#add(delivery);
    this.#lone.setOut(delivery, () => {
      try {
        this.options.outputs.send(delivery, this);
      } catch (error) {
        this.decide(id, { kind: 'fail', reason: errorText(error) });
      }
    });
    return verdict;
  }

  /** The same by output 2, for what is not to be tried again. */
  startExhausted(delivery: EventDelivery<Content>, why: Exhaustion): Promise<Verdict> {
    const { verdict } = delivery;
    this.#add(delivery);
    this.#lone.setOut(delivery, () => this.#giveUp(delivery, why));
    return verdict;
  }

  /** The same by output 2, for what is no usable event: a further attempt would not make it one. */
  startUnusable(delivery: EventDelivery<Content>): Promise<Verdict> {
    this.#add(delivery);
    this.#giveUp(delivery, undefined);
    return delivery.verdict;
  }

  /** The flow's end or an invers-ack node decides. The first decision counts; a later one is told why it does not. */
  decide(id: string, outcome: Outcome): LateReason | undefined {
    const delivery = this.#open.get(id);
    if (!delivery) return this.#lost.decide(id, outcome) ? 'lost' : this.#lateReason(id);
    if (delivery.phase !== 'flow' && delivery.phase !== 'output-2') return 'already-decided';
    this.#decided(delivery, outcome);
    return undefined;
  }

  /** At output 2 the event is finished with, even if the flow failed there: it left by the last exit. */
  flowEnded(id: string, outcome: Outcome): void {
    const isFailedOutput2 = outcome.kind === 'fail' && this.#open.get(id)?.phase === 'output-2';
    this.decide(id, isFailedOutput2 ? { kind: 'acknowledge' } : outcome);
  }

  /** False when it is not on its way, or its participants are being told. */
  enlist(id: string, participant: Participant): boolean {
    const delivery = this.#open.get(id) ?? this.#lost.get(id);
    if (!delivery || delivery.phase === 'ending') return false;
    delivery.participants ??= [];
    delivery.participants.push(participant);
    return true;
  }

  /** Milliseconds since 1970 at which it counts as failed; undefined when it is not in the flow. */
  deadlineOf(id: string): number | undefined {
    const delivery = this.#open.get(id);
    if (delivery?.phase !== 'flow') return undefined;
    const { clock } = this.options;
    return clock.now() + (delivery.due - clock.elapsed());
  }

  /** Whether it has left by output 2. */
  isAtOutput2(id: string): boolean {
    return this.#open.get(id)?.phase === 'output-2';
  }

  /** Those that a flow has, at output 2 as well. */
  inFlow(): EventDelivery<Content>[] {
    return [...this.#open.values()].filter(({ phase }) => phase === 'flow' || phase === 'output-2');
  }

  has(id: string): boolean {
    return this.#open.has(id) || this.#lost.get(id) !== undefined;
  }

  /** From now on nothing is held for its retry delay: what has failed, or fails, goes back at once. */
  drain(): void {
    this.#isDraining = true;
    for (const delivery of this.#open.values()) {
      if (delivery.phase === 'held' || delivery.phase === 'in line') {
        this.#settle(delivery, 'requeue');
      }
    }
  }

  /** The flows stand again: what was cut off from them need not wait for long. */
  flowsStarted(): void {
    const soon = this.options.clock.elapsed() + this.options.attempts.shortestRest;
    for (const delivery of this.#open.values()) {
      if (delivery.isCutOff) delivery.due = Math.min(delivery.due, soon);
    }
  }

  /** The topic consumes (again). */
  resume(): void {
    this.#isDraining = false;
  }

  /** Resolves when nothing is on its way. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#open.size === 0) resolve();
      else this.#idleWatchers.push(resolve);
    });
  }

  /** The channel is gone: the broker gives every delivery out again, whatever is decided about them. */
  lose(): void {
    const deliveries = [...this.#open.values()];
    this.#open.clear();
    this.#lone.lose();
    // all are marked as lost before the first participant is told, who might ask about another one
    for (const { id } of deliveries) this.options.ended.set(id, 'lost');
    this.#lost.add(deliveries);
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    this.#tellIdle();
  }

  /** The topic has stopped: nobody hears any more how the flows end that have lost deliveries. */
  abandon(): void {
    this.#lost.abandon();
  }

  #add(delivery: EventDelivery<Content>): void {
    delivery.startedAt = this.options.clock.elapsed();
    delivery.due = delivery.startedAt + this.options.deadline;
    this.#open.set(delivery.id, delivery);
    this.#cancelSweep ??= this.options.clock.after(SWEEP, this.#sweep);
  }

  #decided(delivery: EventDelivery<Content>, outcome: Outcome): void {
    this.options.outputs.forget(delivery.id);
    if (outcome.kind === 'cut-off') this.#cutOff(delivery);
    else if (outcome.kind !== 'fail') this.#settle(delivery, outcome.kind);
    else if (delivery.phase === 'flow') this.#fail(delivery, outcome.reason);
    else this.#retryOutput2(delivery, outcome.reason);
  }

  #retryOutput2(delivery: EventDelivery<Content>, reason: string): void {
    const { attempts, outputs } = this.options;
    const delay = attempts.delayAfter(delivery.attempt);
    outputs.forget(delivery.id);
    outputs.retrying(delivery, reason, this.#isDraining ? 0 : delay);
    this.#hold(delivery, delay);
  }

  #fail(delivery: EventDelivery<Content>, reason: string): void {
    const { attempts, outputs, statistics, suspects } = this.options;
    statistics.counts.failed += 1;
    const { eventId } = delivery;
    const ends = suspects.endsBy(eventId);
    const delay = attempts.failed(eventId, ends);
    if (delay === undefined) {
      this.#giveUp(delivery, failedTooOften(attempts.failures(eventId) + 1, ends, reason));
    } else {
      outputs.retrying(delivery, reason, this.#isDraining ? 0 : delay);
      this.#hold(delivery, delay);
    }
  }

  #cutOff(delivery: EventDelivery<Content>): void {
    const { attempts, outputs } = this.options;
    const { rest, times } = attempts.cutOff(delivery.eventId);
    delivery.isCutOff = true;
    if (times > USUAL_CUT_OFFS) outputs.cutOffAgain(delivery, rest);
    this.#hold(delivery, rest);
  }

  #giveUp(delivery: EventDelivery<Content>, why: Exhaustion | undefined): void {
    const { clock, deadline, outputs } = this.options;
    delivery.phase = 'output-2';
    delivery.due = Math.min(clock.elapsed() + deadline, delivery.startedAt + BROKER_PATIENCE);
    try {
      outputs.giveUp(delivery, why, this);
    } catch (error) {
      // there is no further way out, so it stays with the broker
      if (delivery.phase === 'output-2') this.#retryOutput2(delivery, errorText(error));
    }
  }

  /** Leaves it unanswered for `delay` milliseconds before it is requeued; while draining it is requeued at once. */
  #hold(delivery: EventDelivery<Content>, delay: number): void {
    delivery.phase = 'held';
    delivery.due = this.options.clock.elapsed() + delay;
    if (this.#isDraining) this.#settle(delivery, 'requeue');
  }

  /** The verdict is certain: tells the participants, then answers, unless the channel is lost meanwhile. */
  #settle(delivery: EventDelivery<Content>, verdict: Verdict): void {
    delivery.phase = 'ending';
    delivery.due = Number.POSITIVE_INFINITY;
    this.options.ended.set(delivery.id, ENDINGS[verdict]);
    const told = tellAll(delivery.participants, verdict !== 'requeue');
    const end = () => this.#end(delivery, verdict);
    if (told === undefined) end();
    else void withinLimit(told, COMMIT_LIMIT, this.options.clock).then(end);
  }

  #end(delivery: EventDelivery<Content>, verdict: Verdict): void {
    const { attempts, statistics } = this.options;
    if (!this.#open.delete(delivery.id)) return;
    this.#lone.ended(delivery, verdict !== 'requeue');
    if (verdict === 'requeue') statistics.counts.retried += 1;
    else attempts.forget(delivery.eventId);
    if (verdict === 'acknowledge') statistics.acknowledged();
    delivery.answer(verdict);
    this.#tellIdle();
  }

  /** One timer for all of them: ends each phase whose time has come. */
  readonly #sweep = (): void => {
    const { clock } = this.options;
    const now = clock.elapsed();
    for (const delivery of this.#open.values()) {
      if (delivery.due <= now) this.#timeOut(delivery, now);
    }
    this.#cancelSweep = this.#open.size > 0 ? clock.after(SWEEP, this.#sweep) : undefined;
  };

  #timeOut(delivery: EventDelivery<Content>, now: number): void {
    const { outputs } = this.options;
    const { id, phase } = delivery;
    if (phase === 'held' || phase === 'in line') {
      this.#settle(delivery, 'requeue');
    } else if (phase === 'output-2') {
      this.#decided(delivery, { kind: 'acknowledge' });
    } else if (now < delivery.startedAt + BROKER_PATIENCE && outputs.isHeldOnPurpose(id)) {
      // the deadline is for nodes that forgot: it begins anew when those let go
      delivery.due = Math.min(now + this.options.deadline, delivery.startedAt + BROKER_PATIENCE);
    } else {
      this.#decided(delivery, { kind: 'fail', reason: outputs.timedOut(id) });
    }
  }

  #tellIdle(): void {
    if (this.#open.size > 0) return;
    for (const tell of this.#idleWatchers.splice(0)) tell();
  }

  #lateReason(id: string): LateReason {
    const ending = this.options.ended.get(id);
    if (ending === undefined) return 'unknown';
    return ending === 'lost' ? 'lost' : 'already-decided';
  }
}
