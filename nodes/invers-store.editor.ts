/** The form of `invers-dedupe-store`: where event ids are remembered. */
import {
  explainChoice,
  fillInDefaults,
  keepStoredChoice,
  prepareForm,
  showOnly,
  showProblems,
} from './editor/form';
import type { EditorNode } from './editor/red';
import { chosen, number, oneOf, onlyIf, redisUrl } from './editor/validators';
import { DEDUPE_STORE } from './settings/limits';

/** Which rows belong to which place stands in the form, as `data-backend`. */
const BACKEND = DEDUPE_STORE.backend;

interface StoreProperties {
  name: string;
  backend: string;
  maxEntries: number | string;
  directory: string;
  url: string;
  prefix: string;
  tls: string;
}

const isRedis = (node: EditorNode): boolean => chosen(node, 'backend', BACKEND) === 'redis';
const isLocal = (node: EditorNode): boolean =>
  ['memory', 'file'].includes(chosen(node, 'backend', BACKEND));

RED.nodes.registerType<StoreProperties>('invers-dedupe-store', {
  category: 'config',
  defaults: {
    name: { value: '' },
    backend: {
      value: 'memory',
      validate: oneOf(BACKEND, 'invers-dedupe-store.problem.backend'),
    },
    maxEntries: {
      value: 1_000_000,
      validate: onlyIf(
        isLocal,
        number(DEDUPE_STORE.maxEntries, 'invers-dedupe-store.problem.max-entries'),
      ),
    },
    directory: { value: '' },
    url: {
      value: 'redis://127.0.0.1:6379',
      validate: onlyIf(
        isRedis,
        redisUrl({
          wrong: 'invers-dedupe-store.problem.url',
          password: 'invers-dedupe-store.problem.url-password',
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
    return this._('invers-dedupe-store.default-name');
  },
  label() {
    return this.name || this._('invers-dedupe-store.default-name');
  },
  oneditprepare() {
    prepareForm($('#node-config-input-name'));
    fillInDefaults(this, 'node-config-input');
    const backend = $('#node-config-input-backend');
    keepStoredChoice(backend, this.backend);
    showOnly(backend, 'backend', BACKEND.choices);
    explainChoice(backend, BACKEND.choices, 'invers-dedupe-store.hint.backend', this._);
    showProblems(this, 'node-config-input');
  },
});
