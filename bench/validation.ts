/** What checking an event's data costs on top of reading the event: both in one process, turn by turn. */
import { loadOwnSchemas } from '../src/events/own-schemas';
import { readEvent } from '../src/events/read-event';
import { SchemaSet } from '../src/events/schema-set';
import { events } from './events';
import { median } from './statistics';

export interface ValidationCost {
  /** Bytes of an event, on the average. */
  readonly size: number;
  /** Microseconds for an event: the median over the rounds, of each round's own difference. */
  readonly reading: number;
  readonly builtIn: number;
  readonly own: number;
  /** The dearest round, of `builtIn`. */
  readonly worst: number;
}

/** As many different ones, so that no cache of the processor has them all. */
const eventCount = 5_000;
const rounds = 41;
/** Rounds in which code is compiled. */
const warmUp = 5;

export function measureValidation(): ValidationCost {
  const bodies = [...events(eventCount)].map(({ body }) => body);
  const builtIn = new SchemaSet();
  const own = ownSet();
  const taken = { reading: [] as number[], builtIn: [] as number[], own: [] as number[] };
  for (let round = 0; round < rounds + warmUp; round++) {
    const reading = timed(bodies, undefined);
    const checked = timed(bodies, builtIn);
    const ownChecked = timed(bodies, own);
    if (round < warmUp) continue;
    taken.reading.push(reading);
    taken.builtIn.push(checked - reading);
    taken.own.push(ownChecked - reading);
  }
  return {
    size: bodies.reduce((sum, { length }) => sum + length, 0) / bodies.length,
    reading: median(taken.reading),
    builtIn: median(taken.builtIn),
    own: median(taken.own),
    worst: Math.max(...taken.builtIn),
  };
}

/** Microseconds of processor time for an event: what else the machine does is not counted. */
function timed(bodies: readonly Buffer[], schemas: SchemaSet | undefined): number {
  const properties = { headers: {} };
  const begun = process.cpuUsage();
  let unusable = 0;
  for (const body of bodies) {
    if ('invalid' in readEvent(body, properties, schemas)) unusable += 1;
  }
  const { user, system } = process.cpuUsage(begun);
  if (unusable > 0) throw new Error(`${unusable} of the benchmark's events are unusable.`);
  return (user + system) / bodies.length;
}

/** A user's, of the same size: the properties of the state, where they stand in these events. */
function ownSet(): SchemaSet {
  const state = { $ref: 'urn:node-red-invers:vehicle-state' };
  const pattern = '^V\\d{4}$';
  const schema = {
    type: 'object',
    required: ['vehicle_id'],
    properties: { vehicle_id: { type: 'string', pattern }, vehicle_state: state },
  };
  const pasted = JSON.stringify({ 'VehicleStateRecorded@2': schema, 'VehicleChanged@2': schema });
  const { schemas, troubles } = loadOwnSchemas(pasted, '');
  if (troubles.length > 0) throw new Error(troubles.join('\n'));
  return new SchemaSet(schemas);
}
