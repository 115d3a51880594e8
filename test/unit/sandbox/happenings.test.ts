/** What somebody wants to see happens at once, whatever the rate, and fits to everything else that the fleet tells. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Fleet, type FleetEvent, type Happening } from '../../../src/sandbox/fleet/fleet';
import { FleetFeed } from '../../../src/sandbox/fleet-feed';
import { effort } from '../../support/effort';
import { checkFleet, type Published } from '../../support/fleet-checker';
import { type Body, bodyOf, START } from '../../support/fleet-stream';
import { MovedClock } from '../../support/moved-clock';

/** What a flow would look for, in the events of the vehicle in their order. */
const SEEN: Readonly<Record<Happening, (bodies: readonly Body[], plate: string) => boolean>> = {
  battery: (bodies) => {
    const levels = bodies.map((body) =>
      Number(body.data.vehicle_state?.['state_of_charge_or_fuel_level_in_percent']?.value),
    );
    const before = levels.findIndex((level) => level >= 20);
    return before >= 0 && levels.slice(before).some((level) => level < 20);
  },
  smoke: (bodies) => bodies.some(({ metadata }) => metadata['type'] === 'SmokeDetected'),
  unlocked: (bodies) => {
    const locks = bodies.flatMap(({ data }) => data.vehicle_state?.['central_lock']?.value ?? []);
    const isFree = lastStatus(bodies) === 'NOT_IN_RENTAL';
    const hasTrip = bodies.some(({ metadata }) => metadata['type'] === 'TripEnded');
    return locks.at(-1) === 'UNLOCKED' && isFree && hasTrip;
  },
  outside: (bodies) => {
    const places = bodies.map(({ data }) => data.vehicle_state?.['position']?.value);
    const inside = places.findIndex((place) => place && !isOutside(place));
    return inside >= 0 && places.slice(inside).some((place) => place && isOutside(place));
  },
  offline: (bodies) => bodies.some(({ data }) => data.reasons?.[0] === 'LIFE_STATUS_CHANGED'),
  plate: (bodies, plate) =>
    bodies.some(
      ({ data: { reasons, vehicle } }) =>
        reasons?.[0] === 'MASTER_DATA_CHANGED' && vehicle?.master_data.license_plate !== plate,
    ),
};
const HAPPENINGS = Object.keys(SEEN) as Happening[];

function lastStatus(bodies: readonly Body[]): string | undefined {
  return bodies.flatMap(({ data: { vehicle } }) => vehicle?.rental_status.value ?? []).at(-1);
}

/** Of the circle of six kilometres, as a flow measures it. */
function isOutside(place: unknown): boolean {
  const { lat, lon } = place as { lat: number; lon: number };
  const radians = Math.PI / 180;
  const north = (lat - 50.9375) * radians;
  const east = (lon - 6.9603) * radians * Math.cos(50.9375 * radians);
  return 6_371_000 * Math.hypot(north, east) > 6_000;
}

function createFeed(options: { rate?: number; vehicles?: number; seed?: number } = {}) {
  const clock = new MovedClock(START);
  const fleet = new Fleet({
    vehicles: 20,
    seed: 1,
    duplicates: 2,
    start: START,
    rate: 2,
    ...options,
  });
  const delivered: Published[] = [];
  const deliver = (event: FleetEvent) => delivered.push({ ...event, at: clock.now() });
  const feed = new FleetFeed(fleet, deliver, clock);
  feed.start();
  return { clock, delivered, feed };
}

