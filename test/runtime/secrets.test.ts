/** No secret anywhere that somebody looks: a marker is put into each of them, and then looked for, over right and wrong logins. */
import assert from 'node:assert/strict';
import { createPrivateKey, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { eventMessages } from '../support/events';
import type { Fleet } from '../support/fleet';
import { config, eventFilter, type FlowNode, sink, storeNode, tab, topicIn } from '../support/flow';
import type { NodeRed } from '../support/node-red';
import { Redis } from '../support/redis';
import { setStage } from '../support/stage';

const queue = 'fleet.states';
const all = { routes: [{ name: '', types: ['*'], majorVersions: [] }], other: false };

/** Long enough to be cut off in a text, and with characters that are written otherwise in URLs and JSON. */
function marker(): string {
  return `marker-${randomBytes(6).toString('hex')}-"%/é `.repeat(6).trim();
}

/** As a secret may stand in a text: whole, cut off, or as URLs, JSON and base64 write it. */
function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64');
  return [secret.slice(0, 19), encodeURIComponent(secret).slice(0, 19), base64.slice(0, 20)];
}

describe('secrets', function () {
  this.timeout(120_000);
  let nodeRed: NodeRed;
  let fleet: Fleet;
  const servers: Redis[] = [];

  setStage(queue, (stage) => {
    ({ nodeRed, fleet } = stage);
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.dispose();
  });

  /** A Redis whose password is on no command line of a test, either. */
  async function startRedis(secret: string, ...without: string[]): Promise<Redis> {
    const redis = await Redis.start({ without });
    servers.push(redis);
    await redis.command('CONFIG', 'SET', 'requirepass', secret);
    return redis;
  }

  it('are in no log, status, message, answer, export, file or list of processes, whether they are right or wrong', async () => {
    const right = { username: marker(), password: marker() };
    const wrong = { username: marker(), password: marker() };
    const redisPassword = marker();
    const redisUser = { redisUsername: marker(), redisPassword: marker() };
    await fleet.broker.createUser(right.username, right.password);
    await fleet.broker.setPermissions(fleet.vhost, right.username, {
      configure: '^$',
      write: '^$',
      read: '.*',
    });
    const good = await startRedis(redisPassword);
    const bare = await startRedis(redisPassword, 'HELLO', 'AUTH');
    const redis = (url: string, login: object) => storeNode({ backend: 'redis', url, ...login });
    const stores: Record<string, FlowNode> = {
      right: redis(good.url, { redisPassword }),
      'wrong password': redis(good.url, { redisPassword: wrong.password }),
      'wrong user': redis(good.url, redisUser),
      'no AUTH': redis(bare.url, { redisPassword }),
      'password in the address': redis(
        `redis://:${encodeURIComponent(redisUser.redisPassword)}@127.0.0.1:1`,
        {},
      ),
      'not Redis': redis(`redis://127.0.0.1:${fleet.port}`, redisUser),
    };
    const passphrases = { right: marker(), wrong: marker() };
    const { ca, client } = fleet.broker.certificates;
    const keydata = createPrivateKey(client.key).export({
      ...({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc' } as const),
      passphrase: passphrases.right,
    });
    const [rightKey, wrongKey] = [passphrases.right, passphrases.wrong].map((passphrase) =>
      config('tls-config', {
        ...{ cert: '', key: '', ca: '', servername: 'localhost', verifyservercert: true },
        credentials: { certdata: client.certificate, keydata, cadata: ca, passphrase },
      }),
    ) as [FlowNode, FlowNode];
    const overTls = { port: fleet.broker.tlsPort, useTls: true, tls: rightKey.id };
    const consumers: Record<string, FlowNode> = {
      right: fleet.consumer(right),
      'wrong password': fleet.consumer({ ...right, password: wrong.password }),
      'wrong user': fleet.consumer(wrong),
      'wrong vhost': fleet.consumer({ ...right, vhost: 'not-there' }),
      'nobody there': fleet.consumer({ ...right, port: 9 }),
      'no port': fleet.consumer({ ...right, port: 'none' }),
      'right over TLS': fleet.consumer({ ...right, ...overTls }),
      'wrong password over TLS': fleet.consumer({ ...right, ...overTls, password: wrong.password }),
      'wrong passphrase': fleet.consumer({ ...right, ...overTls, tls: wrongKey.id }),
    };
    const queues: Record<string, string> = { right: queue, 'right over TLS': 'over TLS' };
    await fleet.subscribe('over TLS');
    const last = sink();
    const reports = sink();
    const filters = Object.values(stores).map((store) =>
      eventFilter({ ...all, store: store.id }, [last]),
    );
    const topics = Object.entries(consumers).map(([what, consumer]) =>
      topicIn(
        { consumer, queue: queues[what] ?? `no ${what}`, control: true },
        filters,
        [last],
        [reports],
      ),
    );
    const nodes = [
      rightKey,
      wrongKey,
      ...Object.values(stores),
      ...Object.values(consumers),
      ...filters,
      ...topics,
      last,
      reports,
    ];
    await nodeRed.deploy(tab(nodes));
    await fleet.publish(queue, eventMessages(0, 3));

    // until each of them has said what is the matter
    await fleet.publish('over TLS', eventMessages(3, 4));
    await nodeRed.sink(last.id).waitFor(4 * 5);
    for (const [what, text] of Object.entries({
      'wrong password': /refuse|login/i,
      'wrong user': /refuse|login/i,
      'wrong vhost': /virtual host|vhost/i,
      'nobody there': /./,
      'no port': /Port is "none"/,
      'wrong password over TLS': /refuse|login/i,
      'wrong passphrase': /passphrase|decrypt|key/i,
    })) {
      const { id } = consumers[what] as FlowNode;
      await nodeRed.waitForLog((entry) => entry.id === id && text.test(entry.message));
    }
    for (const [what, text] of Object.entries({
      'wrong password': /refuses user or password/,
      'wrong user': /refuses user or password/,
      'no AUTH': /does not know a command/,
      'password in the address': /holds a password/,
      'not Redis': /cannot be used/,
    })) {
      const { id } = stores[what] as FlowNode;
      await nodeRed.waitForLog((entry) => entry.id === id && text.test(entry.message));
    }

    const seen: Record<string, unknown> = {
      logs: nodeRed.logs,
      messages: [last, reports].map(({ id }) => nodeRed.sink(id).messages),
      statuses: nodes.map(({ id }) => nodeRed.statuses(id)),
      processes: processes(),
    };
    const pages = ['flows', 'settings', 'nodes', 'diagnostics', 'context/global', 'invers/parked'];
    const credentials = [rightKey, wrongKey, ...Object.values({ ...stores, ...consumers })].map(
      ({ type, id }) => `credentials/${type}/${id}`,
    );
    for (const page of [...pages, ...credentials]) {
      const response = await fetch(`${nodeRed.url}/${page}`);
      seen[page] = await response.text();
    }
    const kept = path.join(nodeRed.userDir, 'invers');
    for (const entry of fs.readdirSync(kept, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile()) seen[file] = fs.readFileSync(file, 'latin1');
    }

    const passwords = [right.password, wrong.password, ...Object.values(passphrases)];
    const users = [right.username, wrong.username, redisUser.redisUsername];
    for (const [where, what] of Object.entries(seen)) {
      const text = typeof what === 'string' ? what : JSON.stringify(what);
      // the editor shows a user name to who may edit; and what is typed into an address stays there
      const isForm = where.startsWith('credentials/');
      const isFlow = where === 'flows';
      const secrets = [
        ...passwords,
        redisPassword,
        ...(isFlow ? [] : [redisUser.redisPassword]),
        ...(isForm ? [] : users),
      ];
      for (const form of secrets.flatMap(formsOf)) {
        assert.ok(!text.includes(form), `${form} in ${where}`);
        assert.ok(!text.includes(JSON.stringify(form).slice(1, -1)), `${form} in ${where}`);
      }
    }
  });
});

/** The command lines of this process and of all that it started. */
function processes(): string[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        // it has ended meanwhile
        return '';
      }
    });
}
