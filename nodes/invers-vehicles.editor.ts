/** The form of `invers-vehicles`: where vehicles are remembered, and which one is asked for. */
import { fillInDefaults, prepareForm, showProblems } from './editor/form';
import { configNode, messageValue, number, oneOf } from './editor/validators';
import { VEHICLES } from './settings/limits';

interface VehiclesProperties {
  name: string;
  store: string;
  vehicle: string;
  vehicleType: string;
  limit: number | string;
}

RED.nodes.registerType<VehiclesProperties>('invers-vehicles', {
  category: 'INVERS',
  color: '#8FBBC2',
  defaults: {
    name: { value: '' },
    store: {
      value: '',
      type: 'invers-store',
      validate: configNode({
        missing: 'invers-vehicles.problem.no-store',
        gone: 'invers-vehicles.problem.store-gone',
        invalid: 'invers-vehicles.problem.store-invalid',
      }),
    },
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
  icon: 'invers-vehicles.svg',
  paletteLabel() {
    return this._('invers-vehicles.palette');
  },
  label() {
    return this.name || this._('invers-vehicles.default-name');
  },
  labelStyle() {
    return this.name ? 'red-ui-flow-node-label-italic' : '';
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
