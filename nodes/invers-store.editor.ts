/** The form of `invers-store`: what must be remembered, and where. */
import { showConnectionWarnings } from './editor/connection-warnings';
import {
  explainChoice,
  fillInDefaults,
  keepStoredChoice,
  prepareForm,
  showOnly,
  showProblems,
} from './editor/form';
import type { EditorNode } from './editor/red';
import { openForm } from './editor/server/sent-form';
import { addTrial } from './editor/server/trial';
import { chosen, number, oneOf, onlyIf, redisUrl } from './editor/validators';
import { STORE } from './settings/limits';
import { isRedisUrl } from './settings/texts';

/** Which rows belong to which place stands in the form, as `data-backend`. */
const BACKEND = STORE.backend;

interface StoreProperties {
  name: string;
  backend: string;
  maxEntries: number | string;
  maxVehicles: number | string;
  directory: string;
  url: string;
  prefix: string;
  tls: string;
}

const isRedis = (node: EditorNode): boolean => chosen(node, 'backend', BACKEND) === 'redis';
const isLocal = (node: EditorNode): boolean =>
  ['memory', 'file'].includes(chosen(node, 'backend', BACKEND));

RED.nodes.registerType<StoreProperties>('invers-store', {
  category: 'config',
  defaults: {
    name: { value: '' },
    backend: {
      value: 'file',
      validate: oneOf(BACKEND, 'invers-store.problem.backend'),
    },
    maxEntries: {
      value: 1_000_000,
      validate: onlyIf(isLocal, number(STORE.maxEntries, 'invers-store.problem.max-entries')),
    },
    maxVehicles: {
      value: 100_000,
      validate: onlyIf(isLocal, number(STORE.maxVehicles, 'invers-store.problem.max-vehicles')),
    },
    directory: { value: '' },
    url: {
      value: 'redis://127.0.0.1:6379',
      validate: onlyIf(
        isRedis,
        redisUrl({
          wrong: 'invers-store.problem.url',
          password: 'invers-store.problem.url-password',
        }),
      ),
    },
    prefix: { value: 'invers:' },
    tls: {
      value: '',
      type: 'tls-config',
      required: false,
      label: RED._('node-red:httpin.tls-config'),
    },
  },
  credentials: {
    redisUsername: { type: 'text' },
    redisPassword: { type: 'password' },
  },
  paletteLabel() {
    return this._('invers-store.default-name');
  },
  label() {
    return this.name || this._('invers-store.default-name');
  },
  oneditprepare() {
    prepareForm($('#node-config-input-name'));
    fillInDefaults(this, 'node-config-input');
    const backend = $('#node-config-input-backend');
    keepStoredChoice(backend, this.backend);
    showOnly(backend, 'backend', BACKEND.choices);
    explainChoice(backend, BACKEND.choices, 'invers-store.hint.backend', this._);
    const url = $('#node-config-input-url');
    showConnectionWarnings('invers-store', ['backend', 'url'], () => {
      const address = String(url.val() ?? '');
      const isRead = backend.val() === 'redis' && isRedisUrl(address);
      return {
        host: isRead ? new URL(address).hostname : undefined,
        isEncrypted: address.startsWith('rediss:'),
      };
    });
    addTrial(this, [
      {
        button: 'store',
        path: 'test/store',
        body: () => openForm(this),
        fine: ({ place }) => String(place),
      },
    ]);
    showProblems(this, 'node-config-input');
  },
});
