/** The form of a node and its runtime have the same defaults, and take and refuse the same values. */
import assert from 'node:assert/strict';
import type { NodeDef } from 'node-red';
import { findConsumer } from '../../../nodes/runtime/consumer/consumer-node';
import { ownSchemas } from '../../../nodes/runtime/consumer/schemas';
import {
  connectionNameOf,
  consumerSettings,
  environmentOf,
  vehicleIdPath,
} from '../../../nodes/runtime/settings/consumer';
import { filterSettings } from '../../../nodes/runtime/settings/filter';
import { sandboxSettings } from '../../../nodes/runtime/settings/sandbox';
import { storeSettings } from '../../../nodes/runtime/settings/store';
import { topicInSettings } from '../../../nodes/runtime/settings/topic';
import { ConfigError } from '../../../nodes/runtime/settings/values';
import { vehicleStateSettings } from '../../../nodes/runtime/settings/vehicle-state';
import { vehiclesSettings } from '../../../nodes/runtime/settings/vehicles';
import { watchSettings } from '../../../nodes/runtime/settings/watch';
import { ACK, LIMITS, type NumberLimits } from '../../../nodes/settings/limits';
import { BuiltForm } from '../../support/built-form';

type Stored = Record<string, unknown>;

/** How the runtime reads what is stored. `invers-ack` reads its one choice message by message. */
const read: Record<string, (stored: Stored & NodeDef) => unknown> = {
  'invers-consumer': (stored) => [
    vehicleIdPath(stored),
    environmentOf(stored) === 'sandbox'
      ? sandboxSettings(stored)
      : consumerSettings(stored, stored as object, undefined),
  ],
  'invers-topic-in': topicInSettings,
  'invers-event-filter': filterSettings,
  'invers-store': (stored) => storeSettings(stored, {}, '/srv', undefined),
  'invers-vehicle-state': vehicleStateSettings,
  'invers-vehicles': vehiclesSettings,
  // what its conditions test is in functions, of which each reading has its own
  'invers-watch': (stored) => JSON.stringify(watchSettings(stored)),
};

/** What is read apart from the rest. */
const readApart: Record<string, (stored: Stored & NodeDef) => unknown> = {
  'invers-consumer': (stored) => [connectionNameOf(stored), ownSchemas(stored as object)],
  'invers-topic-in': ({ consumer }) =>
    findConsumer({ nodes: { getNode: () => ({}) } } as never, consumer as string),
  'invers-store': (stored) => storeSettings(stored, stored as object, '/srv', undefined),
};

/** Names that only people read, and the ports, which the editor draws. */
const SPOKEN = ['inputs', 'outputs'];
const isSpoken = (type: string, property: string) =>
  SPOKEN.includes(property) ||
  (property === 'name' && !['invers-consumer', 'invers-watch'].includes(type));

/** What has to be filled in, in each of the ways that hide or show other fields. */
const login = { vhost: 'flt23', username: 'f-FLT23-c-CNSM23A', password: 'secret' };
const routes = [{ name: '', types: ['Trip*'], majorVersions: [2], reasons: [], source: '' }];
const low = {
  property: 'state_of_charge_or_fuel_level_in_percent',
  operator: 'lt',
  value: '20',
  clear: '25',
};
const filledIn: Record<string, Stored[]> = {
  'invers-consumer': [
    { ...login, environment: 'invers' },
    { ...login, environment: undefined },
    { ...login, environment: 'custom', host: 'broker.example.com' },
    { environment: 'sandbox' },
  ],
  'invers-topic-in': [
    { consumer: 'c1', queue: 'q' },
    { consumer: 'c1', queue: 'q', acknowledge: 'delivery' },
    { consumer: 'c1', queue: 'q', acknowledge: 'manual' },
  ],
  'invers-event-filter': [
    { routes, key: 'metadata.id' },
    { routes, key: 'metadata.id', store: 's1', dedupe: true },
    { routes, dedupe: false },
  ],
  'invers-store': [
    {},
    { backend: 'file' },
    { backend: 'redis' },
    { backend: 'redis', url: 'rediss://redis.example' },
  ],
  'invers-vehicles': [{ store: 's1' }],
  'invers-watch': [{ store: 's1', conditions: [low] }],
  'invers-vehicle-state': [
    { store: 's1' },
    { store: 's1', state: 'payload.state', watch: ['ignition'] },
  ],
};

function isTaken(type: string, stored: Stored): boolean {
  try {
    read[type]?.({ id: 'n1', type, name: '', z: '', ...stored });
    return true;
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return false;
  }
}

