/** The form of `invers-vehicles`: where vehicles are remembered, and which one is asked for. */

import { fillInDefaults, prepareForm, showProblems } from './editor/form';
import { naming, neededStore } from './editor/naming';
import { messageValue, number, oneOf } from './editor/validators';
import { VEHICLES } from './settings/limits';

interface VehiclesProperties {
  name: string;
  store: string;
  vehicle: string;
  vehicleType: string;
  limit: number | string;
}

RED.nodes.registerType<VehiclesProperties>('invers-vehicles', {
  ...naming('invers-vehicles'),
  category: 'INVERS',
  color: '#8FBBC2',
  icon: 'invers-vehicles.svg',
  defaults: {
    name: { value: '' },
    store: neededStore('invers-vehicles'),
    vehicle: {
      value: '',
      validate: messageValue('vehicleType', 'invers-vehicles.problem.vehicle'),
    },
    vehicleType: {
      value: 'msg',
      validate: oneOf(VEHICLES.vehicleType, 'invers-vehicles.problem.vehicle-type'),
    },
    limit: { value: 1000, validate: number(VEHICLES.limit, 'invers-vehicles.problem.limit') },
  },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(`invers-vehicles.output.${index === 0 ? 'found' : 'not-found'}`);
  },
  oneditprepare() {
    prepareForm($('#node-input-name'));
    fillInDefaults(this, 'node-input');
    $('#node-input-vehicle').typedInput({
      default: 'msg',
      types: ['msg', 'jsonata'],
      typeField: $('#node-input-vehicleType'),
    });
    showProblems(this, 'node-input');
  },
});
