/**
 * Deliveries whose channel is gone while the flow still runs. The broker gives those events out again:
 * whoever remembers something because of them is told only when the flow has ended, so that the twin
 * that comes meanwhile waits and the work is not done twice.
 */
import type { Clock } from '../time/clock';
import type { EventDelivery } from './event-delivery';
import type { Outcome } from './outcome';
import { tellAll } from './participant';

/** Milliseconds that a flow has to finish with an event whose channel is gone. */
const GRACE = 5_000;

const CUT_OFF: Outcome = { kind: 'cut-off' };

export class LostDeliveries<Content> {
  readonly #waiting = new Map<string, EventDelivery<Content>>();
  #cancelTimer: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly outputs: { forget(deliveryId: string): void },
  ) {}

  get(id: string): EventDelivery<Content> | undefined {
    return this.#waiting.get(id);
  }

  /** Waits for those that are in the flow: they may still finish. The others cannot, and are undone at once. */
  add(deliveries: readonly EventDelivery<Content>[]): void {
    const due = this.clock.elapsed() + GRACE;
    const inTheFlow = deliveries.filter(({ phase }) => phase === 'flow');
    for (const delivery of inTheFlow) {
      delivery.due = due;
      this.#waiting.set(delivery.id, delivery);
    }
    for (const delivery of deliveries) {
      if (delivery.phase !== 'flow') this.#end(delivery, CUT_OFF);
    }
    if (inTheFlow.length > 0) this.#cancelTimer ??= this.clock.after(GRACE, this.#giveUp);
  }

  /** The flow has ended; the broker is not told. False when nobody waits for this delivery. */
  decide(id: string, outcome: Outcome): boolean {
    const delivery = this.#waiting.get(id);
    if (delivery) this.#end(delivery, outcome);
    return delivery !== undefined;
  }

  /** The topic stops, so nobody hears any more how these flows end: undoes them all. */
  abandon(): void {
    for (const delivery of this.#waiting.values()) this.#end(delivery, CUT_OFF);
  }

  readonly #giveUp = (): void => {
    const now = this.clock.elapsed();
    this.#cancelTimer = undefined;
    for (const delivery of this.#waiting.values()) {
      if (delivery.due <= now) this.#end(delivery, CUT_OFF);
    }
    const [next] = this.#waiting.values();
    if (next) this.#cancelTimer = this.clock.after(next.due - now, this.#giveUp);
  };

  #end(delivery: EventDelivery<Content>, outcome: Outcome): void {
    const isDone = outcome.kind === 'acknowledge' || outcome.kind === 'discard';
    this.#waiting.delete(delivery.id);
    this.outputs.forget(delivery.id);
    // a delivery that was ending when its channel closed has told its participants already
    if (delivery.phase !== 'ending') void tellAll(delivery.participants, isDone);
    delivery.release();
    if (this.#waiting.size > 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
