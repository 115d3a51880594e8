/** The sandbox's fleet: consistent, repeatable, at the rate that was asked for, and never dull. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FLEET_QUEUES, Fleet, type FleetOptions } from '../../../src/sandbox/fleet/fleet';
import { effort } from '../../support/effort';
import { checkFleet, type Published } from '../../support/fleet-checker';
import { bodyOf, fleetStream, START } from '../../support/fleet-stream';

const HOUR = 3_600;

function* of(fleet: Fleet, count: number): Generator<Published> {
  for (let index = 0; index < count; index += 1) yield fleet.next();
}

function textOf(stream: Iterable<Published>): string {
  return [...stream]
    .map(({ body, ...rest }) => JSON.stringify({ ...rest, body: body.toString() }))
    .join('\n');
}

const anyOptions = fc.record({
  vehicles: fc.integer({ min: 1, max: 60 }),
  seed: fc.integer(),
  duplicates: fc.double({ min: 0, max: 100, noNaN: true }),
  rate: fc.oneof(
    fc.double({ min: 1 / 60, max: 5, noNaN: true }),
    fc.integer({ min: 5, max: 10_000 }),
  ),
  start: fc.integer({ min: START, max: START + 10_000_000 }),
});

describe('the fleet of the sandbox', () => {
  it('lives an hour with 1,000 vehicles without contradicting itself', function () {
    this.timeout(effort(120_000));
    const report = checkFleet(fleetStream(15 * HOUR, { vehicles: 1_000, rate: 15, seed: 7 }));
    assert.deepEqual(report.complaints, []);
    assert.equal(report.vehicles, 1_000);
    assert.ok(report.low > 10, `${report.low} low`);
    assert.ok(report.rises > 1_000, `levels rose ${report.rises} times`);
    assert.ok(report.leftOpen > 10, `${report.leftOpen} left open`);
    assert.ok(report.late > 100, `${report.late} late`);
    const types = Object.entries(report.types).filter(([, count]) => count > 10);
    assert.deepEqual(types.map(([type]) => type).sort(), [
      'SandboxUnknownType',
      'SmokeDataReady',
      'SmokeDetected',
      'TripDiscarded',
      'TripEnded',
      'TripMetricsReady',
      'TripStarted',
      'VehicleChanged',
      'VehicleStateRecorded',
    ]);
  });

  it('lives two weeks at one event in a minute without contradicting itself', () => {
    const report = checkFleet(fleetStream(14 * 24 * 60, { rate: 1 / 60, seed: 3 }));
    assert.deepEqual(report.complaints, []);
    assert.ok(report.low >= 15, `${report.low} low`);
  });

  it('does not contradict itself whatever its size, rate and seed', () => {
    fc.assert(
      fc.property(anyOptions, fc.integer({ min: 1, max: 1_500 }), (options, count) => {
        assert.deepEqual(checkFleet(fleetStream(count, options)).complaints, []);
      }),
      { numRuns: effort(30) },
    );
  });

  it('publishes the same bytes for the same seed, and others for another', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const text = textOf(fleetStream(300, options));
        assert.equal(textOf(fleetStream(300, options)), text);
        assert.notEqual(textOf(fleetStream(300, { ...options, seed: options.seed ^ 1 })), text);
      }),
      { numRuns: effort(20) },
    );
  });

  it('sends its events evenly, as many in a second as it was asked for', () => {
    for (const rate of [1 / 60, 0.7, 2, 333, 10_000]) {
      const sent = [...fleetStream(1_000, { rate, vehicles: 50 })].map((event) => event.at - START);
      sent.forEach((at, index) => {
        assert.equal(at, Math.floor((index * 1000) / rate));
      });
    }
  });

  it('passes over the moments at which its only vehicle is offline', () => {
    const stream = [...fleetStream(12_000, { vehicles: 1, rate: 2 })];
    const gaps = stream.slice(1).map((event, index) => event.at - (stream[index]?.at ?? 0));
    assert.ok(Math.max(...gaps) > 5_000, 'it was never offline');
    assert.ok(Math.min(...gaps) >= 500, 'it made up for it');
    assert.deepEqual(checkFleet(stream).complaints, []);
  });

  it('sends as many events twice as it was asked for', () => {
    for (const duplicates of [0, 2, 30, 100]) {
      const count = 5_000;
      const report = checkFleet(fleetStream(count, { duplicates }));
      const percent = (report.duplicates / (count - report.duplicates)) * 100;
      assert.ok(Math.abs(percent - duplicates) < 2, `${percent} percent, not ${duplicates}`);
    }
  });

  it('shows within a minute what a flow is made for', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const minute = [...fleetStream(120, { seed })];
      const report = checkFleet(minute);
      const { types } = report;
      for (const type of ['VehicleChanged', 'TripStarted', 'TripEnded', 'TripMetricsReady']) {
        assert.ok((types[type] ?? 0) > 0, `seed ${seed}: no ${type}`);
      }
      assert.ok((types['SmokeDetected'] ?? 0) > 0, `seed ${seed}: no smoke`);
      assert.ok(report.low > 0, `seed ${seed}: no low battery`);
    }
  });

  it('lets new types and properties come now and then, as INVERS says it may', () => {
    const states = [...fleetStream(4_000)].map((event) => bodyOf(event));
    const surprises = states.filter(({ data }) => data.vehicle_state?.['sandbox_unknown_property']);
    const types = states.filter(({ metadata }) => metadata['type'] === 'SandboxUnknownType');
    assert.ok(surprises.length > 0 && surprises.length < 100, `${surprises.length} properties`);
    assert.ok(types.length > 0 && types.length < 100, `${types.length} types`);
  });

  it('goes on after a rest as if there had been none, with current times', () => {
    fc.assert(
      fc.property(
        anyOptions,
        fc.array(fc.integer({ min: 1, max: 10_000_000 }), { maxLength: 5 }),
        (options, rests) => {
          const fleet = new Fleet(options);
          const stream = [...of(fleet, 200)];
          for (const rest of rests) {
            const before = stream.at(-1)?.at ?? 0;
            fleet.rest(rest);
            const [next, ...others] = of(fleet, 200);
            assert.ok(next && next.at >= before + rest, 'it did not rest');
            stream.push(next, ...others);
          }
          assert.deepEqual(checkFleet(stream).complaints, []);
        },
      ),
      { numRuns: effort(40) },
    );
  });

  it('keeps its backlog short', () => {
    for (const options of [
      { vehicles: 1_000, rate: 1 },
      { vehicles: 20, rate: 1 / 60, duplicates: 100 },
    ] satisfies Partial<FleetOptions>[]) {
      const rate = options.rate;
      const stream = [...fleetStream(3_000, options)];
      const seen = new Set<string>();
      for (const { at, properties } of stream) {
        if (seen.has(properties.messageId)) continue;
        seen.add(properties.messageId);
        const events = ((at - properties.timestamp * 1000) / 1000) * rate;
        assert.ok(events < 300, `an event came ${events} events after it happened`);
      }
    }
  });

  it('names its queues, and uses no others', () => {
    const used = new Set([...fleetStream(500)].map(({ queue }) => queue));
    assert.deepEqual([...used].sort(), [...FLEET_QUEUES].sort());
  });

  it('says which option is wrong, and how', () => {
    const options = { vehicles: 20, seed: 1, duplicates: 2, start: START, rate: 2 };
    const wrong: [Partial<FleetOptions>, RegExp][] = [
      [{ vehicles: 0 }, /"vehicles".*1 to 10000, not 0/],
      [{ vehicles: 1.5 }, /"vehicles".*not 1.5/],
      [{ vehicles: Number.NaN }, /"vehicles".*not NaN/],
      [{ seed: 0.5 }, /"seed"/],
      [{ duplicates: 101 }, /"duplicates".*0 to 100, not 101/],
      [{ rate: 0.01 }, /"rate".*1\/60 to 10000, not 0.01/],
      [{ rate: 10_001 }, /"rate"/],
    ];
    for (const [option, message] of wrong) {
      assert.throws(() => new Fleet({ ...options, ...option }), { name: 'RangeError', message });
    }
  });
});
