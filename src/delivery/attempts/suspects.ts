/**
 * Which events were in the flow when the process or the connection ended as only an event could end it: by a
 * crash, a kill, a blocked event loop, or a flow longer than the broker's patience. An event that does so every
 * time it comes is known by that, also across restarts, and those that were merely beside it are cleared.
 *
 * After one such end all that were in the flow are suspects, and run as ever. After a second one they run alone,
 * one after another, and the one that sets out is noted before: so from then on an end is counted for that one only.
 * In normal operation nothing is written.
 */
import type { Clock } from '../../time/clock';

export interface Suspect {
  /** Ends that the event was in the flow for. */
  readonly ends: number;
  /** At least the last of them was its own: nobody else ran alone then. */
  readonly isSure: boolean;
  /** It is in the flow, so the next end counts for it. */
  readonly isInFlow: boolean;
  /** When it was last counted, in milliseconds since 1970. */
  readonly countedAt: number;
}

/** Stands while a topic consumes, so whoever finds it in the beginning knows that the process ended without a goodbye. */
export interface RunningMark {
  /** As many events as can have been on their way. */
  readonly prefetch: number;
  /** Ids of the events that were in the flow alone. */
  readonly alone: readonly string[];
}

/** What outlives the process. */
export interface SuspectStorage {
  /** Undefined where the topic never ran, as far as anybody remembers. */
  loadMark(): RunningMark | 'orderly end' | undefined;
  saveMark(mark: RunningMark | 'orderly end'): void;
  /** By event id. */
  load(): ReadonlyMap<string, Suspect>;
  save(suspects: ReadonlyMap<string, Suspect>): void;
}

/** Milliseconds: INVERS keeps no event for so long. */
const LIFETIME = 7 * 24 * 3_600_000;
/** Ends after which an event runs alone. */
const ALONE_FROM = 2;
/** More than this at once is trouble of another kind. */
const REMEMBERED = 10_000;
/** Characters; longer ids than this are none of INVERS', and not worth the space. */
const LONGEST_ID = 200;
/** Milliseconds after a start in which the broker gives out again what the former process had: it may notice late. */
const RETURN_WINDOW = 5 * 60_000;
/** Milliseconds until it is written down that suspects were cleared. */
const SAVE_DELAY = 1_000;

const UNSUSPECTED: Suspect = { ends: 0, isSure: false, isInFlow: false, countedAt: 0 };

export class Suspects {
  #suspects = new Map<string, Suspect>();
  /** Deliveries that are in the flow alone, and the ids of their events. */
  readonly #alone = new Map<string, string>();
  /** Events that this process gave back itself, as long as it matters. */
  readonly #givenBack = new Set<string>();
  /** So many events that come again may be those of the former process, and until when. */
  #returning = { count: 0, until: 0 };
  #isRunning = false;
  #isPastKnown = true;
  #isSaveDue = false;
  #cancelSave: (() => void) | undefined;

  constructor(
    private readonly storage: SuspectStorage,
    private readonly prefetch: number,
    private readonly clock: Clock,
    /** Runs its work when the events that came together have all been told. */
    private readonly soon: (work: () => void) => void = queueMicrotask,
  ) {}

  /** False where it is not known how the topic ended before: only the broker may know then. */
  get isPastKnown(): boolean {
    return this.#isPastKnown;
  }

  /** The topic begins to consume. */
  begin(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#suspects = new Map(this.storage.load());
    this.#dropOld();
    const mark = this.storage.loadMark();
    this.#isPastKnown = mark !== undefined;
    if (mark && mark !== 'orderly end') {
      this.#endedWith(new Set(mark.alone));
      const count = Math.min(mark.prefetch, REMEMBERED);
      this.#returning = { count, until: this.clock.elapsed() + RETURN_WINDOW };
    }
    this.#mark();
  }

  /** An orderly end begins: what breaks off from now on is nobody's doing. */
  end(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#alone.clear();
    this.#takeOut(this.#suspects.keys());
    this.#saveNow();
    this.#forgetReturning();
    this.storage.saveMark('orderly end');
  }

