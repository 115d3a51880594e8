/** Rules for one vehicle's life, read in the order in which things happened. */
import { isDeepStrictEqual } from 'node:util';
import type { Complain, Property, ReadEvent } from './published';

/** What the state says of how far it went and what that took. */
interface Measured {
  readonly mileage: number;
  /** Seconds since 1970. */
  readonly mileageAt: number;
  readonly level: number;
  readonly range: number;
  readonly position: { readonly lat: number; readonly lon: number };
}

/** Seconds under which a trip is discarded. */
const SHORTEST_TRIP = 60;
/** Kilometres an hour that no shared car is driven at. */
const TOO_FAST = 150;
/** Kilometres, for the rounding of two positions and two mileages. */
const POSITION_TOLERANCE = 0.015;
const MILEAGE_TOLERANCE = 0.0101;
/** Percent, for the rounding of two levels. */
const LEVEL_TOLERANCE = 0.101;

export class VehicleHistory {
  rises = 0;
  leftOpen = 0;
  /** How often it was seen to leave the area. */
  outings = 0;
  lowestLevel = 100;
  readonly #known = new Map<string, Property>();
  #isRented: boolean | undefined;
  #plate: string | undefined;
  #trip: 'unknown' | 'running' | 'ended' | 'evaluated' = 'unknown';
  #tripStartedAt: number | undefined;
  #tripEndedAt = 0;
  #isSmoky = false;
  /** Kilometres with a full battery or tank, as far as the ranges told it. */
  #leastRange = 0;
  #mostRange = Number.POSITIVE_INFINITY;
  #measured: Measured | undefined;

  constructor(private readonly id: string) {}

  accept(event: ReadEvent, complain: Complain): void {
    const say: Complain = (rule, what) => complain(rule, `${this.id}: ${what}`);
    const before = this.#measured?.mileage;
    if (event.reason !== undefined) this.#change(event, say);
    if (event.state) this.#state(event.state, say);
    if (event.type === 'TripEnded' && before !== undefined && before !== this.#measured?.mileage) {
      say('trip', `it ended with another mileage than the drive before, ${before} km`);
    }
    if (event.type.startsWith('Trip')) this.#tripEvent(event, say);
    if (event.type.startsWith('Smoke')) this.#smokeEvent(event, say);
  }

