/** The form of `invers-consumer`: which broker, and the credentials that FleetControl shows for one event consumer. */
import { saveCheckboxes } from './editor/checkboxes';
import { showConnectionWarnings } from './editor/connection-warnings';
import {
  fillInDefaults,
  keepStoredChoice,
  prepareForm,
  showOnly,
  showProblems,
} from './editor/form';
import type { EditorNode, Validator } from './editor/red';
import { closeSchemaEditor, openSchemaEditor, schemas } from './editor/schema-field';
import { addHappenings } from './editor/server/happenings';
import { openForm } from './editor/server/sent-form';
import { addTrial } from './editor/server/trial';
import {
  brokerName,
  chosen,
  each,
  hostName,
  number,
  oneOf,
  onlyIf,
  password,
  path,
  text,
} from './editor/validators';
import { CONSUMER } from './settings/limits';

/** Which rows belong to which environment stands in the form, as `data-environment`. */
const ENVIRONMENT = CONSUMER.environment;

interface ConsumerProperties {
  name: string;
  environment: string;
  host: string;
  port: number | string;
  vhost: string;
  useTls: boolean;
  tls: string;
  heartbeat: number | string;
  vehicleId: string;
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

/** A check of what these environments need; where the environment is a variable, none is known to need it. */
function neededIn(
  environments: readonly (typeof ENVIRONMENT.choices)[number][],
  check: Validator<EditorNode>,
): Validator<EditorNode> {
  return onlyIf(
    (node) => environments.some((one) => one === chosen(node, 'environment', ENVIRONMENT)),
    check,
  );
}

/** The sandbox asks for no credentials. */
const REAL = ['invers', 'custom'] as const;

RED.nodes.registerType<ConsumerProperties>('invers-consumer', {
  category: 'config',
  defaults: {
    name: { value: '' },
    environment: {
      value: 'invers',
      validate: oneOf(ENVIRONMENT, 'invers-consumer.problem.environment'),
    },
    host: {
      value: 'api.invers.com',
      validate: neededIn(['custom'], hostName('invers-consumer.problem.host')),
    },
    port: {
      value: 5671,
      validate: neededIn(['custom'], number(CONSUMER.port, 'invers-consumer.problem.port')),
    },
    vhost: {
      value: '',
      validate: each(
        neededIn(['invers'], text('invers-consumer.problem.vhost')),
        neededIn(REAL, brokerName('invers-consumer.problem.vhost-too-long')),
      ),
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
      validate: neededIn(REAL, number(CONSUMER.heartbeat, 'invers-consumer.problem.heartbeat')),
    },
    vehicleId: { value: '', validate: path('invers-consumer.problem.vehicle-id') },
    sandboxVehicles: {
      value: 20,
      validate: neededIn(
        ['sandbox'],
        number(CONSUMER.sandboxVehicles, 'invers-consumer.problem.sandbox-vehicles'),
      ),
    },
    sandboxRate: {
      value: 2,
      validate: neededIn(
        ['sandbox'],
        number(CONSUMER.sandboxRate, 'invers-consumer.problem.sandbox-rate'),
      ),
    },
    sandboxDuplicates: {
      value: 2,
      validate: neededIn(
        ['sandbox'],
        number(CONSUMER.sandboxDuplicates, 'invers-consumer.problem.sandbox-duplicates'),
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
      validate: neededIn(REAL, text('invers-consumer.problem.username')),
    },
    password: {
      type: 'password',
      validate: neededIn(REAL, password('invers-consumer.problem.password')),
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
    keepStoredChoice(environment, this.environment);
    addHappenings($('#invers-consumer-happenings'), this);
    showOnly(environment, 'environment', ENVIRONMENT.choices);
    // What an empty one stands for, which is nothing for INVERS. The editor translates the form only after this.
    const vhost = $('#node-config-input-vhost').removeAttr('data-i18n');
    const showEmptyVhost = (): void => {
      const isCustom = environment.val() === 'custom';
      const fromFleetControl = this._('invers-consumer.placeholder.vhost');
      vhost.attr('placeholder', isCustom ? CONSUMER.vhost.empty : fromFleetControl);
    };
    environment.on('change', showEmptyVhost);
    showEmptyVhost();
    const field = (name: string) => $(`#node-config-input-${name}`);
    showConnectionWarnings('invers-consumer', ['environment', 'useTls', 'host'], () => {
      const environment = field('environment').val();
      return {
        host: environment === 'sandbox' ? undefined : String(field('host').val() ?? ''),
        isEncrypted: environment === 'invers' || field('useTls').prop('checked') === true,
      };
    });
    addTrial(this, [
      {
        button: 'connection',
        path: 'test/connection',
        body: () => openForm(this),
        fine: ({ sandbox }) => (sandbox === undefined ? 'connected' : 'sandbox'),
      },
    ]);
    openSchemaEditor($(SCHEMAS), 'invers-consumer-schemas-editor');
    showProblems(this, 'node-config-input');
  },
  oneditsave() {
    closeEditor();
    saveCheckboxes(this, 'node-config-input');
  },
  oneditcancel: closeEditor,
  oneditdelete: closeEditor,
});