  /** An event comes; returns the ends that it was in the flow for. */
  arrives(eventId: string, isRedelivered: boolean): number {
    if (!this.#isRunning || eventId.length > LONGEST_ID) return 0;
    const known = this.#suspects.get(eventId);
    if (known) {
      // of those that run alone the mark says which one is in the flow
      if (known.ends < ALONE_FROM && !known.isInFlow) this.#put(eventId, { isInFlow: true });
    } else if (isRedelivered && this.#isReturning(eventId)) {
      this.#returning.count -= 1;
      this.#put(eventId, { ends: 1, isInFlow: true });
    }
    return this.#suspects.get(eventId)?.ends ?? 0;
  }

  /** Whether the event has to run alone. */
  runsAlone(eventId: string): boolean {
    return (this.#suspects.get(eventId)?.ends ?? 0) >= ALONE_FROM;
  }

  /** Ends that were the event's own doing; 0 as long as it may have been another's. */
  endsBy(eventId: string): number {
    const suspect = this.#suspects.get(eventId);
    return suspect?.isSure ? suspect.ends : 0;
  }

  /** One that runs alone is about to be put into the flow. */
  setsOut(deliveryId: string, eventId: string): void {
    if (!this.#isRunning) return;
    this.#alone.set(deliveryId, eventId);
    this.#mark();
  }

  /** `isDone`: it came to a good end; otherwise it was given back, and stays a suspect. */
  ended(deliveryId: string, eventId: string, isDone: boolean): void {
    if (this.#alone.delete(deliveryId) && this.#isRunning) this.#mark();
    if (this.#suspects.has(eventId)) {
      if (isDone) this.#suspects.delete(eventId);
      else this.#takeOut([eventId]);
      this.#saveLater();
    } else if (!isDone && this.#returning.count > 0) {
      this.#givenBack.add(eventId);
    }
  }

  /**
   * The deliveries in the flow were lost by what one of them did. `isSure`: by what each of them did.
   * `lost` follows.
   */
  blame(deliveries: Iterable<{ id: string; eventId: string }>, isSure: boolean): void {
    for (const { id, eventId } of deliveries) {
      const { ends = 0 } = this.#suspects.get(eventId) ?? {};
      const isAlone = this.#alone.has(id);
      if (eventId.length > LONGEST_ID || (ends >= ALONE_FROM && !isAlone && !isSure)) continue;
      this.#put(eventId, { ends: ends + 1, ...((isAlone || isSure) && { isSure: true }) });
    }
  }

  /** The broker has every delivery back. */
  lost(): void {
    this.#takeOut(this.#suspects.keys());
    this.#forgetReturning();
    if (this.#alone.size === 0) return;
    this.#alone.clear();
    this.#mark();
  }

  #isReturning(eventId: string): boolean {
    const { count, until } = this.#returning;
    if (count > 0 && this.clock.elapsed() <= until) return !this.#givenBack.has(eventId);
    this.#forgetReturning();
    return false;
  }

  #forgetReturning(): void {
    this.#returning = { count: 0, until: 0 };
    this.#givenBack.clear();
  }

  /** The process ended while these events were in the flow alone. */
  #endedWith(alone: ReadonlySet<string>): void {
    for (const eventId of alone) {
      const { ends = ALONE_FROM } = this.#suspects.get(eventId) ?? {};
      this.#put(eventId, { ends: ends + 1, isSure: true, isInFlow: false });
    }
    for (const [eventId, { ends, isInFlow }] of this.#suspects) {
      if (isInFlow) this.#put(eventId, { ends: ends + 1, isInFlow: false });
    }
  }

  /** What was done with just before a crash may stand there for ever. */
  #dropOld(): void {
    const oldest = this.clock.now() - LIFETIME;
    for (const [eventId, { countedAt }] of this.#suspects) {
      if (countedAt < oldest) this.#suspects.delete(eventId);
    }
  }

  #takeOut(eventIds: Iterable<string>): void {
    for (const eventId of eventIds) {
      if (this.#suspects.get(eventId)?.isInFlow) this.#put(eventId, { isInFlow: false });
    }
  }

  #put(eventId: string, change: Partial<Suspect>): void {
    const before = this.#suspects.get(eventId) ?? UNSUSPECTED;
    const countedAt = change.ends === undefined ? before.countedAt : this.clock.now();
    this.#suspects.set(eventId, { ...before, ...change, countedAt });
    const [oldest] = this.#suspects.keys();
    if (this.#suspects.size > REMEMBERED && oldest !== undefined) this.#suspects.delete(oldest);
    if (this.#isSaveDue) return;
    this.#isSaveDue = true;
    // before the flow has any of them
    this.soon(() => {
      if (this.#isSaveDue) this.#saveNow();
    });
  }

  #saveLater(): void {
    this.#cancelSave ??= this.clock.after(SAVE_DELAY, () => this.#saveNow());
  }

  #saveNow(): void {
    this.#isSaveDue = false;
    this.#cancelSave?.();
    this.#cancelSave = undefined;
    this.storage.save(this.#suspects);
  }

  #mark(): void {
    this.storage.saveMark({ prefetch: this.prefetch, alone: [...this.#alone.values()] });
  }
}
