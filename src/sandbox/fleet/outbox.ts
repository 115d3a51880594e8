/** Events that wait for their turn, and those that are to be sent a second time. */
import { Agenda } from './agenda';
import type { FleetEvent } from './events';
import type { Random } from './random';

/** How many other events may come before the second copy, at most. */
const LATEST_DUPLICATE = 30;

export class Outbox {
  readonly #waiting: FleetEvent[] = [];
  /** By the number of events that were sent before. */
  readonly #duplicates = new Agenda<FleetEvent>();
  #sent = 0;

  /** `duplicates`: percent of the events that are sent twice. */
  constructor(
    private readonly random: Random,
    private readonly duplicates: number,
  ) {}

  /** Events that wait to be sent the first time. */
  get backlog(): number {
    return this.#waiting.length;
  }

  add(event: FleetEvent): void {
    this.#waiting.push(event);
  }

  /** The next event to send; `other` makes one where none waits. */
  take(other: () => FleetEvent | undefined): FleetEvent | undefined {
    const duplicate = this.#duplicates.take(this.#sent);
    const event = duplicate ?? this.#waiting.shift() ?? other();
    if (event === undefined) return undefined;
    this.#sent += 1;
    if (duplicate === undefined && this.random.percent(this.duplicates)) {
      // at least one other event comes in between
      this.#duplicates.add(this.#sent + this.random.whole(1, LATEST_DUPLICATE), event);
    }
    return event;
  }
}
