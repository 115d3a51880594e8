/** Every known event type, with events that must pass and events that must not. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { EVENT_TYPES, findEventType, schemaKey } from '../../../src/events/catalogue';
import { readEvent } from '../../../src/events/read-event';
import { SchemaSet } from '../../../src/events/schema-set';
import { fixtures } from '../../support/event-fixtures';
import { repositoryRoot } from '../../support/node-red-home';

const schemas = new SchemaSet();

function read(event: unknown) {
  return readEvent(Buffer.from(JSON.stringify(event)), { headers: {} }, schemas);
}

/** What `msg.schema` says of a checked event of this type. */
function schemaOf(type: string): string {
  const entry = findEventType(type);
  assert.ok(entry);
  return schemaKey(entry);
}

describe('an event of a known type', () => {
  for (const kind of ['valid', 'compatible'] as const) {
    describe(kind === 'valid' ? 'passes' : 'passes after a change that INVERS may make', () => {
      for (const { type, title, content } of fixtures(kind)) {
        it(`${type}: ${title}`, () => {
          const { metadata, data } = content;
          assert.deepEqual(read(content), {
            event: { metadata, data },
            remark: undefined,
            schema: schemaOf(type),
          });
        });
      }
    });
  }

  describe('is caught, with the place of what is wrong', () => {
    for (const { type, title, content } of fixtures('invalid')) {
      it(`${type}: ${title}`, () => {
        const { code, path: place, event } = content;
        const found = read(event);
        assert.ok('invalid' in found, 'the event passed');
        assert.equal(found.invalid.code, code);
        assert.equal(found.invalid.details?.path, place);
        assert.ok(found.invalid.message.startsWith(`${place} is `), found.invalid.message);
        assert.equal(found.invalid.details?.schema, code === 'schema' ? schemaOf(type) : undefined);
      });
    }
  });

  it('has valid, compatible and several broken examples, and no type has them that is not known', () => {
    const folders = fs.readdirSync(path.join(repositoryRoot, 'test/fixtures/events'));
    assert.deepEqual(folders.sort(), EVENT_TYPES.map(({ type }) => type).sort());
    for (const { type } of EVENT_TYPES) {
      const count = (all: { type: string }[]) => all.filter((each) => each.type === type).length;
      assert.ok(count(fixtures('valid')) >= 1, `${type} has no valid example`);
      assert.ok(count(fixtures('compatible')) >= 1, `${type} has no compatible example`);
      assert.ok(count(fixtures('invalid')) >= 2, `${type} has too few broken examples`);
    }
  });
});
