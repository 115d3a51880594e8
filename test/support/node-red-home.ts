/** What every Node-RED that tests start has in common: where it comes from, its user directory, settings and observers. */

import type { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { NodeStatus } from 'node-red';
import type { LogEntry, Observer } from './observed.js';

export const repositoryRoot = path.resolve(__dirname, '../../..');

const packageName = '@fleetwire/node-red-invers';

/** Loads from the Node-RED under test: NODE_RED_HOME names a directory that has one in its node_modules. */
export function requireFromNodeRed(): NodeJS.Require {
  const home = path.resolve(process.env['NODE_RED_HOME'] || repositoryRoot);
  const nodeRed = createRequire(path.join(home, 'package.json')).resolve('node-red/package.json');
  return createRequire(nodeRed);
}

/** Where npm puts the packages of others that some examples need, as `test/recipes/packages` names them. */
const packagesOfOthers = path.join(repositoryRoot, 'test/recipes/packages/node_modules');

/**
 * A throw-away user directory with this package in it, as `npm link` would have put it there; and with
 * packages of others, by their names.
 */
export function makeUserDir(others: readonly string[] = []): string {
  const userDir = fs.mkdtempSync(path.join(os.tmpdir(), 'node-red-'));
  const link = (name: string, folder: string) => {
    const place = path.join(userDir, 'node_modules', name);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.symlinkSync(folder, place, 'dir');
  };
  link(packageName, repositoryRoot);
  for (const name of others) link(name, path.join(packagesOfOthers, name));
  const dependencies = Object.fromEntries([packageName, ...others].map((name) => [name, '*']));
  fs.writeFileSync(path.join(userDir, 'package.json'), JSON.stringify({ dependencies }));
  return userDir;
}

/** Settings with which Node-RED asks nobody outside and prints nothing. */
export function settingsFor(userDir: string, observe: Observer): Record<string, unknown> {
  return {
    userDir,
    nodesDir: path.join(repositoryRoot, 'test/fixtures/nodes'),
    flowFile: 'flows.json',
    credentialSecret: false,
    // the second one answers later, as a store on a disk does
    contextStorage: {
      default: { module: 'memory' },
      disk: { module: 'localfilesystem', config: { cache: false } },
    },
    httpAdminRoot: '/',
    httpNodeRoot: '/',
    uiHost: '127.0.0.1',
    uiPort: 0,
    // what Batch, Join, Sort and Switch keep at most
    nodeMessageBufferMaxLength: 1_000,
    telemetry: { enabled: false, updateNotification: false },
    externalModules: {
      autoInstall: false,
      palette: { allowInstall: false },
      modules: { allowInstall: false },
    },
    editorTheme: { tours: false, projects: { enabled: false } },
    logging: {
      test: {
        level: 'trace',
        metrics: false,
        audit: false,
        handler: () => (entry: RawLogEntry) => observe({ kind: 'log', entry: readable(entry) }),
      },
    },
    testObserver: observe,
  };
}

/** Passes on what Node-RED's own events say about its flows and nodes. */
export function observeRuntime(events: EventEmitter, observe: Observer): void {
  events.on('flows:stopped', () => observe({ kind: 'flows', state: 'stopped' }));
  events.on('flows:started', () => observe({ kind: 'flows', state: 'started' }));
  events.on('node-status', ({ id, status }: { id: string; status?: NodeStatus }) => {
    // Without a status it is the news that a node was removed.
    if (status) observe({ kind: 'status', id, status });
  });
  events.on('runtime-event', ({ id, payload }: { id: string; payload?: RuntimeState }) => {
    if (id !== 'runtime-state' || !payload?.error) return;
    const missing = payload.types ?? payload.modules;
    const reason = missing ? `${payload.error}: ${JSON.stringify(missing)}` : payload.error;
    observe({ kind: 'flows', state: 'failed', reason });
  });
}

interface RuntimeState {
  error?: string;
  types?: string[];
  modules?: unknown[];
}

interface RawLogEntry {
  level: number;
  msg: unknown;
  id?: string;
  type?: string;
  timestamp: number;
}

const levels: Record<number, LogEntry['level']> = {
  10: 'fatal',
  20: 'error',
  30: 'warn',
  40: 'info',
  50: 'debug',
  60: 'trace',
};

function readable({ level, msg, id, type, timestamp }: RawLogEntry): LogEntry {
  let message = String(msg);
  if (message === '[object Object]') message = String((msg as { message?: unknown }).message ?? '');
  return {
    level: levels[level] ?? 'trace',
    message,
    time: timestamp,
    ...(id === undefined ? {} : { id }),
    ...(type === undefined ? {} : { type }),
  };
}
