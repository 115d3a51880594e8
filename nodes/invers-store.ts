/** The config node of a place where things are remembered, shared by the nodes that name it. */

import type { NodeAPI, NodeInitializer } from 'node-red';
import { errorText } from '../src/errors/error-text';
import { withinLimit } from '../src/time/within-limit';
import { OpenStore } from './runtime/memory/open-store';
import type { StoreNode } from './runtime/memory/store-node';
import type { TlsConfigNode } from './runtime/settings/consumer';
import {
  type StoreConfig,
  type StoreCredentials,
  type StoreSettings,
  storeSettings,
  storeWarnings,
} from './runtime/settings/store';
import { ConfigError } from './runtime/settings/values';
import { fail, warn } from './runtime/status/say';
import { addStoreTrial } from './runtime/trial/store-endpoint';

/** Milliseconds for what is on its way to end; Node-RED itself waits 15 s for a node. */
const DRAIN_TIMEOUT = 13_000;

const initialize: NodeInitializer = (RED) => {
  addStoreTrial(RED);

  function InversStore(this: StoreNode, config: StoreConfig): void {
    RED.nodes.createNode(this, config);
    let settings: StoreSettings | undefined;
    let problem = '';
    try {
      settings = readSettings(RED, this, config);
    } catch (error) {
      problem = errorText(error);
      fail(this, problem);
    }
    let opened: OpenStore | undefined;
    this.opened = () => {
      if (!settings) throw new ConfigError(`The store: ${problem}`);
      if (!opened) {
        for (const warning of storeWarnings(settings)) warn(this, warning);
        opened = new OpenStore(this, settings);
      }
      return opened;
    };
    this.on('close', (_removed: boolean, done: () => void) => {
      close(opened).then(done, done);
    });
  }

  RED.nodes.registerType<StoreNode, StoreConfig, object, StoreCredentials>(
    'invers-store',
    InversStore,
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

/** The topics close at the same time and let their flows finish: what ends until then is recorded. */
async function close(opened: OpenStore | undefined): Promise<void> {
  if (!opened) return;
  await withinLimit(opened.idle(), DRAIN_TIMEOUT);
  await opened.close();
}

export = initialize;
