/** What is typed into the forms becomes settings, or an error that names the field, the value and what to type. */
import assert from 'node:assert/strict';
import {
  type ConsumerConfig,
  consumerSettings,
  environmentOf,
} from '../../../nodes/runtime/settings/consumer';
import { filterSettings } from '../../../nodes/runtime/settings/filter';
import { type SandboxConfig, sandboxSettings } from '../../../nodes/runtime/settings/sandbox';
import { storeSettings } from '../../../nodes/runtime/settings/store';
import { topicInSettings } from '../../../nodes/runtime/settings/topic';
import { ConfigError } from '../../../nodes/runtime/settings/values';
import { Fleet as SimulatedFleet } from '../../../src/sandbox/fleet/fleet';

type SandboxConfigValues = Partial<SandboxConfig>;

const DEF = { id: 'n1', type: 't', z: '', name: '' };
const CREDENTIALS = { username: 'f-FLT23-c-CNSM23A', password: ' p@:/% ' };

function consumerConfig(config: Partial<ConsumerConfig> = {}): ConsumerConfig {
  return { ...DEF, vhost: 'flt23', ...config };
}

function refuses(work: () => unknown, message: RegExp): void {
  assert.throws(work, (error) => error instanceof ConfigError && message.test(error.message));
}

describe('the settings of an event consumer', () => {
  it('lead to INVERS with TLS when nothing but what FleetControl shows is filled in', () => {
    assert.deepEqual(
      consumerSettings(consumerConfig({ environment: 'invers' }), CREDENTIALS, undefined),
      {
        host: 'api.invers.com',
        port: 5671,
        isGiven: true,
        vhost: 'flt23',
        username: 'f-FLT23-c-CNSM23A',
        password: ' p@:/% ',
        tls: {},
        heartbeat: 30,
        connectionName: 'node-red-invers/n1',
      },
    );
  });

  it('take host, port and TLS from the form for a broker of one’s own', () => {
    const config = consumerConfig({
      name: 'yard',
      environment: 'custom',
      host: ' broker.example ',
      port: '5672',
      vhost: 'fleet/1',
      useTls: false,
      heartbeat: '5',
    });
    const { host, port, vhost, tls, heartbeat, connectionName } = consumerSettings(
      config,
      CREDENTIALS,
      undefined,
    );
    assert.deepEqual(
      { host, port, vhost, tls, heartbeat, connectionName },
      {
        host: 'broker.example',
        port: 5672,
        vhost: 'fleet/1',
        tls: undefined,
        heartbeat: 5,
        connectionName: 'node-red-invers/yard',
      },
    );
  });

  it('take an empty virtual host for / on another broker, as its form shows', () => {
    const config = consumerConfig({ environment: 'custom', host: 'h', vhost: '' });
    assert.equal(consumerSettings(config, CREDENTIALS, undefined).vhost, '/');
  });

  it('ignore the host of a custom broker while the environment is INVERS', () => {
    const config = consumerConfig({
      environment: 'invers',
      host: 'elsewhere',
      port: 1,
      useTls: false,
    });
    const { host, port, tls } = consumerSettings(config, CREDENTIALS, undefined);
    assert.deepEqual({ host, port, tls }, { host: 'api.invers.com', port: 5671, tls: {} });
  });

  it('say which field is wrong, with its value', () => {
    const custom = { environment: 'custom', host: 'h' };
    const cases: [Partial<ConsumerConfig>, RegExp][] = [
      [{ environment: 'mars' }, /^Environment is "mars": choose invers or custom or sandbox\.$/],
      [{ ...custom, host: ' ' }, /^Host is empty/],
      [{ ...custom, port: '0' }, /^Port is "0": type a whole number from 1 to 65535\.$/],
      [{ ...custom, port: '56.7' }, /^Port is "56\.7"/],
      [{ ...custom, host: 'amqps://h' }, /^Host is "amqps:\/\/h": type the name alone/],
      [{ vhost: ' ' }, /^Virtual host is empty: copy it from FleetControl > Developers/],
      [{ heartbeat: '0' }, /^Heartbeat is "0": type a whole number from 1 to 600\.$/],
      [{ tls: 'gone' }, /^The TLS configuration is missing or disabled/],
    ];
    for (const [config, message] of cases) {
      refuses(() => consumerSettings(consumerConfig(config), CREDENTIALS, undefined), message);
    }
    refuses(() => consumerSettings(consumerConfig(), {}, undefined), /^User name is empty/);
    const noPassword = { ...CREDENTIALS, password: '' };
    refuses(() => consumerSettings(consumerConfig(), noPassword, undefined), /^Password is empty/);
  });

  it('take certificates from the TLS configuration and refuse one that is empty or broken', () => {
    const config = consumerConfig({ tls: 't1' });
    const withCa = { addTLSOptions: () => ({ ca: 'PEM', rejectUnauthorized: true }) };
    assert.deepEqual(consumerSettings(config, CREDENTIALS, withCa).tls, {
      ca: 'PEM',
      rejectUnauthorized: true,
    });
    const empty = { addTLSOptions: () => ({ ca: Buffer.alloc(0) }) };
    refuses(
      () => consumerSettings(config, CREDENTIALS, empty),
      /CA in the TLS configuration is empty/,
    );
    const broken = { valid: false, addTLSOptions: () => ({}) };
    refuses(() => consumerSettings(config, CREDENTIALS, broken), /cannot be used: open it/);
  });
});

