/** Events that wait for their turn, and those that are to be sent a second time. */
import { Agenda } from './agenda';
import type { FleetEvent } from './events';
import type { Random } from './random';

/** How many other events may come before the second copy, at most. */
const LATEST_DUPLICATE = 30;

export class Outbox {
  #waiting: FleetEvent[] = [];
  /** What is not to wait for its turn. */
  readonly #urgent: FleetEvent[] = [];
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

  get isUrgent(): boolean {
    return this.#urgent.length > 0;
  }

  addUrgent(event: FleetEvent): void {
    this.#urgent.push(event);
  }

  /** Nothing of this vehicle is to wait any longer: what comes next of it must not overtake. */
  hurry(vehicleId: string): void {
    const isMeant = (event: FleetEvent): boolean => event.vehicleId === vehicleId;
    this.#urgent.push(...this.#waiting.filter(isMeant));
    this.#waiting = this.#waiting.filter((event) => !isMeant(event));
  }

  takeUrgent(): FleetEvent | undefined {
    const event = this.#urgent.shift();
    if (event) this.#sentFirst(event);
    return event;
  }

  /** The next event to send; `other` makes one where none waits. */
  take(other: () => FleetEvent | undefined): FleetEvent | undefined {
    const duplicate = this.#duplicates.take(this.#sent);
    const event = duplicate ?? this.#waiting.shift() ?? other();
    if (event === undefined) return undefined;
    if (duplicate === undefined) this.#sentFirst(event);
    else this.#sent += 1;
    return event;
  }

  #sentFirst(event: FleetEvent): void {
    this.#sent += 1;
    if (!this.random.percent(this.duplicates)) return;
    // at least one other event comes in between
    this.#duplicates.add(this.#sent + this.random.whole(1, LATEST_DUPLICATE), event);
  }
}
