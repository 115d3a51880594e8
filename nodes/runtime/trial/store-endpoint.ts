/** The endpoint behind “Test” in the form of a store: the place that is typed is tried, and nothing is written to it. */
import type { NodeAPI } from 'node-red';
import { tryDirectory } from '../../../src/memory/file/directory-trial';
import { tryRedis } from '../../../src/memory/redis/redis-trial';
import { addEndpoint } from '../admin/endpoint';
import type { TlsConfigNode } from '../settings/consumer';
import { type StoreConfig, storeSettings } from '../settings/store';
import { type FilledForm, fillIn, readForm, tlsNodeOf } from './form';
import { MAY_DEPLOY, Trials } from './outcome';

export type StoreOutcome = 'memory' | 'directory-there' | 'directory-new' | 'redis';

export function addStoreTrial(RED: NodeAPI): void {
  const trials = new Trials();
  addEndpoint(RED, {
    method: 'post',
    path: 'test/store',
    permission: 'invers.write',
    furtherPermission: MAY_DEPLOY,
    read: readForm,
    answer: (sent) => {
      const form = fillIn(RED, 'invers-store', sent);
      return trials.outcomeOf(form.secrets, async () => ({ place: await tryPlace(RED, form) }));
    },
  });
}

async function tryPlace(RED: NodeAPI, { config, credentials }: FilledForm): Promise<StoreOutcome> {
  const { userDir } = RED.settings;
  const isRedis = config['backend'] === 'redis';
  const tlsNode = isRedis ? tlsNodeOf<TlsConfigNode>(RED, config['tls']) : undefined;
  const settings = storeSettings(
    config as never as StoreConfig,
    credentials,
    userDir ?? '.',
    tlsNode,
  );
  switch (settings.backend) {
    case 'memory':
      return 'memory';
    case 'file':
      return tryDirectory(settings.directory) ? 'directory-there' : 'directory-new';
    case 'redis':
      await tryRedis(settings, settings.prefix);
      return 'redis';
  }
}
