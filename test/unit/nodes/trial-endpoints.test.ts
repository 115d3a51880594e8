/** The endpoints behind the buttons that try a form: who may press them, what they take, and what stands in no answer. */
import assert from 'node:assert/strict';
import type { Permission } from '../../../nodes/runtime/admin/endpoint';
import { addConnectionTrial, addQueueTrial } from '../../../nodes/runtime/trial/broker-endpoints';
import { Trials } from '../../../nodes/runtime/trial/outcome';
import { addStoreTrial } from '../../../nodes/runtime/trial/store-endpoint';
import { BrokerError } from '../../../src/broker/errors';
import { Gate } from '../../support/fake-amqp';
import { variable } from '../../support/trial';

type Handler = (request: object, response: object) => void;

interface Node {
  readonly id: string;
  readonly type: string;
  readonly z?: string;
  readonly credentials?: object;
  readonly variables?: Record<string, string>;
}

/** Node-RED with these nodes deployed. */
function createAdmin(nodes: Node[] = []) {
  const permissions: Permission[] = [];
  const handlers = new Map<string, Handler>();
  const find = (id: string) => nodes.find((node) => node.id === id) ?? null;
  const RED = {
    httpAdmin: {
      post: (path: string, ...handled: unknown[]) => handlers.set(path, handled.at(-1) as Handler),
    },
    auth: { needsPermission: (permission: Permission) => permissions.push(permission) },
    nodes: {
      getNode: find,
      eachNode: (told: (node: Node) => void) => nodes.forEach(told),
      getCredentials: (id: string) => find(id)?.credentials,
    },
    settings: { userDir: '/nowhere' },
    util: { getSetting: (near: Node | undefined, name: string) => near?.variables?.[name] },
  };
  for (const add of [addConnectionTrial, addQueueTrial, addStoreTrial]) add(RED as never);
  const ask = (path: string, body: unknown) =>
    new Promise<{ status: number; body: Record<string, unknown> }>((resolve) => {
      let status = 200;
      const response = {
        headersSent: false,
        status(code: number) {
          status = code;
          return response;
        },
        json: (answer: Record<string, unknown>) => resolve({ status, body: answer }),
      };
      handlers.get(`/invers/test/${path}`)?.({ body, is: () => true }, response);
    });
  return { permissions, paths: [...handlers.keys()], ask };
}

/** Refused before anything is contacted: there is no such heartbeat. */
const form = {
  id: 'consumer',
  fields: { environment: 'custom', host: 'broker.example', heartbeat: 'never' },
  credentials: { username: 'user', password: 'secret' },
};

describe('the endpoints that try a form', () => {
  it('are for who may deploy as well: what is typed decides where a stored password goes', () => {
    const { paths, permissions } = createAdmin();
    const expected = ['connection', 'queue', 'store'].map((name) => `/invers/test/${name}`);
    assert.deepEqual(paths, expected);
    const both = ['invers.write', 'flows.write'];
    assert.deepEqual(permissions, [...both, ...both, ...both]);
  });

  it('take nothing but a form, and none that is bigger than forms are', async () => {
    const { ask } = createAdmin();
    const many = Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`field${n}`, n]));
    for (const wrong of [
      undefined,
      [],
      {},
      { ...form, id: '' },
      { ...form, id: 'x'.repeat(101) },
      { ...form, z: 7 },
      { ...form, fields: undefined },
      { ...form, fields: many },
      { ...form, fields: { host: 'x'.repeat(4_097) } },
      { ...form, fields: { host: { toString: 'x' } } },
      { ...form, fields: { host: null } },
      { ...form, credentials: { password: ['x'] } },
    ]) {
      for (const [path, body] of [
        ['connection', wrong],
        ['store', wrong],
        ['queue', { consumer: wrong, topic: form }],
        ['queue', { consumer: form, topic: wrong }],
      ] as const) {
        const { status, body: answer } = await ask(path, body);
        assert.equal(status, 400, `${path} ${JSON.stringify(wrong)}`);
        assert.match(String(answer['error']), /^Send \{"id"/);
      }
    }
  });

  it('name the field that cannot be used, and show neither credentials nor what variables hold', async () => {
    const consumer = {
      id: 'consumer',
      type: 'invers-consumer',
      credentials: { username: 'stored user', password: 'stored secret' },
      variables: { TOKEN: 'hidden value' },
    };
    const { ask } = createAdmin([consumer]);
    const says = async (fields: object, credentials: Record<string, string> = {}) => {
      const sent = { ...form, fields: { ...form.fields, ...fields }, credentials };
      const { body } = await ask('connection', sent);
      assert.deepEqual([body['ok'], body['code']], [false, 'settings-invalid']);
      return String(body['message']);
    };
    assert.match(await says({}), /^Heartbeat is "never": type a whole number from 1 to 600\.$/);
    assert.match(await says({ host: 'stored secret' }), /^Host is "\*\*\*": type/);
    assert.match(await says({ host: variable('TOKEN') }), /^Host is "\*\*\*": type/);
    assert.match(
      await says({ host: variable('OTHER') }),
      /^Host: the environment variable OTHER is not/,
    );
    assert.match(await says({}, { password: '' }), /^Password is empty/);
    assert.match(await says({}, { password: '__PWRD__' }), /^Heartbeat/);
  });

  it('take the variables of the place where the node stands, also before it is deployed', async () => {
    const other = { id: 'other', type: 'tab node', z: 'tab', variables: { BEAT: 'of the tab' } };
    const { ask } = createAdmin([other]);
    const fields = { ...form.fields, heartbeat: variable('BEAT') };
    const here = await ask('connection', { ...form, fields, z: 'tab' });
    assert.match(String(here.body['message']), /^Heartbeat is "\*\*\*"/);
    const elsewhere = await ask('connection', { ...form, fields });
    assert.match(String(elsewhere.body['message']), /variable BEAT is not set/);
  });

  it('say nothing of a mistake of their own, and drop what only a deployed node does next', async () => {
    const trials = new Trials();
    const fail = (error: Error) => trials.outcomeOf(['secret'], () => Promise.reject(error));
    await assert.rejects(fail(new TypeError('secret')), TypeError);
    const options = { scope: 'connection', needsPerson: false } as const;
    const message = 'Nothing answers with secret. Check it. It is tried again. (host: no.)';
    assert.deepEqual(await fail(new BrokerError('unreachable', message, options)), {
      ok: false,
      code: 'unreachable',
      message: 'Nothing answers with ***. Check it. (host: no.)',
    });
  });

  it('try four things at once, and no more', async () => {
    const trials = new Trials();
    const gate = new Gate();
    const wait = async () => {
      await gate.promise;
      return {};
    };
    const running = Array.from({ length: 4 }, () => trials.outcomeOf([], wait));
    await assert.rejects(trials.outcomeOf([], wait), { name: 'RequestError', status: 429 });
    gate.open();
    for (const outcome of await Promise.all(running)) assert.deepEqual(outcome, { ok: true });
    assert.deepEqual(await trials.outcomeOf([], wait), { ok: true });
  });
});