describe('the settings of a sandbox', () => {
  it('have the defaults of the form, also for a flow that was saved before there was a sandbox', () => {
    assert.deepEqual(sandboxSettings({ ...DEF }), { vehicles: 20, rate: 2, duplicates: 2 });
    assert.equal(environmentOf(consumerConfig({ environment: 'sandbox' })), 'sandbox');
  });

  it('stay within what the simulated fleet can do', () => {
    const settings = sandboxSettings({
      ...DEF,
      sandboxVehicles: '10000',
      sandboxRate: '0.02',
      sandboxDuplicates: 0,
    });
    assert.deepEqual(settings, { vehicles: 10_000, rate: 0.02, duplicates: 0 });
    new SimulatedFleet({ ...settings, seed: 1, start: 0 });
    const cases: [SandboxConfigValues, RegExp][] = [
      [{ sandboxVehicles: 0 }, /^Vehicles is "0": type a whole number from 1 to 10000\.$/],
      [
        { sandboxRate: 'fast' },
        /^Events per second is "fast": type a number from 0\.02 to 10000\.$/,
      ],
      [{ sandboxRate: 10_001 }, /^Events per second is "10001"/],
      [{ sandboxDuplicates: '101' }, /^Duplicates is "101": type a number from 0 to 100\.$/],
    ];
    for (const [config, message] of cases) {
      refuses(() => sandboxSettings({ ...DEF, ...config }), message);
    }
  });
});

describe('the settings of a topic', () => {
  it('name the topic after the queue where it has no name', () => {
    const settings = topicInSettings({ ...DEF, queue: 'q1', prefetch: '' });
    assert.deepEqual(settings, {
      queue: 'q1',
      topic: 'q1',
      prefetch: 50,
      acknowledge: 'completion',
      order: 'queue',
      deadline: 300_000,
      holdOnOutage: true,
      maxAttempts: 5,
      retryDelay: 5_000,
      validate: 'schema',
      store: '',
      control: false,
    });
    assert.equal(topicInSettings({ ...DEF, queue: 'q1', topic: 'Trip (v2)' }).topic, 'Trip (v2)');
  });

  it('keep the deadline and the retry delay within what the broker bears', () => {
    refuses(() => topicInSettings({ ...DEF, queue: 'q', deadline: 1501 }), /^Deadline is "1501"/);
    refuses(() => topicInSettings({ ...DEF, queue: 'q', retryDelay: 0 }), /^Retry delay is "0"/);
    refuses(() => topicInSettings({ ...DEF, queue: 'q', maxAttempts: 0 }), /^Attempts is "0"/);
    refuses(
      () => topicInSettings({ ...DEF, queue: 'q', acknowledge: 'never' }),
      /^Acknowledge is "never": choose completion or delivery or manual\.$/,
    );
    refuses(
      () => topicInSettings({ ...DEF, queue: 'q', validate: 'twice' }),
      /^Check is "twice": choose schema or strict or envelope\.$/,
    );
  });

  it('refuse an unlimited prefetch and a missing queue', () => {
    refuses(
      () => topicInSettings({ ...DEF, queue: 'q', prefetch: 0 }),
      /^Prefetch is "0": type a whole number from 1 to 65535\.$/,
    );
    refuses(() => topicInSettings({ ...DEF, queue: '' }), /^Queue is empty/);
  });
});

