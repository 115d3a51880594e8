/** The form of `invers-dedupe-store`: where event ids are remembered. */
import { keepStoredChoice, prepareForm, showProblems } from './editor/form';
import type { EditorNode } from './editor/red';
import { number, oneOf, onlyIf, redisUrl, shownValue, text } from './editor/validators';

/** The places in the select. Which rows belong to which stands in the form, as `data-backend`. */
const BACKENDS = ['memory', 'file', 'redis'];

interface StoreProperties {
  name: string;
  backend: string;
  maxEntries: number | string;
  directory: string;
  url: string;
  prefix: string;
  tls: string;
}

const isRedis = (node: EditorNode): boolean => shownValue(node, 'backend') === 'redis';
const isLocal = (node: EditorNode): boolean =>
  ['memory', 'file'].includes(String(shownValue(node, 'backend')));

RED.nodes.registerType<StoreProperties>('invers-dedupe-store', {
  category: 'config',
  defaults: {
    name: { value: '' },
    backend: {
      value: 'memory',
      validate: oneOf(BACKENDS, 'invers-dedupe-store.problem.backend'),
    },
    maxEntries: {
      value: 1_000_000,
      validate: onlyIf(
        isLocal,
        number({ min: 1, max: 10_000_000 }, 'invers-dedupe-store.problem.max-entries'),
      ),
    },
    directory: { value: '' },
    url: {
      value: 'redis://127.0.0.1:6379',
      validate: onlyIf(isRedis, redisUrl('invers-dedupe-store.problem.url')),
    },
    prefix: {
      value: 'invers:',
      validate: onlyIf(isRedis, text('invers-dedupe-store.problem.prefix')),
    },
    tls: {
      value: '',
      type: 'tls-config',
      required: false,
      label: RED._('node-red:httpin.tls-config'),
    },
  },
  credentials: {
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
    const backend = $('#node-config-input-backend');
    keepStoredChoice(backend, this.backend);
    backend.on('change', () => {
      const shown = String(backend.val());
      $('[data-backend]').each(function () {
        $(this).toggle(String($(this).attr('data-backend')).split(' ').includes(shown));
      });
      const hint = BACKENDS.includes(shown) ? this._(`invers-dedupe-store.hint.${shown}`) : '';
      $('#invers-dedupe-store-backend-hint').text(hint);
    });
    showProblems(this, 'node-config-input');
    backend.trigger('change');
  },
});
