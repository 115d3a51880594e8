/**
 * The sandbox's fleet: one event after the other, at an even rate, the same for the same seed.
 *
 * Its time is real time, nothing is sped up: a second in `occurred_at` is a second, vehicles drive
 * as fast as vehicles do, and no event lies in the future. Every `1 / rate` seconds one event is
 * sent: what happened and was not told yet, or else a vehicle's regular report. So the rate does not
 * make life faster, but decides how much of it is told. There are as many rentals as fill about two
 * fifths of the events, but no more than the vehicles can serve: what is left is regular reports.
 * Rentals are short (drives of one to two and a half minutes), so that something happens soon; below
 * one event in about six seconds they take longer.
 */
import type { FleetEvent } from './events';
import type { Happening } from './happenings';
import { Outbox } from './outbox';
import { Random } from './random';
import { Town } from './town';

export { FLEET_QUEUES, type FleetEvent } from './events';
export { type Happening, isHappening } from './happenings';
export { AREA } from './vehicle';

export interface FleetOptions {
  /** 1 to 10,000. */
  readonly vehicles: number;
  /** A whole number. */
  readonly seed: number;
  /** Percent of the events that are sent twice, 0 to 100. */
  readonly duplicates: number;
  /** Milliseconds since 1970; the first event is sent then. */
  readonly start: number;
  /** Events per second over the whole fleet, duplicates included: 1/60 to 10,000. */
  readonly rate: number;
}

/** Whom something happens to. */
export interface HappeningTo {
  readonly vehicleId: string;
  /** The licence plate before it happens. */
  readonly plate: string;
}

/** What a rental gives to tell, on average. */
const EVENTS_PER_RENTAL = 13;
/** The part of all events that is not a regular report. */
const SHARE_OF_LIFE = 0.42;
/** Seconds between the rentals of a vehicle where everybody wants one; about 80 percent are busy then. */
const SECONDS_PER_RENTAL = 240;
/** Events a second below which people take more time, in proportion. */
const QUIET_RATE = 0.16;
/** Waiting events at which nobody rents a vehicle any more. */
const BACKLOG = 100;

export class Fleet {
  readonly #outbox: Outbox;
  readonly #town: Town;
  readonly #rate: number;
  #start: number;
  /** The events sent so far, and the moments that passed without one. */
  #slot = 0;

  /** @throws RangeError for an option outside its bounds */
  constructor({ vehicles, seed, duplicates, start, rate }: FleetOptions) {
    demand('vehicles', vehicles, 1, 10_000, Number.isInteger(vehicles));
    demand('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, Number.isInteger(seed));
    demand('duplicates', duplicates, 0, 100);
    demand('rate', rate, 1 / 60, 10_000);
    const random = new Random(seed);
    const pace = Math.max(1, QUIET_RATE / rate);
    const told = rate / (1 + duplicates / 100);
    this.#rate = rate;
    this.#start = Math.floor(start);
    this.#outbox = new Outbox(random, duplicates);
    this.#town = new Town({
      vehicles,
      random,
      start: this.#start,
      pace,
      demand: Math.min(
        (told * SHARE_OF_LIFE) / EVENTS_PER_RENTAL,
        vehicles / (SECONDS_PER_RENTAL * pace),
      ),
      publish: (event) => this.#outbox.add(event),
      publishNow: (event) => this.#outbox.addUrgent(event),
      hurry: (vehicleId) => this.#outbox.hurry(vehicleId),
      isBehind: () => this.#outbox.backlog > BACKLOG,
    });
  }

  /** When there may be something to send next, in milliseconds since 1970. */
  get dueAt(): number {
    if (this.#outbox.isUrgent) return this.#town.now();
    return Math.min(this.#slotAt, this.#town.urgentAt);
  }

  /** Lives until `dueAt`. Returns what is sent then: never before it happened. Undefined = nothing. */
  tell(): FleetEvent | undefined {
    const [at, slotAt] = [this.dueAt, this.#slotAt];
    this.#town.liveUntil(at);
    const urgent = this.#outbox.takeUrgent();
    if (urgent || at < slotAt) return urgent;
    const event = this.#outbox.take(() => this.#town.regularReport());
    this.#slot += 1;
    if (event) return event;
    // every vehicle is offline: on to the next moment at which something happens
    const wait = this.#town.nextAt - this.#start;
    this.#slot = Math.max(this.#slot, Math.ceil((wait * this.#rate) / 1000));
    return undefined;
  }

  /** The next event, and when it is sent (`at`, milliseconds since 1970). */
  next(): FleetEvent & { readonly at: number } {
    for (;;) {
      const at = this.dueAt;
      const event = this.tell();
      if (event) return { ...event, at };
    }
  }

  /**
   * Lets something happen now, beyond the rate: its first events come within two seconds, and fit to all
   * others. `now`: milliseconds since 1970. Undefined where there is no vehicle for it.
   */
  happen(happening: Happening, now: number): HappeningTo | undefined {
    const vehicle = this.#town.happen(happening, now);
    return vehicle && { vehicleId: vehicle.id, plate: vehicle.plate };
  }

  get #slotAt(): number {
    return this.#start + Math.floor((this.#slot * 1000) / this.#rate);
  }

  /**
   * Everything that is still to come comes later by so many milliseconds, rounded up to whole
   * seconds: for a pause in which nobody asked for events, so that they are current again after it.
   */
  rest(milliseconds: number): void {
    const seconds = Math.ceil(milliseconds / 1000);
    this.#start += seconds * 1000;
    this.#town.rest(seconds);
  }
}

function demand(option: string, value: number, low: number, high: number, isRight = true): void {
  if (isRight && value >= low && value <= high) return;
  const bounds = low < 1 && low > 0 ? `1/60 to ${high}` : `${low} to ${high}`;
  throw new RangeError(`The option "${option}" of the fleet must be ${bounds}, not ${value}.`);
}
