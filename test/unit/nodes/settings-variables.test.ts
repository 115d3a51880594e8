/** Fields filled in by environment variables, switches, names that are too long, and what is odd but allowed. */
import assert from 'node:assert/strict';
import { ownSchemas } from '../../../nodes/runtime/consumer/schemas';
import {
  type ConsumerConfig,
  consumerSettings,
  vehicleIdPath,
  warningsOf,
} from '../../../nodes/runtime/settings/consumer';
import { filterSettings } from '../../../nodes/runtime/settings/filter';
import { sandboxSettings } from '../../../nodes/runtime/settings/sandbox';
import { storeSettings, storeWarnings } from '../../../nodes/runtime/settings/store';
import { topicInSettings } from '../../../nodes/runtime/settings/topic';
import { ConfigError } from '../../../nodes/runtime/settings/values';

const DEF = { id: 'n1', type: 't', z: '', name: '' };
const CREDENTIALS = { username: 'f-FLT23-c-CNSM23A', password: ' p@:/% ' };

function consumerConfig(config: Partial<ConsumerConfig> = {}): ConsumerConfig {
  return { ...DEF, vhost: 'flt23', ...config };
}

function refuses(work: () => unknown, message: RegExp): void {
  assert.throws(work, (error) => error instanceof ConfigError && message.test(error.message));
}

describe('a switch that an environment variable fills in', () => {
  const tlsOf = (useTls: unknown) =>
    consumerSettings(
      consumerConfig({ environment: 'custom', host: 'h', useTls: useTls as string }),
      CREDENTIALS,
      undefined,
    ).tls;

  it('is read in the usual spellings, so that TLS is never off by a capital letter', () => {
    for (const yes of [
      true,
      'true',
      'True',
      'TRUE',
      'yes',
      'Yes',
      'on',
      '1',
      1,
      ' true ',
      '',
      undefined,
    ]) {
      assert.deepEqual(tlsOf(yes), {}, JSON.stringify(yes));
    }
    for (const no of [false, 'false', 'False', 'no', 'NO', 'off', '0', 0]) {
      assert.equal(tlsOf(no), undefined, JSON.stringify(no));
    }
  });

  it('is refused where it says neither yes nor no', () => {
    for (const neither of ['ja', 'enabled', '2', 'tru', 'undefined']) {
      const message = `Encrypt the connection (TLS) is "${neither}": set it to true or false.`;
      assert.throws(() => tlsOf(neither), { message });
    }
    const filter = (switches: object) => filterSettings({ ...DEF, ...switches });
    refuses(() => filter({ other: 'ja' }), /^One more output for all other events is "ja"/);
    refuses(() => filter({ dedupe: 'x' }), /^Let each event through only once is "x"/);
    refuses(() => filter({ duplicates: 'x' }), /^One more output for events seen before is "x"/);
    const topic = (switches: object) => topicInSettings({ ...DEF, queue: 'q', ...switches });
    refuses(() => topic({ holdOnOutage: 'x' }), /^Wait when the flow fails at everything is "x"/);
    refuses(() => topic({ control: 'x' }), /^Add an input for control and an output .* is "x"/);
    assert.equal(topic({ control: 'YES' }).control, true);
  });
});

