/** The form of `invers-vehicle-state`: where vehicles are remembered, and which changes count. */

import { PROPERTY_NAMES } from '../src/vehicle/properties';
import { fillInDefaults, prepareForm, showProblems } from './editor/form';
import { offerNames } from './editor/names';
import { naming, neededStore } from './editor/naming';
import { messageValue, oneOf } from './editor/validators';
import { VEHICLE_STATE } from './settings/limits';
import { parseList } from './settings/texts';

interface VehicleStateProperties {
  name: string;
  store: string;
  state: string;
  stateType: string;
  watch: string[];
}

RED.nodes.registerType<VehicleStateProperties>('invers-vehicle-state', {
  ...naming('invers-vehicle-state'),
  category: 'INVERS',
  color: '#8FBBC2',
  icon: 'invers-vehicle-state.svg',
  defaults: {
    name: { value: '' },
    store: neededStore('invers-vehicle-state'),
    state: { value: '', validate: messageValue('stateType', 'invers-vehicle-state.problem.state') },
    stateType: {
      value: 'msg',
      validate: oneOf(VEHICLE_STATE.stateType, 'invers-vehicle-state.problem.state-type'),
    },
    watch: { value: [] },
  },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(`invers-vehicle-state.output.${index === 0 ? 'changed' : 'unchanged'}`);
  },
  oneditprepare() {
    prepareForm($('#node-input-name'));
    fillInDefaults(this, 'node-input');
    const names = $('#node-input-watchNames');
    names.val((Array.isArray(this.watch) ? this.watch : []).join(', '));
    offerNames(names, PROPERTY_NAMES);
    $('#node-input-state').typedInput({
      default: 'msg',
      types: ['msg', 'jsonata'],
      typeField: $('#node-input-stateType'),
    });
    showProblems(this, 'node-input');
  },
  oneditsave() {
    this.watch = parseList(String($('#node-input-watchNames').val() ?? ''));
  },
});
