/** What may befall a vehicle while it is rented: no network, or somebody who smokes. */
import { type Script, seconds, unhurried, type World } from './life';
import type { Vehicle } from './vehicle';

/**
 * The vehicle drives where there is no network. Its telematics unit goes on recording, and when the
 * network is back its events arrive late, all at once, with the time at which they happened.
 */
export function* goOffline(vehicle: Vehicle, world: World): Script {
  yield seconds(world, 5, 60);
  if (!vehicle.isOnline) return;
  vehicle.isOnline = false;
  world.announce(vehicle, 'LIFE_STATUS_CHANGED');
  yield* runOffline(vehicle, world, world.random.whole(2, 7));
}

/** From going offline until the network is back. */
export function* runOffline(vehicle: Vehicle, world: World, count: number): Script {
  for (let records = count; records > 0; records -= 1) {
    yield unhurried(world, 10, 20);
    world.record(vehicle, 'VehicleStateRecorded');
  }
  yield unhurried(world, 1, 10);
  vehicle.isOnline = true;
  world.announce(vehicle, 'LIFE_STATUS_CHANGED');
}

/** Source of the two events and their order: INVERS documentation, "Smoke detection". */
export function* smoke(vehicle: Vehicle, world: World): Script {
  if (!vehicle.model.hasSmokeSensor || vehicle.isSmoky) return;
  vehicle.isSmoky = true;
  yield seconds(world, 8, 40);
  world.record(vehicle, 'SmokeDetected');
  yield* stopSmoking(vehicle, world);
}

export function* stopSmoking(vehicle: Vehicle, world: World): Script {
  yield unhurried(world, 20, 90);
  world.record(vehicle, 'SmokeDataReady');
  vehicle.isSmoky = false;
}