describe('a field whose environment variable is not set', () => {
  /** What Node-RED leaves there. */
  const unset = '$'.concat('{NOT_SET}');
  const custom = { environment: 'custom', host: 'h' };
  const consumer = (config: object, credentials: object = {}) =>
    consumerSettings(consumerConfig(config), { ...CREDENTIALS, ...credentials }, undefined);
  const topic = (config: object) => topicInSettings({ ...DEF, queue: 'q', ...config });
  const filter = (config: object) => filterSettings({ ...DEF, ...config });
  const store = (config: object, credentials = {}) =>
    storeSettings({ ...DEF, ...config }, credentials, '.', undefined);
  const route = (config: object) => filter({ routes: [{ types: ['A'], ...config }] });
  const redis = { backend: 'redis' };

  const fields: [field: string, work: () => unknown][] = [
    ['Environment', () => consumer({ environment: unset })],
    ['Name', () => consumer({ name: unset })],
    ['Host', () => consumer({ ...custom, host: unset })],
    ['Port', () => consumer({ ...custom, port: unset })],
    ['Encrypt the connection (TLS)', () => consumer({ ...custom, useTls: unset })],
    ['Virtual host', () => consumer({ vhost: unset })],
    ['Virtual host', () => consumer({ ...custom, vhost: unset })],
    ['User name', () => consumer({}, { username: unset })],
    ['Password', () => consumer({}, { password: unset })],
    ['TLS settings', () => consumer({ tls: unset })],
    ['Heartbeat', () => consumer({ heartbeat: unset })],
    ['Vehicle id', () => vehicleIdPath(consumerConfig({ vehicleId: unset }))],
    ['Schemas', () => ownSchemas({ schemas: unset })],
    ['Schema folder', () => ownSchemas({ schemaDirectory: unset })],
    ['Vehicles', () => sandboxSettings({ ...DEF, sandboxVehicles: unset })],
    ['Events per second', () => sandboxSettings({ ...DEF, sandboxRate: unset })],
    ['Duplicates', () => sandboxSettings({ ...DEF, sandboxDuplicates: unset })],
    ['Queue', () => topic({ queue: unset })],
    ['Topic', () => topic({ topic: unset })],
    ['Prefetch', () => topic({ prefetch: unset })],
    ['Acknowledge', () => topic({ acknowledge: unset })],
    ['Order', () => topic({ order: unset })],
    ['Deadline', () => topic({ deadline: unset })],
    ['Attempts', () => topic({ maxAttempts: unset })],
    ['Retry delay', () => topic({ retryDelay: unset })],
    ['Wait when the flow fails at everything', () => topic({ holdOnOutage: unset })],
    ['Check', () => topic({ validate: unset })],
    ['Parked in', () => topic({ store: unset })],
    ['Add an input for control and an output for the status', () => topic({ control: unset })],
    ['The event type in Route 1', () => route({ types: ['B', unset] })],
    ['The version in Route 1', () => route({ majorVersions: [unset] })],
    ['The reason in Route 1', () => route({ reasons: [unset] })],
    ['The source in Route 1', () => route({ source: unset })],
    ['The name of Route 1', () => route({ name: unset })],
    ['One more output for all other events', () => filter({ other: unset })],
    ['Let each event through only once', () => filter({ dedupe: unset })],
    ['One more output for events seen before', () => filter({ duplicates: unset })],
    ['Same event if', () => filter({ key: unset })],
    ['Remember in', () => filter({ store: unset })],
    ['Hours', () => filter({ windowHours: unset })],
    ['Ids at most', () => filter({ maxEntries: unset })],
    ['Kept in', () => store({ backend: unset })],
    ['Event ids', () => store({ maxEntries: unset })],
    ['Vehicles', () => store({ maxVehicles: unset })],
    ['Late after', () => filter({ maxAge: unset })],
    ['Directory', () => store({ backend: 'file', directory: unset })],
    ['Redis address', () => store({ ...redis, url: unset })],
    ['Key prefix', () => store({ ...redis, prefix: unset })],
    ['TLS settings', () => store({ ...redis, url: 'rediss://h', tls: unset })],
    ['Password', () => store(redis, { redisPassword: unset })],
  ];
  for (const [field, work] of fields) {
    it(`is named: ${field}`, () => {
      assert.throws(work, (error: Error) => {
        assert.ok(error instanceof ConfigError, String(error));
        assert.ok(
          error.message.startsWith(`${field}: the environment variable NOT_SET is not set.`),
          error.message,
        );
        return true;
      });
    });
  }

  it('is told from a text that only begins like one', () => {
    assert.equal(consumer({}, { password: 'a$'.concat('{x}') }).password, 'a$'.concat('{x}'));
  });
});

describe('names that AMQP cannot say', () => {
  it('are refused by bytes, not letters', () => {
    const longest = 'q'.repeat(255);
    assert.equal(topicInSettings({ ...DEF, queue: longest }).queue, longest);
    for (const queue of ['q'.repeat(256), 'ü'.repeat(128)]) {
      refuses(() => topicInSettings({ ...DEF, queue }), /^Queue is longer than 255 bytes/);
      refuses(
        () => consumerSettings(consumerConfig({ vhost: queue }), CREDENTIALS, undefined),
        /^Virtual host is longer than 255 bytes/,
      );
    }
  });
});

describe('what a person should know before a consumer connects', () => {
  const warned = (config: object, options?: object) =>
    warningsOf(
      consumerSettings(
        consumerConfig({ environment: 'custom', ...config }),
        CREDENTIALS,
        options && { addTLSOptions: () => options },
      ),
    );

  it('is that a plain connection leaves this machine, or that nobody checks the certificate', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1']) {
      assert.deepEqual(warned({ host, useTls: false }), [], host);
    }
    const [plain = ''] = warned({ host: 'broker.example', useTls: false });
    assert.match(plain, /^The connection is not encrypted: on the way to broker\.example, others/);
    const [unverified = ''] = warned({ host: 'h', tls: 't' }, { rejectUnauthorized: false });
    assert.match(unverified, /^The server’s certificate is not verified: anybody could pretend/);
  });

  it('is nothing where the connection is encrypted and verified', () => {
    assert.deepEqual(warned({ host: 'broker.example' }), []);
    assert.deepEqual(warned({ host: 'h', tls: 't' }, { rejectUnauthorized: true }), []);
  });

  it('is the same of a store in Redis', () => {
    const of = (url: string) =>
      storeWarnings(storeSettings({ ...DEF, backend: 'redis', url }, {}, '.', undefined));
    assert.deepEqual(of('redis://127.0.0.1'), []);
    assert.deepEqual(of('rediss://redis.example'), []);
    const [plain = ''] = of('redis://redis.example');
    assert.match(plain, /^The connection is not encrypted: on the way to redis\.example, others/);
  });
});