function isRight(form: BuiltForm, stored: Stored): boolean {
  return form.problems(stored).length === 0;
}

function values(limits: object): unknown[] {
  const { min, max } = limits as Partial<NumberLimits>;
  const texts = ['', ' ', undefined, 'many', '/', 'a b', 'mars', '-1'];
  if (min === undefined || max === undefined) return [...texts, ...urlsAndHosts];
  const numbers = [min, max, min / 2, min - 1, max + 1, 1.5, ` ${max} `];
  return [...texts, ...numbers, ...numbers.map(String), '1e2', '0x10', '+5', '5.', '١'];
}

const urlsAndHosts = ['::1', 'amqps://broker:5671', 'broker:5671', 'redis://a:6379/2'];
urlsAndHosts.push('redis://a/name', 'rediss://u:p@a', 'http://a', 'redis://', 'redis://:6379');

for (const [type, bases] of Object.entries(filledIn)) {
  describe(`the form and the runtime of ${type}`, () => {
    const form = new BuiltForm(type);
    const limits = LIMITS[type] ?? {};

    it(`${type} names the variable that is not set, for every field of its form`, () => {
      const unset = '$'.concat('{NOT_SET}');
      const names = (stored: Stored): boolean =>
        [read[type], readApart[type]].some((reader) => {
          try {
            reader?.({ id: 'n1', type, name: '', z: '', ...stored } as never);
            return false;
          } catch (error) {
            return error instanceof ConfigError && /variable NOT_SET is not/.test(error.message);
          }
        });
      /** The field, and where it holds a list, each field of its items. */
      const withUnset = (base: Stored, property: string): Stored[] => {
        const items = (base[property] ?? form.defaults[property]) as unknown;
        if (!Array.isArray(items)) return [{ ...base, [property]: unset }];
        const [item] = items as unknown[];
        if (typeof item !== 'object') return [{ ...base, [property]: [unset] }];
        return Object.entries(item as Stored).map(([key, value]) => ({
          ...base,
          [property]: [{ ...item, [key]: Array.isArray(value) ? [unset] : unset }],
        }));
      };
      for (const property of form.properties) {
        if (isSpoken(type, property)) continue;
        const count = withUnset(bases[0] ?? {}, property).length;
        for (let at = 0; at < count; at++) {
          const tries = bases.map((base) => withUnset(base, property)[at] ?? {});
          assert.ok(tries.some(names), `${property} ${JSON.stringify(tries[0]?.[property])}`);
        }
      }
    });

    it(`${type} begins in the form with the defaults that the runtime takes for nothing`, () => {
      for (const [name, { default: usual }] of Object.entries(limits)) {
        assert.deepEqual(form.defaults[name], usual, name);
      }
      for (const base of bases) {
        const fresh = { ...form.defaults, ...base };
        const [first, second] = [fresh, base].map((stored) =>
          read[type]?.({ id: 'n1', type, name: '', z: '', ...stored }),
        );
        assert.deepEqual(first, second);
        assert.deepEqual(form.problems(fresh), []);
      }
    });

    it(`${type} takes and refuses in the form what the runtime takes and refuses`, () => {
      const verdicts = new Set<boolean>();
      for (const base of bases) {
        for (const [name, limit] of Object.entries(limits)) {
          for (const value of [...values(limit), ...('choices' in limit ? limit.choices : [])]) {
            if (name === 'keyType') continue; // a typedInput stores no other
            const stored = { ...form.defaults, ...base, [name]: value };
            const right = isRight(form, stored);
            const seen = `${name} = ${JSON.stringify(value)} in ${JSON.stringify(base)}`;
            assert.equal(isTaken(type, stored), right, seen);
            verdicts.add(right);
          }
        }
      }
      assert.equal(verdicts.size, 2);
    });
  });
}

