/** One vehicle: where it is, how it moves and charges, and what its telematics unit tells of it. */
import type { FleetEvent } from './events';
import type { VehicleModel } from './models';
import { StateRecorder, type VehicleState } from './vehicle-state';

/** How a vehicle is found when the sandbox begins. */
export interface VehicleBeginning {
  readonly id: string;
  readonly plate: string;
  readonly model: VehicleModel;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Kilometres. */
  readonly mileage: number;
  /** Percent. */
  readonly level: number;
  /** Kilometres east and north of the middle of the town. */
  readonly east: number;
  readonly north: number;
  /** Since when it has been standing there, in milliseconds since 1970. */
  readonly parkedAt: number;
}

/** The middle of the sandbox's town, which is Cologne; the vehicles know no streets. */
const TOWN = { lat: 50.9375, lon: 6.9603 };
/** Where its vehicles belong: a circle that they leave now and then. */
export const AREA = { ...TOWN, kilometers: 6 };
const KILOMETERS_PER_DEGREE = 111.32;
const EAST_PER_DEGREE = KILOMETERS_PER_DEGREE * Math.cos((TOWN.lat * Math.PI) / 180);

export class Vehicle {
  readonly id: string;
  readonly model: VehicleModel;
  /** The licence plate; master data, so it may change. */
  plate: string;
  isRented = false;
  isOnline = true;
  /** Rented, or somebody looks after it: nobody can rent it. */
  isBusy = false;
  /** Somebody wants to see something happen to it now: nobody else takes it. */
  isWanted = false;
  /** It happens: what the vehicle tells is told at once. */
  isUrgent = false;
  /** Whether a smoke incident is going on. */
  isSmoky = false;
  /** What the telematics unit recorded while it was offline; bounded by how long that lasts. */
  readonly memory: FleetEvent[] = [];

  readonly #recorder: StateRecorder;
  /** Up to which second (since 1970) it has moved and charged. Its sensors measure once a second. */
  #second: number;
  #heardAt = 0;
  #mileage: number;
  #level: number;
  #east: number;
  #north: number;
  /** Kilometres an hour. */
  #speed = 0;
  /** Radians, counter-clockwise from east. */
  #heading = 0;
  /** Percent a second. */
  #refill = 0;

  constructor({ id, plate, model, now, mileage, level, east, north, parkedAt }: VehicleBeginning) {
    this.id = id;
    this.plate = plate;
    this.model = model;
    this.#second = secondOf(now);
    this.#mileage = mileage;
    this.#level = level;
    this.#east = east;
    this.#north = north;
    const parked = secondOf(parkedAt);
    this.#recorder = new StateRecorder(model.equipment, parked);
    this.#measureWay(parked);
    this.#measureLevel(parked);
    // nothing of this is news
    this.#recorder.takeChanges();
  }

  /** Percent of a full battery or tank. */
  get level(): number {
    return this.#level;
  }

  get isDriving(): boolean {
    return this.#speed > 0;
  }

  get isRefilling(): boolean {
    return this.#refill > 0;
  }

  /** Kilometres from the middle of the town. */
  get distance(): number {
    return Math.hypot(this.#east, this.#north);
  }

  /** The direction to the middle of the town, in radians. */
  get homeward(): number {
    return Math.atan2(-this.#north, -this.#east);
  }

  /** The whole state, as it is published; to be written down before the vehicle goes on. */
  get state(): Readonly<VehicleState> {
    return this.#recorder.state;
  }

  /** What changed since the last report. */
  takeChanges(): Partial<VehicleState> {
    return this.#recorder.takeChanges();
  }

  /** `now` in milliseconds since 1970; not twice in a second. */
  set<Name extends 'central_lock' | 'driving_enabled' | 'ignition'>(
    name: Name,
    value: VehicleState[Name]['value'],
    now: number,
  ): void {
    this.#recorder.change(name, value, secondOf(now));
  }

  /** How well it hears the network, 0 to 5; asked for more often than once a second, it says the same. */
  hear(quality: number, now: number): void {
    const second = secondOf(now);
    if (second === this.#heardAt) return;
    this.#heardAt = second;
    this.#recorder.change('cellular_signal_quality', quality, second);
  }

  /** Kilometres an hour, and radians counter-clockwise from east. */
  drive(speed: number, heading: number): void {
    this.#speed = speed;
    this.#heading = heading;
  }

  stop(): void {
    this.#speed = 0;
  }

  startRefill(): void {
    this.#refill = this.model.refill;
  }

  stopRefill(): void {
    this.#refill = 0;
  }

  /** Moves and charges up to this moment (milliseconds since 1970). */
  advance(now: number): void {
    const second = secondOf(now);
    const seconds = second - this.#second;
    if (seconds <= 0) return;
    this.#second = second;
    if (this.#speed > 0) {
      const way = (this.#speed * seconds) / 3600;
      this.#mileage += way;
      this.#east += way * Math.cos(this.#heading);
      this.#north += way * Math.sin(this.#heading);
      this.#level = Math.max(0, this.#level - (way / this.model.range) * 100);
      this.#measureWay(second);
      this.#measureLevel(second);
    } else if (this.#refill > 0 && this.#level < 100) {
      this.#level = Math.min(100, this.#level + this.#refill * seconds);
      this.#measureLevel(second);
    }
  }

  /** The world stood still for so many seconds: nothing happened in them. */
  rest(seconds: number): void {
    this.#second += seconds;
  }

  #measureWay(second: number): void {
    const lat = rounded(TOWN.lat + this.#north / KILOMETERS_PER_DEGREE, 5);
    const lon = rounded(TOWN.lon + this.#east / EAST_PER_DEGREE, 5);
    this.#recorder.measure('position', { lat, lon }, second);
    this.#recorder.measure('mileage_in_kilometers', rounded(this.#mileage, 2), second);
  }

  #measureLevel(second: number): void {
    const level = rounded(this.#level, 1);
    this.#recorder.measure('state_of_charge_or_fuel_level_in_percent', level, second);
    // of the level as it is told, so that the two always fit together
    const range = rounded((level / 100) * this.model.range, 1);
    this.#recorder.measure('remaining_range_in_kilometers', range, second);
  }
}

function secondOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

function rounded(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
