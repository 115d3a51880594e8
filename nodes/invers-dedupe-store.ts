/** The config node of a place where event ids are remembered, shared by the filters that name it. */
import type { NodeAPI, NodeInitializer } from 'node-red';
import { errorText } from '../src/errors/error-text';
import { warningOfOpenFolder } from '../src/files/private-files';
import { Dedupe } from '../src/memory/dedupe';
import { FileStore } from '../src/memory/file/file-store';
import type { KeyStore, StoreHealth, TellHealth } from '../src/memory/key-store';
import { MemoryStore } from '../src/memory/memory/memory-store';
import { RedisStore } from '../src/memory/redis/redis-store';
import { systemClock } from '../src/time/clock';
import { withinLimit } from '../src/time/within-limit';
import type { SharedDedupe, StoreNode } from './runtime/memory/store-node';
import type { TlsConfigNode } from './runtime/settings/consumer';
import {
  type StoreConfig,
  type StoreCredentials,
  type StoreSettings,
  storeSettings,
} from './runtime/settings/store';
import { ConfigError } from './runtime/settings/values';
import { throttledWarning } from './runtime/status/throttled-warning';

/** Milliseconds for what is on its way to end; Node-RED itself waits 15 s for a node. */
const DRAIN_TIMEOUT = 13_000;

const initialize: NodeInitializer = (RED) => {
  function InversDedupeStore(this: StoreNode, config: StoreConfig): void {
    RED.nodes.createNode(this, config);
    let settings: StoreSettings | undefined;
    let problem = '';
    try {
      settings = readSettings(RED, this, config);
    } catch (error) {
      problem = errorText(error);
      this.error(problem);
    }
    let opened: SharedDedupe | undefined;
    this.open = () => {
      if (!settings) throw new ConfigError(`The store of event ids: ${problem}`);
      opened ??= openStore(this, settings);
      return opened;
    };
    this.on('close', (_removed: boolean, done: () => void) => {
      close(opened).then(done, done);
    });
  }

  RED.nodes.registerType<StoreNode, StoreConfig, object, StoreCredentials>(
    'invers-dedupe-store',
    InversDedupeStore,
    { credentials: { redisUsername: { type: 'text' }, redisPassword: { type: 'password' } } },
  );
};

function readSettings(RED: NodeAPI, node: StoreNode, config: StoreConfig): StoreSettings {
  const tlsNode = config.tls
    ? (RED.nodes.getNode(config.tls) as unknown as TlsConfigNode | null)
    : null;
  const { userDir } = RED.settings;
  return storeSettings(config, node.credentials ?? {}, userDir ?? '.', tlsNode ?? undefined);
}

/** Opened for the first filter that asks, so that a store nobody uses touches no file and no server. */
function openStore(node: StoreNode, settings: StoreSettings): SharedDedupe {
  const watchers = new Set<() => void>();
  const openFolder = settings.backend === 'file' && warningOfOpenFolder(settings.directory);
  if (openFolder) node.warn(openFolder);
  const warn = throttledWarning((text) => node.warn(text));
  let health: StoreHealth = { state: 'working', message: '' };
  const store = createStore(settings, (changed) => {
    health = changed;
    if (changed.state === 'working') node.log(changed.message);
    else if (changed.state === 'refused') node.error(changed.message);
    else warn(changed.message);
    for (const tell of watchers) tell();
  });
  return {
    dedupe: new Dedupe(store, systemClock),
    get health() {
      return health;
    },
    watch(onChange) {
      watchers.add(onChange);
      return () => watchers.delete(onChange);
    },
    leave: async () => undefined,
  };
}

function createStore(settings: StoreSettings, tell: TellHealth): KeyStore {
  const clock = systemClock;
  switch (settings.backend) {
    case 'memory':
      return new MemoryStore(settings);
    case 'file':
      return new FileStore({ ...settings, clock, tell });
    case 'redis':
      return new RedisStore({ ...settings, clock, tell });
  }
}

/** The topics close at the same time and let their flows finish: what ends until then is recorded. */
async function close(opened: SharedDedupe | undefined): Promise<void> {
  if (!opened) return;
  await withinLimit(opened.dedupe.idle(), DRAIN_TIMEOUT);
  await opened.dedupe.close();
}

export = initialize;
