/** Lets events that must run alone set out one after another, over all topics of the process. */
import type { Clock } from '../../time/clock';

export interface LoneRun {
  /** Puts it into the flow. */
  setOut(): void;
  /** Only nodes have it that wait for others on purpose: a Batch, a Join. */
  isHeldOnPurpose(): boolean;
}

/** Milliseconds that the next one waits for one that does not end; a hang is no crash. */
const PATIENCE = 60_000;
/** Milliseconds between two looks at the one that is out. */
const LOOK = 250;

export class LoneLine {
  readonly #waiting = new Set<LoneRun>();
  #out: { readonly run: LoneRun; readonly since: number } | undefined;
  #cancelLook: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  /** Lets it set out when it is its turn; `leave` must follow when it has ended, whichever way. */
  enter(run: LoneRun): void {
    this.#waiting.add(run);
    if (!this.#out) this.#next();
  }

  leave(run: LoneRun): void {
    this.#waiting.delete(run);
    if (this.#out?.run === run) this.#next();
  }

  #next(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
    const [run] = this.#waiting;
    this.#out = run && { run, since: this.clock.elapsed() };
    if (!run) return;
    this.#waiting.delete(run);
    this.#cancelLook = this.clock.after(LOOK, this.#look);
    run.setOut();
  }

  readonly #look = (): void => {
    this.#cancelLook = undefined;
    if (!this.#out) return;
    const { run, since } = this.#out;
    if (this.clock.elapsed() >= since + PATIENCE || run.isHeldOnPurpose()) this.#next();
    else this.#cancelLook = this.clock.after(LOOK, this.#look);
  };
}