describe('a value that the form and the runtime judged differently', () => {
  const cases: [title: string, type: string, stored: Stored, isRight: boolean][] = [
    ['no virtual host for INVERS', 'invers-consumer', { ...login, vhost: '' }, false],
    [
      'no virtual host for another broker',
      'invers-consumer',
      { ...login, environment: 'custom', host: 'h', vhost: ' ' },
      true,
    ],
    [
      'a host with amqps:// before it',
      'invers-consumer',
      { ...login, environment: 'custom', host: 'amqps://h' },
      false,
    ],
    ['no password', 'invers-consumer', { ...login, password: '' }, false],
    ['a password of spaces', 'invers-consumer', { ...login, password: '  ' }, true],
    ['an empty heartbeat', 'invers-consumer', { ...login, heartbeat: '' }, true],
    ['a heartbeat in hexadecimal', 'invers-consumer', { ...login, heartbeat: '0x10' }, false],
    ['no environment stored', 'invers-consumer', { ...login }, true],
    ['an empty prefetch', 'invers-topic-in', { consumer: 'c1', queue: 'q', prefetch: '' }, true],
    [
      'a prefetch of 1e2',
      'invers-topic-in',
      { consumer: 'c1', queue: 'q', prefetch: '1e2' },
      false,
    ],
    [
      'a deadline that is hidden, as nothing is followed',
      'invers-topic-in',
      { consumer: 'c1', queue: 'q', acknowledge: 'delivery', deadline: 'never' },
      true,
    ],
    ['a filter that lets nothing out', 'invers-event-filter', { routes: [], other: false }, false],
    ['a filter without a key', 'invers-event-filter', { dedupe: true, key: '', routes }, false],
    [
      'a limit that is hidden, as a store has its own',
      'invers-event-filter',
      { dedupe: true, key: 'payload.id', store: 's1', maxEntries: 'many', routes },
      true,
    ],
    [
      'an event type like a regular expression',
      'invers-event-filter',
      { routes: [{ name: '', types: ['Trip.*'], majorVersions: [] }] },
      false,
    ],
    [
      'an empty version',
      'invers-event-filter',
      { routes: [{ name: '', types: ['*'], majorVersions: [''] }] },
      false,
    ],
    ['no place stored', 'invers-store', {}, true],
    ['a database with a name', 'invers-store', { backend: 'redis', url: 'redis://h/name' }, false],
    ['an empty address', 'invers-store', { backend: 'redis', url: '' }, true],
    ['no condition', 'invers-watch', { store: 's1', conditions: [] }, false],
    [
      'a condition without a property',
      'invers-watch',
      { store: 's1', conditions: [low, { ...low, property: ' ' }] },
      false,
    ],
    [
      'a comparison that the property does not have',
      'invers-watch',
      { store: 's1', conditions: [{ ...low, property: 'ignition' }] },
      false,
    ],
    [
      'a condition that would be over before it began',
      'invers-watch',
      { store: 's1', conditions: [{ ...low, clear: '10' }] },
      false,
    ],
    [
      'a path that nobody knows',
      'invers-watch',
      { store: 's1', conditions: [{ ...low, property: 'tyres.front.bar' }] },
      true,
    ],
    ['an empty prefix', 'invers-store', { backend: 'redis', prefix: '' }, true],
  ];
  for (const [title, type, stored, expected] of cases) {
    it(`${title} is ${expected ? 'taken' : 'refused'} by both`, () => {
      const form = new BuiltForm(type);
      assert.deepEqual([isRight(form, stored), isTaken(type, stored)], [expected, expected]);
    });
  }
});

describe('what a form says of a stored value', () => {
  const script = '<img src=x onerror=alert(1)> \u202e';
  const schema = JSON.stringify({ [script]: {}, [`T@${script}`]: {}, 'Trip@1': script });
  for (const type of Object.keys(LIMITS)) {
    it(`repeats nothing that could run as script, in ${type}`, () => {
      const form = new BuiltForm(type);
      const hostile = Object.fromEntries(Object.keys(form.defaults).map((name) => [name, script]));
      const routes = [{ name: script, types: [script], majorVersions: [script] }];
      const bases = [...(filledIn[type] ?? []), {}];
      for (const base of bases) {
        for (const values of [
          hostile,
          { ...hostile, ...base },
          { ...hostile, routes, schemas: schema },
        ]) {
          const messages = Object.values(form.messages(values));
          assert.doesNotMatch(messages.join('\n'), /[<\u202e]/);
        }
      }
      assert.match(Object.values(form.messages({ ...hostile, routes })).join(), /‹img/);
    });
  }
});

describe('the form of invers-ack', () => {
  it('begins with the outcome that the runtime takes for nothing, and offers those that it knows', () => {
    const form = new BuiltForm('invers-ack');
    assert.equal(form.defaults['outcome'], ACK.outcome.default);
    for (const outcome of ACK.outcome.choices) assert.deepEqual(form.problems({ outcome }), []);
    assert.deepEqual(form.problems({}), []);
    assert.deepEqual(form.problems({ outcome: 'forget' }), ['outcome']);
  });
});
