/** The deliveries of one topic that are on their way, and the one place where each of them ends. */
import { errorText } from '../errors/error-text';
import { withinLimit } from '../time/within-limit';
import { type Exhaustion, failedTooOften } from './attempts/exhaustion';
import { Departures } from './departures';
import { type EventDelivery, isResting } from './event-delivery';
import { LastExit } from './last-exit';
import { LostDeliveries } from './lost-deliveries';
import { OpenDeliveries } from './open-deliveries';
import { ENDINGS, type Failure, type FlowListener, type LateReason, type Outcome } from './outcome';
import { type Participant, tellAll } from './participant';
import type { TopicDeliveriesOptions } from './topic-deliveries-options';
import type { Verdict } from './verdict';

/** So often a deploy may take the flow away under an event without that being told. */
const USUAL_CUT_OFFS = 3;
/** Milliseconds that an acknowledgement waits for those who remember something because of the event. */
const COMMIT_LIMIT = 2_000;
/** Milliseconds a delivery may stay unanswered: RabbitMQ closes the channel after 30 minutes. */
export const BROKER_PATIENCE = 28 * 60_000;

export class TopicDeliveries<Content> implements FlowListener {
  readonly #open: OpenDeliveries<Content>;
  readonly #lost: LostDeliveries<Content>;
  readonly #departures: Departures<Content>;
  readonly #exit: LastExit<Content>;
  #isDraining = false;

