/** The deliveries of a topic that are on their way: looks through them from time to time, and tells when none is left. */
import type { Clock } from '../time/clock';
import type { EventDelivery } from './event-delivery';

/** Milliseconds between two looks for deliveries whose time has come; none while nothing is on its way. */
const SWEEP = 250;

export class OpenDeliveries<Content> {
  /** In the order in which they came. */
  readonly #deliveries = new Map<string, EventDelivery<Content>>();
  readonly #idleWatchers: (() => void)[] = [];
  #cancelSweep: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly owner: { timeOut(delivery: EventDelivery<Content>, now: number): void },
  ) {}

  get size(): number {
    return this.#deliveries.size;
  }

  values(): IterableIterator<EventDelivery<Content>> {
    return this.#deliveries.values();
  }

  get(id: string): EventDelivery<Content> | undefined {
    return this.#deliveries.get(id);
  }

  add(delivery: EventDelivery<Content>): void {
    this.#deliveries.set(delivery.id, delivery);
    this.#cancelSweep ??= this.clock.after(SWEEP, this.#sweep);
  }

  /** False when it was not on its way. `tellIdle` is to follow. */
  delete(id: string): boolean {
    return this.#deliveries.delete(id);
  }

  /** All of them, which are on their way no longer. `tellIdle` is to follow. */
  takeAll(): EventDelivery<Content>[] {
    const deliveries = [...this.#deliveries.values()];
    this.#deliveries.clear();
    this.#cancelSweep?.();
    this.#cancelSweep = undefined;
    return deliveries;
  }

  /** Resolves when nothing is on its way. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.size === 0) resolve();
      else this.#idleWatchers.push(resolve);
    });
  }

  tellIdle(): void {
    if (this.size > 0) return;
    for (const tell of this.#idleWatchers.splice(0)) tell();
  }

  /** One timer for all of them: ends each phase whose time has come. */
  readonly #sweep = (): void => {
    const now = this.clock.elapsed();
    for (const delivery of this.#deliveries.values()) {
      if (delivery.due <= now) this.owner.timeOut(delivery, now);
    }
    this.#cancelSweep = this.size > 0 ? this.clock.after(SWEEP, this.#sweep) : undefined;
  };
}
