/** What a topic has received and what became of it, since its node began. */
import type { Clock } from '../time/clock';

export interface Counts {
  received: number;
  acknowledged: number;
  /** given back to the queue for another attempt */
  retried: number;
  /** attempts that failed, the last ones included */
  failed: number;
  /** came with the broker's mark that it was given out before */
  redelivered: number;
}

/** Seconds over which the rate is taken. */
const RATE_WINDOW = 5;

export class Statistics {
  readonly counts: Counts = { received: 0, acknowledged: 0, retried: 0, failed: 0, redelivered: 0 };
  /** milliseconds since 1970 */
  lastEventAt: number | undefined;
  lastAckAt: number | undefined;
  readonly #samples: { at: number; received: number }[] = [];

  constructor(private readonly clock: Clock) {}

  received(redelivered: boolean): void {
    this.counts.received += 1;
    if (redelivered) this.counts.redelivered += 1;
    this.lastEventAt = this.clock.now();
  }

  acknowledged(): void {
    this.counts.acknowledged += 1;
    this.lastAckAt = this.clock.now();
  }

  /** Events received per second of late; to be asked about once a second. */
  rate(): number {
    const now = this.clock.now();
    this.#samples.push({ at: now, received: this.counts.received });
    while ((this.#samples[0]?.at ?? now) < now - RATE_WINDOW * 1000) this.#samples.shift();
    const first = this.#samples[0];
    const seconds = first ? (now - first.at) / 1000 : 0;
    return first && seconds > 0 ? (this.counts.received - first.received) / seconds : 0;
  }
}
