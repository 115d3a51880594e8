/** The deliveries of one topic that are on their way, and the one place where each of them ends. */
import { withinLimit } from '../time/within-limit';
import type { EventDelivery, Phase } from './event-delivery';
import { Lanes } from './lanes';
import { LostDeliveries } from './lost-deliveries';
import type { Ending, FlowListener, LateReason, Outcome } from './outcome';
import { type Participant, tellAll } from './participant';
import type { TopicDeliveriesOptions } from './topic-outputs';
import type { Verdict } from './verdict';

/** Milliseconds between two looks for deliveries whose time has come; none while nothing is on its way. */
const SWEEP = 250;
/** Milliseconds that an event rests whose flow was deployed anew: the deploy may still be going on. */
const REST = 1_000;
/** Milliseconds that an acknowledgement waits for those who remember something because of the event. */
const COMMIT_LIMIT = 2_000;
/** Milliseconds a delivery may stay unanswered: RabbitMQ closes the channel after 30 minutes. */
export const BROKER_PATIENCE = 28 * 60_000;

const ENDINGS: Record<Verdict, Ending> = {
  acknowledge: 'acknowledged',
  discard: 'discarded',
  requeue: 'requeued',
};

export class TopicDeliveries<Content> implements FlowListener {
  /** In the order in which they came. */
  readonly #open = new Map<string, EventDelivery<Content>>();
  readonly #lost: LostDeliveries<Content>;
  readonly #lanes: Lanes<EventDelivery<Content>>;
  readonly #idleWatchers: (() => void)[] = [];
  #isDraining = false;
  #cancelSweep: (() => void) | undefined;

  constructor(private readonly options: TopicDeliveriesOptions<Content>) {
    this.#lost = new LostDeliveries(options.clock, options.outputs);
    this.#lanes = new Lanes({ setOut: (delivery) => this.#setOut(delivery) });
  }

  /** How many are on their way. */
  get size(): number {
    return this.#open.size;
  }

  /** The one that is on its way for longest. */
  get oldest(): EventDelivery<Content> | undefined {
    return this.#open.values().next().value;
  }

  /** Puts the event into the flow when its lane is free. The promise stays pending when the delivery is lost. */
  start(delivery: EventDelivery<Content>): Promise<Verdict> {
    const { deadline, holding } = this.options;
    if (holding?.takes(delivery)) return delivery.verdict;
    // one that is gone before its lane is free tells nobody any more
    const { verdict } = delivery;
    // a flow that begins later would have less than its deadline before the broker loses its patience
    this.#add(delivery, 'waiting', delivery.since + BROKER_PATIENCE - deadline);
    this.#lanes.enter(delivery.lane, delivery);
    return verdict;
  }

  /** The same by output 2, for what is no usable event: a further attempt would not make it one. */
  startUnusable(delivery: EventDelivery<Content>): Promise<Verdict> {
    this.#add(delivery, 'output-2', delivery.since + this.options.deadline);
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
    return delivery?.phase === 'flow' ? delivery.due : undefined;
  }

  has(id: string): boolean {
    return this.#open.has(id) || this.#lost.get(id) !== undefined;
  }

  /** From now on nothing is held for its retry delay, nor waits in its lane: it goes back at once. */
  drain(): void {
    this.#isDraining = true;
    this.options.holding?.stop();
    this.#giveBackHeld();
  }

  /** The topic consumes (again). */
  resume(): void {
    this.#isDraining = false;
    this.options.holding?.begin();
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
    this.#lanes.clear();
    this.options.holding?.lost();
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

  #add(delivery: EventDelivery<Content>, phase: Phase, due: number): void {
    delivery.phase = phase;
    delivery.due = due;
    this.#open.set(delivery.id, delivery);
    this.#cancelSweep ??= this.options.clock.after(SWEEP, this.#sweep);
  }