describe('what is made to happen in the sandbox', () => {
  for (const happening of HAPPENINGS) {
    it(`${happening}: is told within two and a half seconds, each time, and contradicts nothing`, async () => {
      for (const options of [
        {},
        { rate: 1 / 60 },
        { rate: 30, vehicles: 100 },
        { rate: 0.5, vehicles: 1 },
        { rate: 1, vehicles: 200, seed: 4 },
      ]) {
        const { clock, delivered, feed } = createFeed(options);
        await clock.pass(15_000);
        for (let count = 0; count < 3; count += 1) {
          const from = delivered.length;
          const to = feed.happen(happening);
          // the only one may be out of reach just now
          if (!to) {
            assert.equal(options.vehicles, 1);
            await clock.pass(120_000);
            continue;
          }
          await clock.pass(2_500);
          const bodies = delivered
            .slice(from)
            .map(bodyOf)
            .filter(({ data }) => data.vehicle_id === to.vehicleId);
          const seen = JSON.stringify(bodies, undefined, 1);
          assert.ok(SEEN[happening](bodies, to.plate), `${JSON.stringify(options)}: ${seen}`);
          await clock.pass(4_000);
        }
        await clock.pass(60_000 / Math.min(1, options.rate ?? 2));
        feed.stop();
        assert.deepEqual(checkFleet(delivered).complaints, []);
      }
    });
  }

  it('contradicts nothing whatever is asked for, and when, and how often', async () => {
    const press = fc.tuple(
      fc.integer({ min: 0, max: 5_000 }),
      fc.constantFrom<Happening>(...HAPPENINGS),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          rate: fc.oneof(fc.constant(1 / 60), fc.double({ min: 0.1, max: 40, noNaN: true })),
          vehicles: fc.integer({ min: 1, max: 30 }),
          seed: fc.integer(),
        }),
        fc.array(press, { maxLength: 40 }),
        async (options, presses) => {
          const { clock, delivered, feed } = createFeed(options);
          for (const [pause, happening] of presses) {
            await clock.pass(pause);
            feed.happen(happening);
          }
          await clock.pass(100_000);
          feed.stop();
          assert.equal(clock.pending, 0);
          assert.deepEqual(checkFleet(delivered).complaints, []);
        },
      ),
      { numRuns: effort(30) },
    );
  });

  it('can be asked for in the first moment, before anything else was told', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom<Happening>(...HAPPENINGS), (seed, happening) => {
        const size = { vehicles: 3, duplicates: 0, start: START, rate: 1 / 60 };
        const fleet = new Fleet({ ...size, seed });
        fleet.happen(happening, START);
        const stream = Array.from({ length: 40 }, () => fleet.next());
        assert.deepEqual(checkFleet(stream).complaints, []);
      }),
      { numRuns: effort(100) },
    );
  });

  it('comes beyond the rate: what else there is to tell comes as it would have', async () => {
    const { clock, delivered, feed } = createFeed({ rate: 1 });
    await clock.pass(10_000);
    const before = delivered.length;
    for (let count = 0; count < 5; count += 1) feed.happen('plate');
    await clock.pass(10_000);
    feed.stop();
    const plates = delivered
      .slice(before)
      .map(bodyOf)
      .filter(({ data }) => data.reasons?.[0] === 'MASTER_DATA_CHANGED');
    assert.equal(plates.length, 5);
    assert.ok(delivered.length - before >= 14, `${delivered.length - before} events`);
  });

  it('goes on after a long sleep of the machine', async () => {
    const fleet = new Fleet({ vehicles: 20, seed: 1, duplicates: 0, start: START, rate: 1 / 60 });
    const stream: Published[] = [fleet.next()];
    assert.ok(fleet.happen('outside', START + 1_000));
    stream.push(fleet.next());
    fleet.rest(8 * 3_600_000);
    for (let count = 0; count < 300; count += 1) stream.push(fleet.next());
    assert.deepEqual(checkFleet(stream).complaints, []);
    assert.ok(checkFleet(stream).outings > 0);
  });

  it('lets a thousand vehicles join at most', () => {
    const fleet = new Fleet({ vehicles: 1, seed: 1, duplicates: 0, start: START, rate: 1 });
    const joined = new Set<string>();
    for (let count = 0; count < 1_000; count += 1) {
      joined.add(fleet.happen('battery', START)?.vehicleId ?? '');
    }
    assert.equal(joined.size, 1_000);
    assert.equal(fleet.happen('outside', START), undefined);
  });

  it('lets others join each time the sandbox starts, whom no flow has told of yet', () => {
    const joined = [START, START + 60_000].map((start) => {
      const fleet = new Fleet({ vehicles: 20, seed: 1, duplicates: 0, start, rate: 2 });
      return [1, 2].map(() => fleet.happen('battery', start)?.vehicleId);
    });
    const ids = joined.flat();
    assert.equal(new Set(ids).size, 4);
    for (const id of ids) assert.match(id ?? '', /^SB[0-9A-Z]{3}$/);
  });
});
