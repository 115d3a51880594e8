/** Every known event type, with events that pass, those that are odd, and those that nobody can use. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { EVENT_TYPES, findEventType, schemaKey } from '../../../src/events/catalogue';
import { readEvent } from '../../../src/events/read-event';
import { SchemaSet } from '../../../src/events/schema-set';
import { fixtures } from '../../support/event-fixtures';
import { repositoryRoot } from '../../support/node-red-home';

const schemas = new SchemaSet();

function read(event: unknown, isStrict = false) {
  return readEvent(Buffer.from(JSON.stringify(event)), { headers: {} }, schemas, isStrict);
}

/** What `msg.check` says of a checked event of this type. */
function checkOf(type: string) {
  const entry = findEventType(type);
  assert.ok(entry);
  return { schema: schemaKey(entry), problems: [], source: entry.source };
}

describe('an event of a known type', () => {
  for (const kind of ['valid', 'compatible'] as const) {
    describe(kind === 'valid' ? 'passes' : 'passes after a change that INVERS may make', () => {
      for (const { type, title, content } of fixtures(kind)) {
        it(`${type}: ${title}`, () => {
          const { metadata, data } = content;
          assert.deepEqual(read(content), {
            event: { metadata, data },
            check: checkOf(type),
          });
        });
      }
    });
  }

  describe('passes as it came although something is odd, with the place of it', () => {
    for (const { type, title, content } of fixtures('odd')) {
      it(`${type}: ${title}`, () => {
        const { path: place, event } = content;
        const found = read(event);
        assert.ok('event' in found, 'the event was refused');
        assert.deepEqual(found.event, { metadata: event.metadata, data: event.data ?? {} });
        const { problems, ...check } = found.check;
        assert.deepEqual({ ...check, problems: [] }, checkOf(type));
        assert.deepEqual(
          problems.map((problem) => problem.path),
          [place],
        );
        assert.deepEqual(Object.keys(problems[0] ?? {}), ['path', 'found', 'expected']);
      });
    }
  });

  describe('is refused for what is odd where the check is strict, and for nothing else', () => {
    for (const { type, title, content } of fixtures('odd')) {
      it(`${type}: ${title}`, () => {
        const found = read(content.event, true);
        assert.ok('invalid' in found, 'the event passed');
        const { code, details, metadata } = found.invalid;
        const isOfData = content.path.startsWith('data.');
        assert.equal(code, isOfData ? 'schema' : 'no-envelope');
        assert.equal(details?.path, content.path);
        assert.equal(details?.schema, isOfData ? checkOf(type).schema : undefined);
        assert.deepEqual(metadata, content.event.metadata);
      });
    }
    for (const kind of ['valid', 'compatible'] as const) {
      for (const { type, title, content } of fixtures(kind)) {
        it(`${type}, ${kind}: ${title}`, () => assert.ok('event' in read(content, true)));
      }
    }
  });

  describe('is refused where nobody could use it, with the place of what is wrong', () => {
    for (const { type, title, content } of fixtures('invalid')) {
      it(`${type}: ${title}`, () => {
        const { code, path: place, event } = content;
        const found = read(event);
        assert.ok('invalid' in found, 'the event passed');
        assert.equal(found.invalid.code, code);
        assert.equal(found.invalid.details?.path, place);
        assert.ok(found.invalid.message.startsWith(`${place} is `), found.invalid.message);
        assert.equal(found.invalid.details?.schema, undefined);
        assert.equal(found.check.source, checkOf(type).source);
      });
    }
  });

  it('has valid, compatible, several odd and unusable examples, and no type has them that is not known', () => {
    const folders = fs.readdirSync(path.join(repositoryRoot, 'test/fixtures/events'));
    assert.deepEqual(folders.sort(), EVENT_TYPES.map(({ type }) => type).sort());
    for (const { type } of EVENT_TYPES) {
      const count = (all: { type: string }[]) => all.filter((each) => each.type === type).length;
      assert.ok(count(fixtures('valid')) >= 1, `${type} has no valid example`);
      assert.ok(count(fixtures('compatible')) >= 1, `${type} has no compatible example`);
      assert.ok(count(fixtures('odd')) >= 2, `${type} has too few odd examples`);
      assert.ok(count(fixtures('invalid')) >= 1, `${type} has no unusable example`);
    }
  });
});