  #setOut(delivery: EventDelivery<Content>): void {
    const { clock, deadline, outputs } = this.options;
    delivery.phase = 'flow';
    delivery.due = Math.min(clock.now() + deadline, delivery.since + BROKER_PATIENCE);
    try {
      outputs.send(delivery, this);
    } catch (error) {
      this.decide(delivery.id, { kind: 'fail', reason: reasonOf(error) });
    }
  }

  #giveBackHeld(): void {
    for (const delivery of this.#open.values()) {
      if (delivery.phase === 'held') this.#settle(delivery, 'requeue');
    }
    this.#giveBackWaiting();
  }

  /** Those of one lane, or of all, together: else one would come again behind those that came after it. */
  #giveBackWaiting(lane?: string): void {
    for (const delivery of this.#lanes.dismiss(lane)) this.#settle(delivery, 'requeue');
  }

  #decided(delivery: EventDelivery<Content>, outcome: Outcome): void {
    const { attempts, holding, outputs } = this.options;
    outputs.forget(delivery.id);
    if (outcome.kind === 'cut-off') this.#hold(delivery, REST);
    else if (outcome.kind !== 'fail') {
      if (delivery.phase === 'flow') holding?.succeeded();
      this.#settle(delivery, outcome.kind);
    } else if (delivery.phase === 'flow') this.#fail(delivery, outcome.reason);
    else this.#hold(delivery, attempts.delayAfter(delivery.attempt));
  }

  #retryOutput2(delivery: EventDelivery<Content>, reason: string): void {
    const { attempts, outputs } = this.options;
    const delay = attempts.delayAfter(delivery.attempt);
    outputs.forget(delivery.id);
    outputs.retrying(delivery, reason, this.#isDraining ? 0 : delay);
    this.#hold(delivery, delay);
  }

  #fail(delivery: EventDelivery<Content>, reason: string): void {
    const { attempts, holding, outputs, statistics } = this.options;
    statistics.counts.failed += 1;
    const role = holding?.failed(delivery, reason) ?? 'counts';
    if (role === 'begins') this.#giveBackHeld();
    if (role !== 'counts') {
      this.#settle(delivery, 'requeue');
      return;
    }
    const delay = attempts.failed(delivery.eventId, delivery.attempt);
    if (delay === undefined) {
      this.#giveUp(delivery, reason);
    } else {
      outputs.retrying(delivery, reason, this.#isDraining ? 0 : delay);
      this.#hold(delivery, delay);
    }
  }

  #giveUp(delivery: EventDelivery<Content>, reason: string | undefined): void {
    const { clock, deadline, outputs } = this.options;
    delivery.phase = 'output-2';
    delivery.due = Math.min(clock.now() + deadline, delivery.since + BROKER_PATIENCE);
    try {
      outputs.giveUp(delivery, reason, this);
    } catch (error) {
      // there is no further way out, so it stays with the broker
      if (delivery.phase === 'output-2') this.#retryOutput2(delivery, reasonOf(error));
    }
  }

  /** Leaves it unanswered for `delay` milliseconds before it is requeued; while draining it is requeued at once. */
  #hold(delivery: EventDelivery<Content>, delay: number): void {
    delivery.phase = 'held';
    delivery.due = this.options.clock.now() + delay;
    const { holding } = this.options;
    if (this.#isDraining || holding?.isHolding) this.#settle(delivery, 'requeue');
    // those behind it pass
    this.#lanes.leave(delivery.lane, delivery);
  }

  /** The verdict is certain: tells the participants, then answers, unless the channel is lost meanwhile. */
  #settle(delivery: EventDelivery<Content>, verdict: Verdict): void {
    delivery.phase = 'ending';
    delivery.due = Number.POSITIVE_INFINITY;
    this.options.ended.set(delivery.id, ENDINGS[verdict]);
    const told = tellAll(delivery.participants, verdict !== 'requeue');
    if (told === undefined) this.#end(delivery, verdict);
    else {
      const { clock } = this.options;
      void withinLimit(told, COMMIT_LIMIT, clock).then(() => this.#end(delivery, verdict));
    }
  }

  #end(delivery: EventDelivery<Content>, verdict: Verdict): void {
    const { attempts, statistics } = this.options;
    if (!this.#open.delete(delivery.id)) return;
    if (verdict === 'requeue') statistics.counts.retried += 1;
    else attempts.forget(delivery.eventId);
    if (verdict === 'acknowledge') statistics.acknowledged();
    if (!this.options.holding?.keeps(delivery, verdict)) delivery.answer(verdict);
    this.#lanes.leave(delivery.lane, delivery);
    this.#tellIdle();
  }

  /** One timer for all of them: ends each phase whose time has come. */
  readonly #sweep = (): void => {
    const { clock } = this.options;
    const now = clock.now();
    for (const delivery of this.#open.values()) {
      if (delivery.due <= now) this.#timeOut(delivery, now);
    }
    this.#cancelSweep = this.#open.size > 0 ? clock.after(SWEEP, this.#sweep) : undefined;
  };

  #timeOut(delivery: EventDelivery<Content>, now: number): void {
    const { outputs } = this.options;
    const { id, phase } = delivery;
    if (phase === 'held') {
      this.#settle(delivery, 'requeue');
    } else if (phase === 'waiting') {
      this.#giveBackWaiting(delivery.lane);
    } else if (phase === 'output-2') {
      this.#decided(delivery, { kind: 'acknowledge' });
    } else if (now < delivery.since + BROKER_PATIENCE && outputs.isHeldOnPurpose(id)) {
      // the deadline is for nodes that forgot: it begins anew when those let go
      delivery.due = Math.min(now + this.options.deadline, delivery.since + BROKER_PATIENCE);
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
