/** Charging and refuelling, by the people who look after the fleet. */
import { type Script, seconds, type World } from './life';
import type { Vehicle } from './vehicle';

/** Percent below which a vehicle is not rented out any more but charged or refuelled. */
const LOW = 20;

export function isLow(vehicle: Vehicle): boolean {
  return vehicle.level < LOW;
}

/** As fast as vehicles really charge, so a battery takes a good part of an hour; a tank takes minutes. */
export function* refill(vehicle: Vehicle, world: World): Script {
  const target = world.random.between(85, 100);
  if (vehicle.level >= target) return;
  vehicle.isBusy = true;
  vehicle.advance(world.now());
  vehicle.startRefill();
  yield ((target - vehicle.level) / vehicle.model.refill) * 1000;
  vehicle.advance(world.now());
  vehicle.stopRefill();
  world.recordChanges(vehicle);
  yield seconds(world, 5, 20);
  vehicle.isBusy = false;
}
