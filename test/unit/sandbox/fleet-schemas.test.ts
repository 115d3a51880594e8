/** What the sandbox's fleet sends is what the catalogue knows of events. */
import assert from 'node:assert/strict';
import { readEvent } from '../../../src/events/read-event';
import { SchemaSet } from '../../../src/events/schema-set';
import { fleetStream } from '../../support/fleet-stream';

describe('the events of the sandbox’s fleet', () => {
  it('fit the schemas of their types, and only what it makes up on purpose has none', () => {
    const schemas = new SchemaSet();
    const checked = new Set<string>();
    const unchecked = new Set<string>();
    for (const { body, properties } of fleetStream(20_000, { vehicles: 200, rate: 20, seed: 3 })) {
      const read = readEvent(body, properties, schemas);
      assert.ok(!('invalid' in read), 'invalid' in read ? read.invalid.message : '');
      (read.check.schema === null ? unchecked : checked).add(read.event.metadata.type);
    }
    assert.deepEqual([...unchecked], ['SandboxUnknownType']);
    assert.deepEqual([...checked].sort(), [
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
});
