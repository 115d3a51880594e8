/** The endpoints for forms and sidebar: who may ask, what is taken, and that everybody gets an answer in time. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import {
  addEndpoint,
  type Endpoint,
  type Permission,
  RequestError,
} from '../../../nodes/runtime/admin/endpoint';
import { MovedClock, turn } from '../../support/moved-clock';

/** What Node-RED decides by; it has no types. */
const { hasPermission } = createRequire(require.resolve('node-red'))(
  '@node-red/editor-api/lib/auth/permissions',
) as { hasPermission(granted: string | string[], permission: string): boolean };

type Handler = (request: object, response: object, next: () => void) => void;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Node-RED's admin API with one endpoint; who asks has been granted these permissions. */
function createAdmin(endpoint: Partial<Endpoint<unknown>>, granted: string | string[] = '*') {
  const handlers = new Map<string, Handler[]>();
  const clock = new MovedClock();
  const add =
    (method: string) =>
    (path: string, ...all: Handler[]) =>
      void handlers.set(`${method} ${path}`, all);
  const RED = {
    httpAdmin: { get: add('get'), post: add('post') },
    auth: {
      // as Node-RED does it for who has logged in
      needsPermission:
        (permission: Permission): Handler =>
        (_request, response, next) => {
          if (hasPermission(granted, permission)) next();
          else (response as { status(code: number): { end(): void } }).status(401).end();
        },
    },
  };
  const whole: Endpoint<unknown> = {
    method: 'post',
    path: 'thing',
    permission: 'invers.write',
    read: (body) => body,
    answer: (input) => ({ input }),
    ...endpoint,
  };
  addEndpoint(RED as never, whole, clock);
  const answers: Answer[] = [];
  const ask = async (body?: unknown, type = 'application/json'): Promise<void> => {
    let status = 200;
    const response = {
      headersSent: false,
      status(code: number) {
        status = code;
        return response;
      },
      json(answer: unknown) {
        response.headersSent = true;
        answers.push({ status, body: answer });
      },
      end: () => response.json(undefined),
    };
    const request = { body, is: (wanted: string) => wanted === type };
    const [permit, handle] = handlers.get(`${whole.method} /invers/${whole.path}`) ?? [];
    assert.ok(permit && handle, 'the endpoint has a permission and a handler');
    permit(request, response, () => handle(request, response, () => undefined));
    await turn();
  };
  return { answers, ask, clock };
}

describe('an admin endpoint', () => {
  it('answers with what was asked for, and leaves no timer behind', async () => {
    const { answers, ask, clock } = createAdmin({});
    await ask({ a: 1 });
    assert.deepEqual(answers, [{ status: 200, body: { input: { a: 1 } } }]);
    assert.equal(clock.pending, 0);
  });

  it('does nothing for who lacks its permission, also who may read all', async () => {
    const reached: string[] = [];
    for (const permission of ['invers.read', 'invers.write'] as const) {
      for (const granted of [[], ['flows.read'], 'read', '*', [permission]]) {
        const answer = () => void reached.push(`${granted} for ${permission}`);
        const { answers, ask } = createAdmin({ permission, answer }, granted);
        await ask();
        assert.equal(answers.length, 1);
        const { status } = answers[0] as Answer;
        assert.equal(status, reached.at(-1) === `${granted} for ${permission}` ? 200 : 401);
      }
    }
    assert.deepEqual(reached, [
      'read for invers.read',
      '* for invers.read',
      'invers.read for invers.read',
      '* for invers.write',
      'invers.write for invers.write',
    ]);
  });

  it('answers after ten seconds in any case, once, whatever comes later', async () => {
    for (const end of ['resolve', 'reject'] as const) {
      let finish: () => void = () => assert.fail('nobody asked');
      const { answers, ask, clock } = createAdmin({
        answer: () =>
          new Promise((resolve, reject) => {
            finish = () => (end === 'resolve' ? resolve('late') : reject(new Error('late')));
          }),
      });
      await ask();
      await clock.pass(9_999);
      assert.deepEqual(answers, []);
      await clock.pass(1);
      const told = [{ status: 504, body: { error: 'This took longer than 10 seconds.' } }];
      assert.deepEqual(answers, told);
      finish();
      await turn();
      assert.deepEqual(answers, told);
    }
  });

  it('refuses what a form of another site can send, and what its input is not', async () => {
    const read = () => {
      throw new RequestError('Send {"ids": […]}.', 422);
    };
    const { answers, ask } = createAdmin({ read });
    await ask('a=1', 'application/x-www-form-urlencoded');
    await ask({});
    assert.deepEqual(answers, [
      { status: 415, body: { error: 'Send JSON.' } },
      { status: 422, body: { error: 'Send {"ids": […]}.' } },
    ]);
  });

  it('says of any other error only that there was one', async () => {
    const { answers, ask } = createAdmin({
      answer: () => Promise.reject(new Error('the password is 1234')),
    });
    await ask();
    assert.deepEqual(answers, [{ status: 500, body: { error: 'It failed; see the log.' } }]);
  });
});
