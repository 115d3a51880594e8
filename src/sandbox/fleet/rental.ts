/** A rental: somebody takes a vehicle, drives once or twice, and gives it back, mostly locked. */
import { goOffline, smoke } from './incidents';
import { type Script, seconds, unhurried, type World } from './life';
import { isLow, refill } from './refill';
import { AREA, type Vehicle } from './vehicle';

/** INVERS throws trips away that are shorter. Source: its documentation, "Trips". */
const SHORTEST_TRIP = 60;
/** Kilometres from the middle at which people turn round, so that they stay in the area. */
const TURN = AREA.kilometers - 0.7;
/** Kilometres from the middle from which some leave the area, and percent of the trips on which they do. */
const NEAR_THE_EDGE = 3.5;
const OUTINGS = 20;
/** Kilometres from the middle at which they turn round as well. */
const FAR_OUT = AREA.kilometers + 1;
/** Percent with which nobody drives on. */
const EMPTY = 4;
/** Milliseconds for which a trip goes on that was there before the sandbox. */
const LONG_ENOUGH = 70_000;

type Direction = 'anywhere' | 'outwards';

export function* rental(vehicle: Vehicle, world: World): Script {
  vehicle.isBusy = true;
  vehicle.isRented = true;
  world.announce(vehicle, 'RENTAL_STATUS_CHANGED');
  yield seconds(world, 2, 5);
  if (world.random.percent(12)) yield* changeOfMind(vehicle, world);
  yield* trip(vehicle, world);
  if (world.random.percent(25)) {
    lock(vehicle, world);
    yield unhurried(world, 25, 60);
    yield* trip(vehicle, world);
  }
  yield* giveBack(vehicle, world);
}

/** A rental that began before the sandbox: the vehicle is on its way for `left` more milliseconds. */
export function* rentalUnderWay(vehicle: Vehicle, world: World, left: number): Script {
  rentedOnTheWay(vehicle, world.now());
  yield* underWay(vehicle, world, left);
}

/** As if the trip had begun a while ago. */
export function rentedOnTheWay(vehicle: Vehicle, now: number): void {
  vehicle.isBusy = true;
  vehicle.isRented = true;
  const startedAt = now - LONG_ENOUGH;
  vehicle.set('central_lock', 'UNLOCKED', startedAt);
  vehicle.set('driving_enabled', true, startedAt);
  vehicle.set('ignition', 'ON', startedAt + 3_000);
}

export function* underWay(
  vehicle: Vehicle,
  world: World,
  left: number,
  where: Direction = 'anywhere',
): Script {
  const startedAt = world.now() - LONG_ENOUGH;
  yield* drive(vehicle, world, left, where);
  yield* endTrip(vehicle, world, startedAt);
  yield* giveBack(vehicle, world);
}

function* trip(vehicle: Vehicle, world: World): Script {
  const startedAt = startTrip(vehicle, world);
  if (world.random.percent(10)) world.begin(vehicle, goOffline(vehicle, world));
  if (world.random.percent(8)) world.begin(vehicle, smoke(vehicle, world));
  yield seconds(world, 2, 4);
  vehicle.set('ignition', 'ON', world.now());
  world.recordChanges(vehicle);
  yield seconds(world, 2, 4);
  const isOuting = vehicle.distance > NEAR_THE_EDGE && world.random.percent(OUTINGS);
  const where = isOuting ? 'outwards' : 'anywhere';
  yield* drive(vehicle, world, unhurried(world, 58, 140), where);
  yield* endTrip(vehicle, world, startedAt);
}

/** Somebody gets in, and out again. */
function* changeOfMind(vehicle: Vehicle, world: World): Script {
  const startedAt = startTrip(vehicle, world);
  yield seconds(world, 10, 30);
  yield* endTrip(vehicle, world, startedAt);
  yield seconds(world, 5, 10);
}

/** INVERS' default: a trip begins when driving is enabled, and ends when it is disabled. */
export function startTrip(vehicle: Vehicle, world: World): number {
  const now = world.now();
  const flow = world.flow();
  vehicle.set('central_lock', 'UNLOCKED', now);
  vehicle.set('driving_enabled', true, now);
  world.recordChanges(vehicle, flow);
  world.record(vehicle, 'TripStarted', flow);
  return now;
}

/** Straight on for a while, then another way, and so on. */
function* drive(vehicle: Vehicle, world: World, duration: number, where: Direction): Script {
  let left = duration;
  while (left > 0 && vehicle.level > EMPTY) {
    const way = Math.min(left, seconds(world, 10, 25));
    const [slowest, fastest] = vehicle.model.speed;
    const isOuting = where === 'outwards';
    const speed = world.random.between(isOuting ? (slowest + fastest) / 2 : slowest, fastest);
    vehicle.drive(speed, headingOf(vehicle, world, where));
    yield way;
    vehicle.advance(world.now());
    left -= way;
  }
  vehicle.stop();
}

function headingOf({ distance, homeward }: Vehicle, { random }: World, where: Direction): number {
  const isOuting = where === 'outwards';
  if (distance > (isOuting ? FAR_OUT : TURN)) return homeward;
  return isOuting ? homeward + Math.PI : random.between(-Math.PI, Math.PI);
}

function* endTrip(vehicle: Vehicle, world: World, startedAt: number): Script {
  vehicle.set('ignition', 'OFF', world.now());
  world.recordChanges(vehicle);
  yield seconds(world, 2, 4);
  stopTrip(vehicle, world, startedAt);
}

export function stopTrip(vehicle: Vehicle, world: World, startedAt: number): void {
  const now = world.now();
  const flow = world.flow();
  vehicle.set('driving_enabled', false, now);
  world.recordChanges(vehicle, flow);
  world.record(vehicle, 'TripEnded', flow);
  // whole seconds, because that is how long the trip is to those who read the events
  const length = Math.floor(now / 1000) - Math.floor(startedAt / 1000);
  world.begin(vehicle, evaluate(vehicle, world, length));
}

/** What INVERS does with a trip that ended. Nobody drives the vehicle before this is done. */
function* evaluate(vehicle: Vehicle, world: World, length: number): Script {
  yield seconds(world, 1, 4);
  world.record(vehicle, length < SHORTEST_TRIP ? 'TripDiscarded' : 'TripMetricsReady');
}

function lock(vehicle: Vehicle, world: World): void {
  vehicle.set('central_lock', 'LOCKED', world.now());
  world.recordChanges(vehicle, world.flow());
}

function* giveBack(vehicle: Vehicle, world: World): Script {
  const leavesOpen = world.random.percent(12);
  yield seconds(world, 2, 4);
  if (!leavesOpen) lock(vehicle, world);
  vehicle.isRented = false;
  world.announce(vehicle, 'RENTAL_STATUS_CHANGED');
  if (leavesOpen) yield* leaveOpen(vehicle, world, unhurried(world, 60, 180));
  if (world.random.percent(4)) {
    vehicle.plate = world.plate();
    world.announce(vehicle, 'MASTER_DATA_CHANGED');
  }
  yield unhurried(world, 15, 30);
  if (isLow(vehicle)) yield unhurried(world, 60, 240);
  if (isLow(vehicle) || world.random.percent(3)) yield* refill(vehicle, world);
  vehicle.isBusy = false;
}

/** Until somebody notices. */
export function* leaveOpen(vehicle: Vehicle, world: World, time: number): Script {
  yield time;
  lock(vehicle, world);
}