  constructor(private readonly options: TopicDeliveriesOptions<Content>) {
    const timeOut = (delivery: EventDelivery<Content>, now: number) => this.#timeOut(delivery, now);
    this.#open = new OpenDeliveries(options.clock, { timeOut });
    this.#lost = new LostDeliveries(options.clock, options.outputs);
    const send = (delivery: EventDelivery<Content>) => this.#send(delivery);
    this.#departures = new Departures(options, BROKER_PATIENCE, { send });
    this.#exit = new LastExit(options, {
      giveBack: (delivery, reason, delay) => this.#giveBackStuck(delivery, reason, delay),
    });
  }

  /** How many are on their way. */
  get size(): number {
    return this.#open.size;
  }

  /** The one that the flow has for longest; undefined where all merely wait for their next attempt or turn. */
  get oldest(): EventDelivery<Content> | undefined {
    for (const delivery of this.#open.values()) {
      if (!isResting(delivery)) return delivery;
    }
    return undefined;
  }

  /** Puts the event into the flow, when it may set out. The promise stays pending when the delivery is lost. */
  start(delivery: EventDelivery<Content>): Promise<Verdict> {
    const { clock, holding } = this.options;
    const { verdict } = delivery;
    if (delivery.startedAt < 0) delivery.startedAt = clock.elapsed();
    if (holding?.takes(delivery)) return verdict;
    this.#add(delivery);
    this.#departures.enter(delivery);
    return verdict;
  }

  /** The same by output 2, for what is not to be tried again. */
  startExhausted(delivery: EventDelivery<Content>, why: Exhaustion): Promise<Verdict> {
    const { verdict } = delivery;
    this.#add(delivery);
    this.#departures.enterAlone(delivery, () => this.#giveUp(delivery, why));
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
    if (!delivery)
      return this.#lost.decide(id, outcome) ? 'lost' : this.options.ended.lateReason(id);
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
    if (delivery.participants) delivery.participants.push(participant);
    else delivery.participants = [participant];
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
    return this.#open.get(id) !== undefined || this.#lost.get(id) !== undefined;
  }

  /** From now on nothing is held for its retry delay, nor waits to set out: it goes back at once. */
  drain(): void {
    this.#isDraining = true;
    this.options.holding?.stop();
    this.#giveBackHeld();
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
    this.options.holding?.begin();
  }

  /** Resolves when nothing is on its way. */
  idle(): Promise<void> {
    return this.#open.idle();
  }

  /** The channel is gone: the broker gives every delivery out again, whatever is decided about them. */
  lose(): void {
    const deliveries = this.#open.takeAll();
    this.#departures.lose();
    this.options.holding?.lost();
    // all are marked as lost before the first participant is told, who might ask about another one
    for (const { id } of deliveries) this.options.ended.set(id, 'lost');
    this.#lost.add(deliveries);
    this.#open.tellIdle();
  }

  /** The topic has stopped: nobody hears any more how the flows end that have lost deliveries. */
  abandon(): void {
    this.#lost.abandon();
  }

  #add(delivery: EventDelivery<Content>): void {
    if (delivery.startedAt < 0) delivery.startedAt = this.options.clock.elapsed();
    delivery.due = delivery.startedAt + this.options.deadline;
    this.#open.add(delivery);
  }

  #send(delivery: EventDelivery<Content>): void {
    try {
      this.options.outputs.send(delivery, this);
    } catch (error) {
      this.decide(delivery.id, { kind: 'fail', reason: errorText(error) });
    }
  }

  #giveBackHeld(): void {
    this.#giveBackWaiting();
    for (const delivery of this.#open.values()) {
      const { phase } = delivery;
      if (phase === 'held' || phase === 'in line') this.#settle(delivery, 'requeue');
    }
  }

  #giveBackWaiting(lane?: string): void {
    for (const delivery of this.#departures.dismiss(lane)) this.#settle(delivery, 'requeue');
  }

  #decided(delivery: EventDelivery<Content>, outcome: Outcome): void {
    this.options.outputs.forget(delivery.id);
    if (outcome.kind === 'cut-off') this.#cutOff(delivery);
    else if (outcome.kind !== 'fail') {
      if (delivery.phase === 'flow') this.options.holding?.succeeded();
      this.#settle(delivery, outcome.kind);
    } else if (delivery.phase === 'flow') this.#fail(delivery, outcome);
    else this.#exit.failed(delivery, outcome.reason);
  }

  #giveBackStuck(delivery: EventDelivery<Content>, reason: string, delay: number): void {
    const { outputs } = this.options;
    const shown = this.#isDraining ? 0 : delay;
    outputs.forget(delivery.id);
    if (outputs.stuck) outputs.stuck(delivery, reason, shown);
    else outputs.retrying(delivery, reason, shown);
    this.#hold(delivery, delay);
  }

  #fail(delivery: EventDelivery<Content>, { reason, work }: Failure): void {
    const { attempts, holding, outputs, statistics, suspects } = this.options;
    statistics.counts.failed += 1;
    const role = holding?.failed(delivery, reason, work) ?? 'counts';
    if (role === 'begins') this.#giveBackHeld();
    if (role !== 'counts') {
      this.#settle(delivery, 'requeue');
      return;
    }
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
    const { clock, deadline } = this.options;
    delivery.phase = 'output-2';
    delivery.due = Math.min(clock.elapsed() + deadline, delivery.startedAt + BROKER_PATIENCE);
    this.#exit.leave(delivery, why, this);
  }

  /** Leaves it unanswered for `delay` milliseconds before it is requeued; while draining it is requeued at once. */
  #hold(delivery: EventDelivery<Content>, delay: number): void {
    delivery.phase = 'held';
    delivery.due = this.options.clock.elapsed() + delay;
    if (this.#isDraining || this.options.holding?.isHolding) this.#settle(delivery, 'requeue');
    this.#departures.letPass(delivery);
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
    if (verdict === 'requeue') statistics.counts.retried += 1;
    else attempts.forget(delivery.eventId);
    if (verdict === 'acknowledge') statistics.acknowledged();
    if (!this.options.holding?.keeps(delivery, verdict)) delivery.answer(verdict);
    this.#departures.ended(delivery, verdict !== 'requeue');
    this.#open.tellIdle();
  }

  #timeOut(delivery: EventDelivery<Content>, now: number): void {
    const { outputs } = this.options;
    const { id, phase } = delivery;
    if (phase === 'held' || phase === 'in line') {
      this.#settle(delivery, 'requeue');
    } else if (phase === 'waiting') {
      this.#giveBackWaiting(delivery.lane);
    } else if (phase === 'output-2' && this.#exit.isParking(delivery)) {
      this.#exit.failed(delivery, 'the store did not say in time that it keeps the event');
    } else if (phase === 'output-2') {
      this.#decided(delivery, { kind: 'acknowledge' });
    } else if (now < delivery.startedAt + BROKER_PATIENCE && outputs.isHeldOnPurpose(id)) {
      // the deadline is for nodes that forgot: it begins anew when those let go
      delivery.due = Math.min(now + this.options.deadline, delivery.startedAt + BROKER_PATIENCE);
    } else {
      this.#decided(delivery, { kind: 'fail', reason: outputs.timedOut(id) });
    }
  }
}
