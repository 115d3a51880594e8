/** One event in the dedupe, from its arrival to the end of its delivery, and its copies. */
import type { SeenBefore } from './key-store';

/** Whoever asks whether an event may pass, told from others by identity. */
export type Asker = object;

export interface RunOptions {
  readonly key: string;
  /** Tells the event from its twins. */
  readonly owner: string;
  /** Who lets it through first. */
  readonly asker: Asker;
  /** milliseconds since 1970, both; by `until` its delivery has failed if it has not ended */
  readonly since: number;
  readonly until: number;
  /** Milliseconds that its key is remembered. */
  readonly window: number;
}

export class Run {
  readonly key: string;
  readonly owner: string;
  readonly since: number;
  readonly until: number;
  readonly window: number;
  /** It has enlisted with its delivery, which tells it how it ends. */
  isFollowed = false;
  /** Its key is to be recorded when it is done with. */
  isRecorded = true;
  isPassed = false;
  /** How its delivery ended, if it has. */
  isDone: boolean | undefined;
  /** Events with this key that came meanwhile, this one included. */
  count = 1;
  /** Called when the key is free, or known to be recorded. */
  wake: (() => void)[] | undefined;
  cancelTimer: (() => void) | undefined;
  readonly #asker: Asker;
  #others: Asker[] | undefined;

  constructor(
    { key, owner, asker, since, until, window }: RunOptions,
    private readonly settle: (run: Run) => Promise<void> | undefined,
  ) {
    this.key = key;
    this.owner = owner;
    this.since = since;
    this.until = until;
    this.window = window;
    this.#asker = asker;
  }

  /** Its delivery was acknowledged or discarded: it is done with. */
  commit(): Promise<void> | undefined {
    this.isDone = true;
    return this.isPassed ? this.settle(this) : undefined;
  }

  /** The broker gives it out again. */
  undo(): void {
    this.isDone = false;
    if (this.isPassed) void this.settle(this);
  }

  /** Another filter that the same delivery comes to lets it pass; each of them once. */
  admitCopy(asker: Asker): 'new' | SeenBefore {
    if (this.#asker !== asker && !this.#others?.includes(asker)) {
      this.#others ??= [];
      this.#others.push(asker);
      return 'new';
    }
    return this.seenAgain();
  }

  seenAgain(): SeenBefore {
    this.count += 1;
    return { firstSeenAt: this.since, count: this.count };
  }
}
