/** What INVERS may change without notice changes nothing for a flow; what breaks the contract is caught. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { STATE_PROPERTIES } from '../../../src/events/catalogue/vehicle-state';
import { readEvent } from '../../../src/events/read-event';
import { SchemaSet } from '../../../src/events/schema-set';
import { effort } from '../../support/effort';
import { fixtures } from '../../support/event-fixtures';
import { eventBody, eventOf, hasLargeNumber } from '../../support/events';

const schemas = new SchemaSet();
type Json = Record<string, unknown>;

function read(event: unknown) {
  return readEvent(Buffer.from(JSON.stringify(event)), { headers: {} }, schemas);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every object in an event, and the names that lead to it. */
function objectsIn(
  value: unknown,
  path: readonly string[] = [],
): { path: readonly string[]; object: Json }[] {
  if (!isObject(value)) return [];
  const inner = Object.entries(value).flatMap(([key, each]) => objectsIn(each, [...path, key]));
  return [{ path, object: value }, ...inner];
}

const valid = fc.constantFrom(...fixtures('valid').map(({ content }) => content));
type Change = (event: unknown, choice: number) => void;

/** No name that is known, so a new one. */
const newName = fc.string().map((name) => `new_${name}`);

/** A change that INVERS may make: each takes a number to choose its place by. */
const change = fc.oneof(
  // a new property, anywhere
  fc.tuple(newName, fc.jsonValue({ maxDepth: 3 })).map(
    ([name, value]): Change =>
      (event, choice) => {
        const objects = objectsIn(event);
        const { object } = objects[choice % objects.length] ?? {};
        if (object) object[name] = value;
      },
  ),
  // another order, anywhere
  fc.constant<Change>((event, choice) => {
    const objects = objectsIn(event);
    const { object } = objects[choice % objects.length] ?? {};
    if (!object) return;
    for (const [key, value] of Object.entries(object).reverse()) {
      delete object[key];
      object[key] = value;
    }
  }),
  // another text where the vehicle state has one: a new value of a list, or a shorter text
  fc.string({ maxLength: 40 }).map(
    (text): Change =>
      (event, choice) => {
        const texts = objectsIn(event).filter(
          ({ object, path }) => path.length > 1 && typeof object['value'] === 'string',
        );
        const { object } = texts[choice % Math.max(1, texts.length)] ?? {};
        if (object) object['value'] = text;
      },
  ),
  // a new reason
  fc.string({ maxLength: 40 }).map(
    (text): Change =>
      (event) => {
        const { data } = event as { data: Json };
        if (Array.isArray(data['reasons'])) data['reasons'].push(text);
      },
  ),
  // a property less: all are optional
  fc.constant<Change>((event, choice) => {
    const { data } = event as { data: Json };
    const names = Object.keys(data);
    const name = names[choice % Math.max(1, names.length)];
    if (name !== undefined) delete data[name];
  }),
  // a new event type
  newName.map(
    (name): Change =>
      (event) => {
        (event as { metadata: Json }).metadata['type'] = name;
      },
  ),
);

describe('what INVERS may change', () => {
  it('leaves every event usable, however many changes come together', () => {
    fc.assert(
      fc.property(valid, fc.array(fc.tuple(change, fc.nat())), (original, changes) => {
        const event = structuredClone(original);
        for (const [apply, choice] of changes) apply(event, choice);
        // what is left out, wherever it stands
        fc.pre(!JSON.stringify(event).includes('__proto__'));
        // what is kept as text
        fc.pre(!hasLargeNumber(JSON.stringify(event)));
        const found = read(event);
        assert.ok('event' in found, JSON.stringify(found));
        assert.deepEqual(found.event, JSON.parse(JSON.stringify(event)));
      }),
      { numRuns: effort(500) },
    );
  });

  it('makes an event of an unknown type pass unchecked', () => {
    const found = read(eventOf({ type: 'FreshFromTheFactory' }, { mileage_in_kilometers: 'far' }));
    assert.ok('event' in found);
    assert.equal(found.check.schema, null);
    assert.equal(found.unchecked, 'type');
  });

  it('makes an unknown major version of a known type pass unchecked', () => {
    const found = read(eventOf({ schema_major_version: 3 }, { mileage_in_kilometers: 'far' }));
    assert.ok('event' in found);
    assert.equal(found.check.schema, null);
    assert.equal(found.unchecked, 'version');
  });
});

describe('what INVERS may not change', () => {
  const timestamp = '2025-05-06T07:08:09Z';
  /** Of the JSON types that a value has. */
  const kindOf = (value: unknown) =>
    Array.isArray(value) ? 'list' : typeof value === 'string' ? 'text' : typeof value;
  /** Directly in data, or under any name that is not itself that of a state property. */
  const wrapper = fc.option(
    fc
      .string()
      .filter((name) => name !== '__proto__')
      .filter((name) => !STATE_PROPERTIES.some((property) => property.name === name)),
  );

  it('is caught wherever the vehicle state stands, for every property of it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STATE_PROPERTIES),
        fc.jsonValue({ maxDepth: 2 }),
        wrapper,
        ({ name, value: { types } }, value, under) => {
          const kind = Number.isInteger(value) ? ['integer', 'number'] : [kindOf(value)];
          fc.pre(value !== null && !types.some((type) => kind.includes(type)));
          const state = { [name]: { timestamp, value } };
          const found = read(eventOf({}, under === null ? state : { [under]: state }));
          assert.ok('event' in found, JSON.stringify(found));
          const paths = found.check.problems.map(({ path }) => path);
          const isNamed = paths.some((path) => path.endsWith(`.${name}.value`));
          assert.ok(isNamed, `${name}: ${JSON.stringify(value)} ${paths}`);
          assert.equal(found.check.schema, 'VehicleStateRecorded@2');
        },
      ),
      { numRuns: effort(1000) },
    );
  });

  it('is told in one sentence and in pieces, without repeating the event', () => {
    const far = `far ${'away '.repeat(100)}`;
    const found = readEvent(
      Buffer.from(
        eventBody({}, { vehicle_state: { mileage_in_kilometers: { timestamp, value: far } } }),
      ),
      { headers: {} },
      schemas,
      true,
    );
    assert.ok('invalid' in found);
    const { message, details, payload, metadata } = found.invalid;
    assert.match(
      message,
      /^data\.vehicle_state\.mileage_in_kilometers\.value is "far away [a-z ]*…; expected a number or null\.$/,
    );
    assert.ok(message.length < 200);
    const { found: shown = '', ...rest } = details ?? { path: '', expected: '' };
    assert.deepEqual(rest, {
      path: 'data.vehicle_state.mileage_in_kilometers.value',
      expected: 'a number or null',
      schema: 'VehicleStateRecorded@2',
    });
    assert.ok(shown.length < 70);
    assert.equal(typeof payload, 'string');
    assert.equal(metadata['type'], 'VehicleStateRecorded');
  });
});
