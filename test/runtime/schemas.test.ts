/** Events are held against schemas in a real flow: built-in ones, and a user's own from a folder and from the form. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { InversCheck, InversErrorDetails } from '../../src/index';
import { eventMessage, type TestMessage } from '../support/events';
import type { Fleet } from '../support/fleet';
import { type FlowNode, type Properties, sink, tab, topicIn } from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { setStage } from '../support/stage';

interface EventMessage {
  payload: unknown;
  metadata: { id: string; type: string };
  check: InversCheck;
  error?: { code: string; message: string; details?: InversErrorDetails };
}

const timestamp = '2025-05-06T07:08:09Z';

describe('checking events', () => {
  let nodeRed: NodeRed;
  let fleet: Fleet;
  let folder: string;
  const queue = 'fleet.events';

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(nodeRed.userDir, 'schemas-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('names what contradicts its schema, with the place, and lets it pass', async () => {
    const far = { vehicle_state: { mileage_in_kilometers: { timestamp, value: 'far' } } };
    const near = { vehicle_state: { mileage_in_kilometers: { timestamp, value: 7 } } };
    const { good, topic } = await run([event(1, far), event(2, near)], {}, { good: 2, bad: 0 });
    assert.deepEqual(
      good.map(({ payload }) => payload),
      [far, near],
    );
    const path = 'data.vehicle_state.mileage_in_kilometers.value';
    const problem = { path, found: '"far"', expected: 'a number or null' };
    assert.deepEqual(good[0]?.check.problems, [problem]);
    assert.deepEqual(good[1]?.check.problems, []);
    const warnings = nodeRed.logs.filter(({ id, level }) => id === topic.id && level === 'warn');
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]?.message ?? '', /mileage_in_kilometers\.value is "far"; expected/);
    await nodeRed.waitForStatus(topic.id, { text: /1 odd$/ });
    await fleet.drained(queue);
  });

  it('lets out by output 2 what contradicts its schema, where the check is strict, and acknowledges it', async () => {
    const far = { vehicle_state: { mileage_in_kilometers: { timestamp, value: 'far' } } };
    const near = { vehicle_state: { mileage_in_kilometers: { timestamp, value: 7 } } };
    const { good, bad } = await run(
      [event(1, far), event(2, near)],
      {},
      { good: 1, bad: 1 },
      { validate: 'strict' },
    );
    assert.deepEqual(good[0]?.payload, near);
    assert.equal(good[0]?.check.schema, 'VehicleStateRecorded@2');
    assert.equal(bad[0]?.check.schema, 'VehicleStateRecorded@2');
    assert.deepEqual(JSON.parse(String(bad[0]?.payload)).data, far);
    assert.deepEqual(bad[0]?.error, {
      code: 'schema',
      message:
        'data.vehicle_state.mileage_in_kilometers.value is "far"; expected a number or null.',
      details: {
        path: 'data.vehicle_state.mileage_in_kilometers.value',
        found: '"far"',
        expected: 'a number or null',
        schema: 'VehicleStateRecorded@2',
      },
    });
    await fleet.drained(queue);
  });

  it('takes a folder with a good schema, a broken one, and one in the place of a built-in one', async () => {
    write('DamageFound@1.json', { type: 'object', required: ['where'] });
    write('TripEnded@1.json', { properties: { a: { pattern: '(?=x)' } } });
    write('VehicleStateRecorded@2.json', { type: 'object', required: ['vehicle_id'] });
    const { good, bad, consumer } = await run(
      [
        event(1, { where: 'left' }, { type: 'DamageFound', schema_major_version: 1 }),
        event(2, {}, { type: 'DamageFound', schema_major_version: 1 }),
        event(3, { a: 1 }, { type: 'TripEnded', schema_major_version: 1 }),
        event(4, { vehicle_id: 'AB12C', mileage_in_kilometers: 'far' }),
        event(5, {}),
        event(6, { reasons: 7 }, { type: 'VehicleChanged' }),
      ],
      { schemaDirectory: path.basename(folder) },
      { good: 4, bad: 2 },
    );
    assert.deepEqual(good.map(shown), [
      'DamageFound: DamageFound@1',
      // its own schema is broken, so it is held against the built-in one
      'TripEnded: TripEnded',
      'VehicleStateRecorded: VehicleStateRecorded@2',
      'VehicleChanged: VehicleChanged',
    ]);
    // only a schema of the user's own refuses
    assert.equal(good[3]?.check.problems[0]?.path, 'data.reasons');
    assert.deepEqual(
      bad.map(({ error }) => error?.message),
      ['data.where is missing; expected a value.', 'data.vehicle_id is missing; expected a value.'],
    );
    const errors = errorsOf(consumer);
    assert.equal(errors.length, 1);
    const place = `${path.join(folder, 'TripEnded@1.json')} cannot be used, at schema.properties.a.pattern`;
    assert.ok(errors[0]?.startsWith(place), errors[0]);
    await fleet.drained(queue);
  });

  it('takes schemas from the form before those of the folder, and says where the form is wrong', async () => {
    write('TripEnded.json', { required: ['from the folder'] });
    const schemas = JSON.stringify({ TripEnded: { required: ['distance'] }, 'not a type': {} });
    const { bad, consumer } = await run(
      [event(1, {}, { type: 'TripEnded' })],
      { schemas, schemaDirectory: folder },
      { good: 0, bad: 1 },
    );
    assert.equal(bad[0]?.error?.details?.path, 'data.distance');
    assert.match(errorsOf(consumer).join(), /^Schemas, not a type cannot be used: "not a type" is/);
  });

  it('lets an unknown version pass, says so once, and counts it under the node', async () => {
    const messages = [1, 2, 3].map((n) => event(n, {}, { schema_major_version: 9 }));
    const { good, topic } = await run(messages, {}, { good: 3, bad: 0 });
    assert.deepEqual(
      good.map(({ check }) => check.schema),
      [null, null, null],
    );
    const warnings = nodeRed.logs.filter(({ id, level }) => id === topic.id && level === 'warn');
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]?.message ?? '', /"VehicleStateRecorded" comes in major version 9/);
    await nodeRed.waitForStatus(topic.id, { text: /unchecked$/ });
  });

  it('leaves the data alone where only the envelope is to be checked', async () => {
    const data = { mileage_in_kilometers: 'far' };
    const { good } = await run([event(1, data)], {}, { good: 1, bad: 0 }, { validate: 'envelope' });
    assert.deepEqual(good[0]?.payload, data);
    assert.equal(good[0]?.check.schema, null);
  });

  function event(n: number, data: Properties, metadata: Properties = {}): TestMessage {
    return eventMessage(n, metadata, data);
  }

  function write(name: string, schema: unknown): void {
    fs.writeFileSync(path.join(folder, name), JSON.stringify(schema));
  }

  function shown({ metadata, check }: EventMessage): string {
    return `${metadata.type}: ${check.schema}`;
  }

  function errorsOf({ id }: FlowNode): string[] {
    return nodeRed.logs
      .filter((entry) => entry.id === id && entry.level === 'error')
      .map(({ message }) => message);
  }

  /** Publishes, deploys, and waits until so many have come out. */
  async function run(
    messages: readonly TestMessage[],
    consumerProperties: Properties,
    count: { good: number; bad: number },
    topicProperties: Properties = {},
  ) {
    await fleet.publish(queue, messages);
    const [events, unusable] = [sink(), sink()];
    const consumer = fleet.consumer(consumerProperties);
    const topic = topicIn({ consumer, queue, ...topicProperties }, [events], [unusable]);
    await nodeRed.deploy(tab([consumer, topic, events, unusable]));
    const receive = async (target: FlowNode, wanted: number) =>
      (await nodeRed.sink(target.id).waitFor(wanted)) as unknown as EventMessage[];
    const good = await receive(events, count.good);
    const bad = await receive(unusable, count.bad);
    return { good, bad, consumer, topic };
  }
});