  #change({ reason, isInRental, plate }: ReadEvent, say: Complain): void {
    const isNews = reason === 'RENTAL_STATUS_CHANGED';
    if (this.#isRented !== undefined && (isInRental !== this.#isRented) !== isNews) {
      say('rental', `${reason} does not fit to whether it was rented`);
    }
    this.#isRented = isInRental;
    const isNewPlate = this.#plate !== undefined && plate !== this.#plate;
    if (isNewPlate && reason !== 'MASTER_DATA_CHANGED') say('plate', `${reason} brought ${plate}`);
    if (plate === this.#plate && reason === 'MASTER_DATA_CHANGED') say('plate', 'nothing changed');
    this.#plate = plate;
    if (!isNews || isInRental) return;
    if (this.#is('ignition', 'ON')) say('driving', 'given back while it drives');
    if (this.#is('driving_enabled', true)) say('driving', 'given back, but can be driven');
    if (this.#is('central_lock', 'UNLOCKED')) this.leftOpen += 1;
  }

  #state(state: ReadonlyMap<string, Property>, say: Complain): void {
    const before = new Map(this.#known);
    for (const [name, property] of state) {
      if (name === 'sandbox_unknown_property') continue;
      const known = this.#known.get(name);
      if (known && property.timestamp < known.timestamp) {
        say('timestamp', `${name} went back from ${known.timestamp} to ${property.timestamp}`);
      }
      const isSame = known?.timestamp === property.timestamp;
      if (isSame && !isDeepStrictEqual(known?.value, property.value)) {
        say('timestamp', `${name} had two values at ${property.timestamp}`);
      }
      this.#known.set(name, property);
    }
    this.#switches(before, say);
    const measured = this.#readMeasured();
    if (!measured) return;
    this.#fullRange(measured, say);
    const wasInside = this.#measured && !isOutside(this.#measured.position);
    if (wasInside && isOutside(measured.position)) this.outings += 1;
    if (this.#measured) this.#movement(this.#measured, measured, before, say);
    this.#measured = measured;
    this.lowestLevel = Math.min(this.lowestLevel, measured.level);
  }

  #switches(before: ReadonlyMap<string, Property>, say: Complain): void {
    const turned = (name: string, value: unknown) =>
      before.has(name) && before.get(name)?.value !== value && this.#is(name, value);
    if (turned('central_lock', 'UNLOCKED') && this.#isRented === false) {
      say('lock', 'unlocked although nobody rents it');
    }
    if (turned('driving_enabled', true) && this.#isRented === false) {
      say('driving', 'enabled although nobody rents it');
    }
    if (!this.#is('ignition', 'ON')) return;
    if (this.#is('central_lock', 'LOCKED')) say('lock', 'the ignition is on while it is locked');
    if (this.#is('driving_enabled', false)) say('driving', 'the ignition is on, but not enabled');
    if (this.#isRented === false) say('driving', 'the ignition is on, but nobody rents it');
  }

  /** Range and level tell how far a full battery or tank leads, always the same for a vehicle. */
  #fullRange({ level, range }: Measured, say: Complain): void {
    if (level === 0) {
      if (range > 0) say('range', `${range} km left with nothing`);
      return;
    }
    const least = ((range - 0.0501) / level) * 100;
    const most = ((range + 0.0501) / level) * 100;
    if (least > this.#mostRange || most < this.#leastRange) {
      say('range', `${range} km left with ${level} percent`);
      return;
    }
    this.#leastRange = Math.max(this.#leastRange, least);
    this.#mostRange = Math.min(this.#mostRange, most);
  }

  #movement(
    from: Measured,
    to: Measured,
    before: ReadonlyMap<string, Property>,
    say: Complain,
  ): void {
    const way = to.mileage - from.mileage;
    const used = from.level - to.level;
    const wasOn = before.get('ignition')?.value === 'ON';
    if (way < 0) say('mileage', `it fell by ${-way} km`);
    if (way > 0 && !wasOn) say('driving', `${way} km with the ignition off`);
    if (way > 0 && (this.#trip === 'ended' || this.#trip === 'evaluated')) {
      say('trip', `${way} km after the trip had ended`);
    }
    if (used > 0 && !wasOn) say('level', 'it fell while standing');
    if (used < 0) this.rises += 1;
    if (used < 0 && (wasOn || way > 0)) say('level', 'it rose while driving');
    if (used < 0 && this.#isRented) say('level', 'it rose in a rental');

    const least = ((used - LEVEL_TOLERANCE) / 100) * this.#leastRange - MILEAGE_TOLERANCE;
    const most = ((used + LEVEL_TOLERANCE) / 100) * this.#mostRange + MILEAGE_TOLERANCE;
    if (used >= 0 && (way < least || way > most)) {
      say('consumption', `${way} km took ${used} percent, which is ${least} to ${most} km`);
    }
    const distance = kilometersBetween(from.position, to.position);
    if (distance > Math.max(0, way) + POSITION_TOLERANCE) {
      say('position', `${distance} km away after ${way} km`);
    }
    const hours = (to.mileageAt - from.mileageAt) / 3600;
    if (way > TOO_FAST * hours + MILEAGE_TOLERANCE) say('speed', `${way} km in ${hours} h`);
  }

  /** A trip lasts as long as driving is enabled: that is INVERS' default. */
  #tripEvent({ type, occurredAt }: ReadEvent, say: Complain): void {
    const enabled = this.#known.get('driving_enabled');
    const enabledAt = enabled && Date.parse(enabled.timestamp) / 1000;
    const isKnown = this.#trip !== 'unknown';
    const isTurn = (value: boolean) => enabled?.value === value && enabledAt === occurredAt;
    if (type === 'TripStarted') {
      if (isKnown && this.#trip !== 'evaluated') say('trip', 'a second one began');
      if (!isTurn(true)) say('trip', 'it began, but driving was not enabled then');
      this.#trip = 'running';
      this.#tripStartedAt = occurredAt;
    } else if (type === 'TripEnded') {
      if (isKnown && this.#trip !== 'running') say('trip', 'ended without having begun');
      if (!isTurn(false)) say('trip', 'it ended, but driving was not disabled then');
      this.#trip = 'ended';
      this.#tripEndedAt = occurredAt;
    } else {
      if (this.#trip !== 'ended') say('trip', `${type} without an end`);
      const length = this.#tripEndedAt - (this.#tripStartedAt ?? Number.NEGATIVE_INFINITY);
      if (
        this.#tripStartedAt !== undefined &&
        length < SHORTEST_TRIP !== (type === 'TripDiscarded')
      ) {
        say('trip', `${type} after ${length} s`);
      }
      this.#trip = 'evaluated';
    }
  }

  #smokeEvent({ type }: ReadEvent, say: Complain): void {
    const isBegin = type === 'SmokeDetected';
    if (isBegin === this.#isSmoky) say('smoke', `${type} out of turn`);
    this.#isSmoky = isBegin;
  }

  #is(name: string, value: unknown): boolean {
    return this.#known.get(name)?.value === value;
  }

  /** What is known by now, if all of it is; form.ts has looked at the values. */
  #readMeasured(): Measured | undefined {
    const mileage = this.#known.get('mileage_in_kilometers');
    const level = this.#known.get('state_of_charge_or_fuel_level_in_percent');
    const range = this.#known.get('remaining_range_in_kilometers');
    const position = this.#known.get('position');
    if (!mileage || !level || !range || !position) return undefined;
    return {
      mileage: mileage.value as number,
      mileageAt: Date.parse(mileage.timestamp) / 1000,
      level: level.value as number,
      range: range.value as number,
      position: position.value as Measured['position'],
    };
  }
}

/** Of the area that the sandbox's page names. */
function isOutside(position: Measured['position']): boolean {
  return kilometersBetween(position, { lat: 50.9375, lon: 6.9603 }) > 6;
}

/** On a sphere. */
function kilometersBetween(from: Measured['position'], to: Measured['position']): number {
  const radians = Math.PI / 180;
  const [lat1, lat2] = [from.lat * radians, to.lat * radians];
  const half = (angle: number) => Math.sin(angle / 2) ** 2;
  const chord =
    half(lat2 - lat1) + Math.cos(lat1) * Math.cos(lat2) * half((to.lon - from.lon) * radians);
  return 2 * 6371 * Math.asin(Math.sqrt(chord));
}
