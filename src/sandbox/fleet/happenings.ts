/** What can be made to happen now, to see a flow at work: each begins within a second or two, and then life goes on. */
import { runOffline, stopSmoking } from './incidents';
import { type Script, seconds, type World } from './life';
import { ELECTRIC_CAR, MOPED, type VehicleModel } from './models';
import { leaveOpen, rentedOnTheWay, startTrip, stopTrip, underWay } from './rental';
import { AREA, type Vehicle } from './vehicle';

export type Happening = 'battery' | 'smoke' | 'unlocked' | 'outside' | 'offline' | 'plate';

/** How a vehicle is found that joins the fleet; the rest is chance. */
export interface Joining {
  readonly model: VehicleModel;
  readonly level?: number;
  /** Kilometres from the middle of the town. */
  readonly east?: number;
  readonly north?: number;
}

/** Who is there to be chosen. */
export interface Scene {
  readonly vehicles: readonly Vehicle[];
  /** One that nobody rents or looks after. */
  drawFree(): Vehicle | undefined;
  /** One that was not there before, as nobody can be where a vehicle is wanted at once. Undefined = no more can come. */
  join(joining: Joining): Vehicle | undefined;
}

interface Course {
  choose(scene: Scene, world: World): Vehicle | undefined;
  /** Seconds at most, or all at one moment. What it tells is told at once. */
  begin(vehicle: Vehicle, world: World): Script | undefined;
  /** What follows, at the pace of the others. */
  goOn?(vehicle: Vehicle, world: World): Script;
}

/** Percent; the telling rounds it to 20.0, and a second of driving takes it below. */
const ALMOST_LOW = 19.96;
/** Kilometres before the edge: less than a second of driving, and more than what measuring on a sphere makes of it. */
const ALMOST_OUTSIDE = 0.01;
/** Milliseconds in which a vehicle's clock goes on by a second at least. */
const A_SECOND = 1_100;

const COURSES: Readonly<Record<Happening, Course>> = {
  battery: {
    choose: (scene) => scene.join({ model: MOPED, level: ALMOST_LOW }),
    begin: (vehicle, world) => driveAtOnce(vehicle, world, vehicle.homeward),
    goOn: (vehicle, world) => underWay(vehicle, world, seconds(world, 60, 120)),
  },
  smoke: {
    choose: (scene) => {
      const vehicle =
        find(scene, (each) => each.isDriving && canSmoke(each)) ??
        find(scene, canSmoke) ??
        scene.join({ model: ELECTRIC_CAR });
      // so that nobody else begins to smoke in it
      if (vehicle) vehicle.isSmoky = true;
      return vehicle;
    },
    begin(vehicle, world) {
      world.record(vehicle, 'SmokeDetected');
      return undefined;
    },
    goOn: stopSmoking,
  },
  unlocked: {
    choose: (scene) => scene.drawFree() ?? scene.join({ model: MOPED }),
    *begin(vehicle, world) {
      vehicle.isBusy = true;
      vehicle.isRented = true;
      world.announce(vehicle, 'RENTAL_STATUS_CHANGED');
      const startedAt = startTrip(vehicle, world);
      yield A_SECOND;
      stopTrip(vehicle, world, startedAt);
      vehicle.isRented = false;
      world.announce(vehicle, 'RENTAL_STATUS_CHANGED');
    },
    *goOn(vehicle, world) {
      yield* leaveOpen(vehicle, world, seconds(world, 400, 600));
      vehicle.isBusy = false;
    },
  },
  outside: {
    choose: (scene, world) => {
      const direction = world.random.between(-0.3, 0.3);
      const east = (AREA.kilometers - ALMOST_OUTSIDE) * Math.cos(direction);
      const north = (AREA.kilometers - ALMOST_OUTSIDE) * Math.sin(direction);
      return scene.join({ model: ELECTRIC_CAR, level: world.random.between(40, 95), east, north });
    },
    begin: (vehicle, world) => driveAtOnce(vehicle, world, vehicle.homeward + Math.PI),
    goOn: (vehicle, world) => underWay(vehicle, world, seconds(world, 30, 60), 'outwards'),
  },
  offline: {
    choose: (scene) => find(scene, (vehicle) => vehicle.isDriving) ?? find(scene, () => true),
    begin(vehicle, world) {
      // it may have lost the network since it was chosen
      if (!vehicle.isOnline) return undefined;
      vehicle.isOnline = false;
      world.announce(vehicle, 'LIFE_STATUS_CHANGED');
      world.begin(vehicle, runOffline(vehicle, world, world.random.whole(8, 12)));
      return undefined;
    },
  },
  plate: {
    choose: (scene) => find(scene, () => true),
    begin(vehicle, world) {
      vehicle.plate = world.plate();
      world.announce(vehicle, 'MASTER_DATA_CHANGED');
      return undefined;
    },
  },
};

export function isHappening(name: string): name is Happening {
  return Object.hasOwn(COURSES, name);
}

/** Whom it happens to; undefined where there is no vehicle for it just now. */
export function choose(happening: Happening, scene: Scene, world: World): Vehicle | undefined {
  return COURSES[happening].choose(scene, world);
}

export function* happen(happening: Happening, vehicle: Vehicle, world: World): Script {
  const { begin, goOn } = COURSES[happening];
  // it stands, and what comes before counts for nothing
  vehicle.advance(world.now());
  vehicle.isUrgent = true;
  const script = begin(vehicle, world);
  if (script) yield* script;
  vehicle.isUrgent = false;
  vehicle.isWanted = false;
  if (goOn) world.begin(vehicle, goOn(vehicle, world));
}

/** A vehicle that joins: somebody is on the way with it, and tells so before anything changes. */
function* driveAtOnce(vehicle: Vehicle, world: World, heading: number): Script {
  rentedOnTheWay(vehicle, world.now());
  world.announce(vehicle, 'MASTER_DATA_CHANGED');
  world.record(vehicle, 'VehicleStateRecorded');
  vehicle.drive(vehicle.model.speed[1], heading);
  yield A_SECOND;
  world.recordChanges(vehicle);
}

function canSmoke({ model, isSmoky }: Vehicle): boolean {
  return model.hasSmokeSensor && !isSmoky;
}

function find({ vehicles }: Scene, fits: (vehicle: Vehicle) => boolean): Vehicle | undefined {
  return vehicles.find((vehicle) => vehicle.isOnline && !vehicle.isWanted && fits(vehicle));
}
