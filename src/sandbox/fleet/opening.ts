/** The fleet as the sandbox finds it, in the middle of a day: some drive, some charge, some are low. */
import { goOffline, smoke } from './incidents';
import { type Script, seconds, type World } from './life';
import { MODELS } from './models';
import { isLow, refill } from './refill';
import { rentalUnderWay } from './rental';
import { Vehicle, type VehicleBeginning } from './vehicle';

/** Spreads any number of vehicles evenly over all levels: the fraction of the golden ratio. */
const GOLDEN = 0.618_034;
/** Percent; nobody is on their way with less. */
const ENOUGH = 10;
/** Seconds that a rental's drive takes on average. */
const DRIVE = 100;

export interface Opening {
  readonly vehicles: number;
  /** Rentals that begin in a second. */
  readonly demand: number;
}

export function open(world: World, { vehicles, demand }: Opening): Vehicle[] {
  const fleet = Array.from({ length: vehicles }, (_, index) => create(world, index));
  const drive = DRIVE * world.pace * 1000;
  const rentals = Math.min(Math.floor(vehicles / 2), Math.round((demand * drive) / 1000));
  const charged = fleet.filter((vehicle) => vehicle.level >= ENOUGH);
  const moving = new Set(charged.slice(0, rentals));
  // evenly, so that one trip after the other ends, the first one soon
  const apart = drive / Math.max(1, moving.size);
  let left = apart * world.random.between(0.1, 1);
  for (const vehicle of moving) {
    world.begin(vehicle, rentalUnderWay(vehicle, world, left));
    left += apart;
  }
  // what is rare would else be seen late
  const [last, lastButOne] = [...moving].reverse();
  const smoker = [...moving].findLast((vehicle) => vehicle.model.hasSmokeSensor);
  if (smoker) world.begin(smoker, smoke(smoker, world));
  const driver = smoker === last ? lastButOne : last;
  if (driver) world.begin(driver, goOffline(driver, world));

  for (const vehicle of fleet.filter((other) => !moving.has(other))) {
    if (isLow(vehicle)) world.begin(vehicle, waitForRefill(vehicle, world));
    else if (world.random.percent(20)) world.begin(vehicle, refill(vehicle, world));
  }
  return fleet;
}

function* waitForRefill(vehicle: Vehicle, world: World): Script {
  vehicle.isBusy = true;
  yield seconds(world, 30, 300);
  yield* refill(vehicle, world);
}

/** The vehicle with this number; `found`: what is not left to chance. */
export function create(
  world: World,
  index: number,
  found: Partial<VehicleBeginning> = {},
): Vehicle {
  const { random } = world;
  const now = world.now();
  const model = MODELS[index % MODELS.length] ?? MODELS[0];
  return new Vehicle({
    // five characters, as INVERS' ids have
    id: `SB${index.toString(36).toUpperCase().padStart(3, '0')}`,
    plate: world.plate(),
    model,
    now,
    mileage: random.between(200, 60_000),
    level: 6 + 92 * (((index + 1) * GOLDEN + random.between(0, 0.05)) % 1),
    east: random.between(-4, 4),
    north: random.between(-4, 4),
    parkedAt: now - random.between(90, 3_600) * 1000,
    ...found,
  });
}
