/** A topic says once of each version that it could not check, and counts the events. */
import assert from 'node:assert/strict';
import { EventReader } from '../../../nodes/runtime/topic/event-reader';
import { SchemaSet } from '../../../src/events/schema-set';
import { eventBody } from '../../support/events';

function delivery(metadata: Record<string, unknown>, data?: Record<string, unknown>) {
  const body = Buffer.from(eventBody(metadata, data));
  return { id: 'd', body, properties: { headers: {} }, redelivered: false };
}

describe('reading the events of a topic', () => {
  it('says once that a version is not known, and counts its events', () => {
    const warnings: string[] = [];
    const reader = new EventReader({ schemas: new SchemaSet() }, (text) => warnings.push(text));
    for (const version of [2, 3, 3, 4, 3, 2]) {
      const found = reader.read(delivery({ schema_major_version: version }));
      assert.ok('event' in found);
      assert.equal(found.check.schema, version === 2 ? 'VehicleStateRecorded@2' : null);
    }
    assert.equal(reader.unchecked, 4);
    assert.equal(warnings.length, 2);
    assert.match(
      warnings[0] ?? '',
      /^"VehicleStateRecorded" comes in major version 3, which is not/,
    );
    assert.match(warnings[1] ?? '', /a schema VehicleStateRecorded@4/);
  });

  it('says nothing of types that nobody knows, and does not count them', () => {
    const reader = new EventReader({ schemas: new SchemaSet() }, (text) => assert.fail(text));
    reader.read(delivery({ type: 'Unheard' }));
    assert.equal(reader.unchecked, 0);
  });

  it('does not fill the log when a queue invents versions', () => {
    let warnings = 0;
    const reader = new EventReader({ schemas: new SchemaSet() }, () => {
      warnings += 1;
    });
    for (let version = 3; version < 1003; version++) {
      reader.read(delivery({ schema_major_version: version }));
    }
    assert.equal(reader.unchecked, 1000);
    assert.equal(warnings, 100);
  });

  it('looks at the envelope only, where nothing else is asked for', () => {
    const reader = new EventReader({ schemas: undefined }, (text) => assert.fail(text));
    const found = reader.read(delivery({}, { mileage_in_kilometers: 'far' }));
    assert.ok('event' in found);
    assert.equal(found.check.schema, null);
    assert.equal(reader.unchecked, 0);
  });
});
