/**
 * Watches over a queue's life: INVERS deletes a queue that was not consumed and acknowledged for
 * three days. Source: INVERS documentation, "Events".
 */
import type { Clock } from './clock';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Milliseconds after which INVERS deletes an unread queue. */
export const QUEUE_LIFETIME = 3 * DAY;
/** Milliseconds between two notes that the queue is alive; what a crash can make the countdown err by. */
const NOTE_INTERVAL = 10 * 60_000;

/** Milliseconds that a topic gets to come back before an overdue warning, after a restart above all. */
const GRACE = 60_000;

/** Moments in milliseconds since 1970; they outlive the process. */
export interface LifelineMoments {
  /** When the queue was last known to be read. */
  readonly aliveAt?: number;
  /** When the last warning was given. */
  readonly warnedAt?: number;
}

export interface LifelineStorage {
  load(): LifelineMoments;
  save(moments: LifelineMoments): void;
}

export class Lifeline {
  #moments: LifelineMoments;
  #cancel: () => void = () => undefined;
  #isRead: boolean | undefined;

  /** `warn` is told the whole hours since the queue was read, and those that are left. */
  constructor(
    private readonly clock: Clock,
    private readonly storage: LifelineStorage,
    private readonly warn: (hoursUnread: number, hoursLeft: number) => void,
  ) {
    this.#moments = notInTheFuture(storage.load(), clock.now());
  }

  /** Whether the queue is read now; to be told at each change, repeating it does no harm. */
  update(isRead: boolean): void {
    if (isRead === this.#isRead) return;
    const wasRead = this.#isRead;
    this.#isRead = isRead;
    this.#cancel();
    if (isRead) {
      this.#noteAlive();
      return;
    }
    // without an earlier moment the countdown begins now
    if (wasRead || this.#moments.aliveAt === undefined) this.#save({ aliveAt: this.clock.now() });
    this.#countDown();
  }

  close(): void {
    this.#cancel();
    if (this.#isRead) this.#save({ aliveAt: this.clock.now() });
  }

  #noteAlive(): void {
    this.#save({ aliveAt: this.clock.now() });
    this.#cancel = this.clock.after(NOTE_INTERVAL, () => this.#noteAlive());
  }

  /** Warns a day after the queue was last read, and then daily. */
  #countDown(): void {
    const { aliveAt = 0, warnedAt = aliveAt } = this.#moments;
    const wait = Math.max(aliveAt, warnedAt) + DAY - this.clock.now();
    // a clock that was set back must not postpone the warning for years
    const bounded = Math.min(DAY, Math.max(GRACE, wait));
    this.#cancel = this.clock.after(bounded, () => this.#warn(aliveAt));
  }

  #warn(aliveAt: number): void {
    const now = this.clock.now();
    const unread = now - aliveAt;
    this.#save({ aliveAt, warnedAt: now });
    this.warn(Math.floor(unread / HOUR), Math.max(0, Math.ceil((QUEUE_LIFETIME - unread) / HOUR)));
    this.#countDown();
  }

  #save(moments: LifelineMoments): void {
    this.#moments = moments;
    this.storage.save(moments);
  }
}

/** A device without a clock of its own starts in the past: what it noted before is not ahead of us. */
function notInTheFuture({ aliveAt, warnedAt }: LifelineMoments, now: number): LifelineMoments {
  return {
    ...(aliveAt !== undefined && { aliveAt: Math.min(aliveAt, now) }),
    ...(warnedAt !== undefined && { warnedAt: Math.min(warnedAt, now) }),
  };
}
