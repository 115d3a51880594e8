/** What happens to vehicles in the sandbox's town, where whole streams would show it too rarely. */
import assert from 'node:assert/strict';
import type { FleetEvent } from '../../../src/sandbox/fleet/events';
import { goOffline, smoke } from '../../../src/sandbox/fleet/incidents';
import type { Script, World } from '../../../src/sandbox/fleet/life';
import { MODELS } from '../../../src/sandbox/fleet/models';
import { Random } from '../../../src/sandbox/fleet/random';
import { Town } from '../../../src/sandbox/fleet/town';
import { Vehicle } from '../../../src/sandbox/fleet/vehicle';
import { bodyOf, START } from '../../support/fleet-stream';

const HOUR = 3_600_000;

/** A world that notes what is told in it. */
function createWorld() {
  const told: string[] = [];
  const world: World = {
    random: new Random(1),
    pace: 1,
    now: () => START,
    plate: () => 'SBX-A 101',
    flow: () => 'flow',
    recordChanges: () => undefined,
    record: (_vehicle, type) => told.push(type),
    announce: (_vehicle, reason) => told.push(reason),
    begin: () => assert.fail('nothing else begins'),
  };
  return { world, told };
}

function createVehicle(): Vehicle {
  const model = MODELS.find(({ hasSmokeSensor }) => hasSmokeSensor) ?? MODELS[0];
  const place = { mileage: 100, level: 80, east: 0, north: 0 };
  return new Vehicle({
    id: 'SB000',
    plate: 'SBX-A 100',
    model,
    now: START,
    parkedAt: START - HOUR,
    ...place,
  });
}

/** One step of each script, and again, until all are done. */
function runTogether(...scripts: Script[]): void {
  let running = scripts;
  while (running.length > 0) running = running.filter((script) => !script.next().done);
}

describe('a vehicle in the sandbox', () => {
  it('has one smoke incident at a time, and later another', () => {
    const { world, told } = createWorld();
    const vehicle = createVehicle();
    runTogether(smoke(vehicle, world), smoke(vehicle, world));
    assert.deepEqual(told, ['SmokeDetected', 'SmokeDataReady']);
    runTogether(smoke(vehicle, world));
    assert.deepEqual(told, ['SmokeDetected', 'SmokeDataReady', 'SmokeDetected', 'SmokeDataReady']);
  });

  it('does not go offline while it is', () => {
    const { world, told } = createWorld();
    const vehicle = createVehicle();
    runTogether(goOffline(vehicle, world), goOffline(vehicle, world));
    const changes = told.filter((reason) => reason === 'LIFE_STATUS_CHANGED');
    assert.equal(changes.length, 2);
    assert.equal(vehicle.isOnline, true);
  });

  it('is not rented while there is more to tell than can be told', () => {
    const published: FleetEvent[] = [];
    let isBehind = true;
    const town = new Town({
      vehicles: 30,
      random: new Random(1),
      start: START,
      demand: 0.1,
      pace: 1,
      publish: (event) => published.push(event),
      publishNow: () => assert.fail('nobody asked for anything'),
      hurry: () => undefined,
      isBehind: () => isBehind,
    });
    const rentals = () =>
      published.filter((event) => {
        const { reasons, vehicle } = bodyOf({ ...event, at: 0 }).data;
        const isInRental = vehicle?.rental_status.value === 'IN_RENTAL';
        return isInRental && reasons?.[0] === 'RENTAL_STATUS_CHANGED';
      }).length;
    town.liveUntil(START + HOUR / 10);
    assert.equal(rentals(), 0);
    isBehind = false;
    town.liveUntil(START + HOUR / 5);
    assert.ok(rentals() > 10, `${rentals()} rentals`);
  });
});