describe('the settings of an event filter', () => {
  it('have the defaults of the form', () => {
    assert.deepEqual(filterSettings({ ...DEF }), {
      routes: [],
      other: true,
      late: undefined,
      dedupe: {
        key: 'metadata.id',
        keyType: 'msg',
        store: '',
        window: 72 * 3_600_000,
        maxEntries: 100_000,
        duplicates: false,
      },
    });
    assert.equal(filterSettings({ ...DEF, dedupe: 'false' }).dedupe, undefined);
  });

  it('read versions as numbers and say which route is wrong', () => {
    const routes = (types: string[], majorVersions: string[] = []) => ({
      ...DEF,
      routes: [{ name: 'r', types, majorVersions }],
    });
    assert.deepEqual(filterSettings(routes([' Trip* ', ''], ['2'])).routes, [
      { name: 'r', types: ['Trip*'], majorVersions: [2], reasons: [], source: undefined },
    ]);
    assert.deepEqual(filterSettings(routes(['TripStarted, TripEnded', 'A'], ['1,2'])).routes, [
      {
        name: 'r',
        types: ['TripStarted', 'TripEnded', 'A'],
        majorVersions: [1, 2],
        reasons: [],
        source: undefined,
      },
    ]);
    refuses(
      () => filterSettings(routes([' '])),
      /^Route 1 has no event type: type one, or \* for any\.$/,
    );
    refuses(() => filterSettings(routes(['A'], ['two'])), /^The version in Route 1 is "two"/);
    refuses(
      () => filterSettings({ ...DEF, windowHours: '-1' }),
      /^Hours is "-1": type a number above 0 and up to 8760\.$/,
    );
    refuses(
      () => filterSettings(routes(['Trip.*'])),
      /^The event type in Route 1 is "Trip\.\*": type it as INVERS writes it/,
    );
    refuses(
      () => filterSettings({ ...DEF, routes: [], other: false }),
      /^No event can leave this node: add an output/,
    );
    refuses(() => filterSettings({ ...DEF, key: '' }), /^Same event if is empty: fill it in\.$/);
  });
});

describe('the settings of a store of event ids', () => {
  const userDir = '/srv/node-red';
  const settings = (config: object, credentials = {}) =>
    storeSettings({ ...DEF, ...config }, credentials, userDir, undefined);

  it('have the defaults of the form', () => {
    assert.deepEqual(settings({ backend: 'memory' }), {
      backend: 'memory',
      maxEntries: 1_000_000,
      maxVehicles: 100_000,
    });
    assert.deepEqual(settings({}), {
      backend: 'file',
      maxEntries: 1_000_000,
      maxVehicles: 100_000,
      directory: '/srv/node-red/invers',
    });
    assert.deepEqual(settings({ backend: 'redis' }), {
      backend: 'redis',
      url: new URL('redis://127.0.0.1:6379'),
      prefix: 'invers:',
      username: undefined,
      password: undefined,
      tls: {},
      name: 'node-red-invers/n1',
    });
  });

  it('take a directory as it is, or from the user directory on', () => {
    const directoryOf = (directory: string) => {
      const { backend, ...rest } = settings({ backend: 'file', directory });
      assert.equal(backend, 'file');
      return (rest as { directory: string }).directory;
    };
    assert.equal(directoryOf('/var/ids'), '/var/ids');
    assert.equal(directoryOf('ids'), '/srv/node-red/ids');
  });

  it('take a user from the field or from the address, which then names it no more', () => {
    const redis = (url: string, credentials = {}) => {
      const read = settings({ backend: 'redis', url }, credentials);
      assert.equal(read.backend, 'redis');
      return read.backend === 'redis' ? [read.url.href, read.username] : [];
    };
    assert.deepEqual(redis('redis://fleet%40north@host/2'), ['redis://host/2', 'fleet@north']);
    assert.deepEqual(redis('redis://50%25%@host/2'), ['redis://host/2', '50%25%']);
    assert.deepEqual(redis('redis://host', { redisUsername: ' fleet ' }), [
      'redis://host',
      'fleet',
    ]);
    assert.deepEqual(redis('redis://a@host', { redisUsername: 'b' }), ['redis://host', 'b']);
  });

  it('keep a password as it is typed', () => {
    const redis = settings({ backend: 'redis' }, { redisPassword: ' p@:/% ' });
    assert.equal(redis.backend === 'redis' && redis.password, ' p@:/% ');
  });

  it('are refused with the field and the value, but never with a password', () => {
    refuses(() => settings({ backend: 'disk' }), /^Kept in is "disk": choose memory or file or/);
    refuses(() => settings({ maxEntries: '0' }), /^Event ids is "0": type a whole number/);
    for (const url of ['http://a', 'redis:', '//:secret@host', 'redis://host:99999']) {
      refuses(
        () => settings({ backend: 'redis', url }),
        /^Redis address cannot be read: type it as/,
      );
    }
    for (const url of [
      'redis://u:secret@host',
      'rediss://:sec/ret@host',
      'redis://u:sec@ret@host',
    ]) {
      refuses(
        () => settings({ backend: 'redis', url }),
        /^Redis address holds a password: take it out of the address and type it under Password\.$/,
      );
    }
    refuses(
      () => settings({ backend: 'redis', url: 'rediss://host', tls: 'gone' }),
      /^The TLS configuration is missing/,
    );
  });
});
