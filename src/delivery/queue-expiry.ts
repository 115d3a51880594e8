/**
 * Watches over a queue's life: INVERS deletes a queue that was not consumed and acknowledged for
 * three days. Source: INVERS documentation, "Events".
 */
import type { Clock } from '../time/clock';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Milliseconds after which INVERS deletes an unread queue. */
export const QUEUE_LIFETIME = 3 * DAY;
/** Milliseconds between two notes that the queue is alive; what a crash can make the countdown err by. */
const NOTE_INTERVAL = 10 * 60_000;

/** Milliseconds that a topic gets to come back before an overdue warning, after a restart above all. */
const GRACE = 60_000;

/** Moments in milliseconds since 1970; they outlive the process. */
export interface ExpiryMoments {
  /** When the queue was last known to be read. */
  readonly aliveAt?: number;
  /** When the last warning was given. */
  readonly warnedAt?: number;
}

export interface ExpiryStorage {
  load(): ExpiryMoments;
  save(moments: ExpiryMoments): void;
}

export class QueueExpiry {
  #moments: ExpiryMoments;
  #isRead = false;
  readonly #silentUntil: number;

  /** `warn` is told the whole hours since the queue was read, and those that are left. */
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly storage: ExpiryStorage,
    private readonly warn: (hoursUnread: number, hoursLeft: number) => void,
  ) {
    this.#moments = storage.load();
    this.#silentUntil = clock.now() + GRACE;
  }

  /** Whether the queue is read now; to be told again and again, about once a second. */
  look(isRead: boolean): void {
    const now = this.clock.now();
    const wasRead = this.#isRead;
    this.#isRead = isRead;
    this.#moments = notInTheFuture(this.#moments, now);
    const { aliveAt, warnedAt = 0 } = this.#moments;
    if (isRead) {
      if (!wasRead || aliveAt === undefined || now >= aliveAt + NOTE_INTERVAL) this.#noteAlive();
    } else if (wasRead || aliveAt === undefined) {
      // without an earlier moment the countdown begins now
      this.#noteAlive();
    } else if (now >= this.#silentUntil && now >= Math.max(aliveAt, warnedAt) + DAY) {
      this.#warn(aliveAt, now);
    }
  }

  close(): void {
    if (this.#isRead) this.#noteAlive();
  }

  #noteAlive(): void {
    this.#save({ aliveAt: this.clock.now() });
  }

  #warn(aliveAt: number, now: number): void {
    const unread = now - aliveAt;
    this.#save({ aliveAt, warnedAt: now });
    this.warn(Math.floor(unread / HOUR), Math.max(0, Math.ceil((QUEUE_LIFETIME - unread) / HOUR)));
  }

  #save(moments: ExpiryMoments): void {
    this.#moments = moments;
    this.storage.save(moments);
  }
}

/** A clock may be set back, and a device without one starts in the past: nothing noted is ahead of us. */
function notInTheFuture({ aliveAt, warnedAt }: ExpiryMoments, now: number): ExpiryMoments {
  return {
    ...(aliveAt !== undefined && { aliveAt: Math.min(aliveAt, now) }),
    ...(warnedAt !== undefined && { warnedAt: Math.min(warnedAt, now) }),
  };
}
