/** Waits with what was decided because of a delivery until it is known how that ends. */
import type { DeliveryOfEvent } from '../dedupe';
import type { OnTheirWay } from './on-their-way';

/** The message goes no further: its event comes again by another delivery. */
export type Left = 'left';

/**
 * What was decided counts when the delivery was acknowledged, and never was when it is given back.
 * A store that answers later may still be deciding then.
 */
export abstract class Enlisted<Decision extends object> {
  /** A delivery tells how it ends: what is decided is pending until then. */
  protected isFollowed = false;
  /** How the delivery ended, if it has. */
  #isDone: boolean | undefined;
  #decision: Decision | undefined;
  #arrival: Promise<unknown> | undefined;

  constructor(private readonly onTheirWay: OnTheirWay) {}

  /** False where the message is left behind. */
  enlist(delivery: DeliveryOfEvent | undefined): boolean {
    const found = delivery?.enlist(this) ?? 'acknowledged';
    this.isFollowed = found === 'enlisted';
    // without a delivery, or with one that nobody knows any more, it counts at once
    if (this.isFollowed) this.onTheirWay.add();
    else this.#isDone = true;
    return found !== 'requeued' && found !== 'lost';
  }

  /** `decided` is what the store answers. */
  answer<Result>(
    decided: Decision | Promise<Decision>,
    resultOf: (decision: Decision) => Result,
  ): Result | Left | Promise<Result | Left> {
    if (!(decided instanceof Promise)) {
      void this.#arrived(decided);
      return resultOf(decided);
    }
    this.#arrival = decided.then(
      (decision) => this.#arrived(decision),
      // nothing was decided; who asks below is told
      () => undefined,
    );
    // told to who waits for the end of the delivery, if somebody does
    this.#arrival.catch(() => undefined);
    return decided.then((decision) => (this.#isDone === false ? 'left' : resultOf(decision)));
  }

  commit(): Promise<void> | undefined {
    this.#isDone = true;
    return this.#ended();
  }

  undo(): void {
    this.#isDone = false;
    this.#ended()?.catch(() => undefined);
  }

  /** Called once. */
  protected abstract settle(decision: Decision, isDone: boolean): Promise<void> | undefined;

  /** The store may close when it has written that, or has failed to. */
  #ended(): Promise<void> | undefined {
    let settled: Promise<unknown> | undefined;
    try {
      settled =
        this.#decision === undefined
          ? this.#arrival
          : this.settle(this.#decision, this.#isDone === true);
    } finally {
      if (!settled) this.onTheirWay.remove();
    }
    return settled?.then(() => undefined).finally(() => this.onTheirWay.remove());
  }

  #arrived(decision: Decision): Promise<void> | undefined {
    this.#decision = decision;
    return this.#isDone === undefined ? undefined : this.settle(decision, this.#isDone);
  }
}
