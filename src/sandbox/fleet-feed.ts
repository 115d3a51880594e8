/** Lets a fleet live in real time: hands over each of its events at the moment at which it is due. */
import { type Clock, systemClock } from '../time/clock';
import type { Fleet, FleetEvent, Happening, HappeningTo } from './fleet/fleet';

/** Milliseconds at least between two rounds; events that are due in one go out together. */
const SHORTEST_WAIT = 10;
/** Milliseconds at most between two rounds, so that a clock that was set is noticed. */
const LONGEST_WAIT = 60_000;
/** Events per round at most; then the event loop gets its turn. */
const LARGEST_BATCH = 1_000;
/** Milliseconds that are caught up on. A longer gap was a pause (the machine slept) and is skipped. */
const LONGEST_DELAY = 5_000;

export class FleetFeed {
  #cancel: (() => void) | undefined;

  /** `deliver` must not throw. */
  constructor(
    private readonly fleet: Pick<Fleet, 'dueAt' | 'tell' | 'rest' | 'happen'>,
    private readonly deliver: (event: FleetEvent) => void,
    private readonly clock: Clock = systemClock,
  ) {}

  /** Begins, or goes on after a stop as if there had been none; repeating it does no harm. */
  start(): void {
    if (!this.#cancel) this.#wait(0);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Lets something happen now. */
  happen(happening: Happening): HappeningTo | undefined {
    const to = this.fleet.happen(happening, this.clock.now());
    if (this.#cancel) {
      this.stop();
      this.#wait(0);
    }
    return to;
  }

  #wait(delay: number): void {
    this.#cancel = this.clock.after(delay, () => this.#handOver());
  }

  #handOver(): void {
    const now = this.clock.now();
    const run = this.#cancel;
    for (let count = 0; count < LARGEST_BATCH; count += 1) {
      const early = this.fleet.dueAt - now;
      if (early > 0) {
        this.#wait(Math.min(LONGEST_WAIT, Math.max(SHORTEST_WAIT, early)));
        return;
      }
      const event = this.fleet.tell();
      if (-early > LONGEST_DELAY) this.fleet.rest(-early);
      if (event) this.deliver(event);
      // stopped, or started anew, by whom it was delivered to
      if (this.#cancel !== run) return;
    }
    this.#wait(0);
  }
}
