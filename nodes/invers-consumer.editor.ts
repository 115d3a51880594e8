/** The form of `invers-consumer`: which broker, and the credentials that FleetControl shows for one event consumer. */
import { fillInDefaults, prepareForm, showProblems } from './editor/form';
import type { EditorNode } from './editor/red';
import { closeSchemaEditor, openSchemaEditor, schemas } from './editor/schema-field';
import { hostName, number, oneOf, onlyIf, shownValue, text } from './editor/validators';

/** The environments in the select. Which rows belong to which ones stands in the form, as `data-environment`. */
const ENVIRONMENTS = ['invers', 'custom', 'sandbox'];

interface ConsumerProperties {
  name: string;
  environment: string;
  host: string;
  port: number | string;
  vhost: string;
  useTls: boolean;
  tls: string;
  heartbeat: number | string;
  sandboxVehicles: number | string;
  sandboxRate: number | string;
  sandboxDuplicates: number | string;
  schemas: string;
  schemaDirectory: string;
}

const SCHEMAS = '#node-config-input-schemas';

function closeEditor(): void {
  closeSchemaEditor($(SCHEMAS));
}

function isCustom(node: EditorNode): boolean {
  return shownValue(node, 'environment') === 'custom';
}

function isSandbox(node: EditorNode): boolean {
  return shownValue(node, 'environment') === 'sandbox';
}

/** The sandbox asks for no credentials. */
function isReal(node: EditorNode): boolean {
  return !isSandbox(node);
}

RED.nodes.registerType<ConsumerProperties>('invers-consumer', {
  category: 'config',
  defaults: {
    name: { value: '' },
    environment: {
      value: 'invers',
      validate: oneOf(ENVIRONMENTS, 'invers-consumer.problem.environment'),
    },
    host: {
      value: 'api.invers.com',
      validate: onlyIf(isCustom, hostName('invers-consumer.problem.host')),
    },
    port: {
      value: 5671,
      validate: onlyIf(isCustom, number({ min: 1, max: 65535 }, 'invers-consumer.problem.port')),
    },
    vhost: {
      value: '/',
      validate: onlyIf(isReal, text('invers-consumer.problem.vhost')),
    },
    useTls: { value: true },
    tls: {
      value: '',
      type: 'tls-config',
      required: false,
      label: RED._('node-red:httpin.tls-config'),
    },
    heartbeat: {
      value: 30,
      validate: onlyIf(isReal, number({ min: 1, max: 600 }, 'invers-consumer.problem.heartbeat')),
    },
    sandboxVehicles: {
      value: 20,
      validate: onlyIf(
        isSandbox,
        number({ min: 1, max: 10_000 }, 'invers-consumer.problem.sandbox-vehicles'),
      ),
    },
    sandboxRate: {
      value: 2,
      validate: onlyIf(
        isSandbox,
        number({ min: 0.02, max: 10_000, fractions: true }, 'invers-consumer.problem.sandbox-rate'),
      ),
    },
    sandboxDuplicates: {
      value: 2,
      validate: onlyIf(
        isSandbox,
        number({ min: 0, max: 100, fractions: true }, 'invers-consumer.problem.sandbox-duplicates'),
      ),
    },
    schemas: {
      value: '',
      validate: schemas('invers-consumer.problem.schemas'),
    },
    schemaDirectory: { value: '' },
  },
  credentials: {
    username: {
      type: 'text',
      validate: onlyIf(isReal, text('invers-consumer.problem.username')),
    },
    password: {
      type: 'password',
      validate: onlyIf(isReal, text('invers-consumer.problem.password')),
    },
  },
  paletteLabel() {
    return this._('invers-consumer.default-name');
  },
  label() {
    return this.name || this._('invers-consumer.default-name');
  },
  oneditprepare() {
    prepareForm($('#node-config-input-name'));
    fillInDefaults(this, 'node-config-input');
    const environment = $('#node-config-input-environment');
    if (environment.val() === null) {
      // A value that the select does not offer, such as ${NAME}: saving the form must not lose it.
      const stored = this.environment;
      $('<option>').val(stored).text(stored).appendTo(environment);
      environment.val(stored);
    }
    environment.on('change', () => {
      const shown = String(environment.val());
      $('[data-environment]').each(function () {
        $(this).toggle(($(this).attr('data-environment') ?? '').split(' ').includes(shown));
      });
    });
    environment.trigger('change');
    openSchemaEditor($(SCHEMAS), 'invers-consumer-schemas-editor');
    showProblems(this, 'node-config-input');
  },
  oneditsave: closeEditor,
  oneditcancel: closeEditor,
  oneditdelete: closeEditor,
});
