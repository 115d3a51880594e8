/** The form of `invers-ack`: what became of the event. */
import { fillInDefaults, keepStoredChoice, prepareForm, showProblems } from './editor/form';
import { oneOf } from './editor/validators';
import { ACK } from './settings/limits';

const OUTCOMES: readonly string[] = ACK.outcome.choices;

interface AckProperties {
  name: string;
  outcome: string;
}

RED.nodes.registerType<AckProperties>('invers-ack', {
  category: 'INVERS',
  color: '#8FBBC2',
  defaults: {
    name: { value: '' },
    outcome: {
      value: 'acknowledge',
      validate: oneOf(ACK.outcome, 'invers-ack.problem.outcome'),
    },
  },
  inputs: 1,
  outputs: 1,
  icon: 'invers-ack.svg',
  paletteLabel() {
    return this._('invers-ack.palette');
  },
  label() {
    if (this.name) return this.name;
    return OUTCOMES.includes(this.outcome)
      ? this._(`invers-ack.short.${this.outcome}`)
      : this._('invers-ack.default-name');
  },
  labelStyle() {
    return this.name ? 'red-ui-flow-node-label-italic' : '';
  },
  oneditprepare() {
    prepareForm($('#node-input-name'));
    fillInDefaults(this, 'node-input');
    keepStoredChoice($('#node-input-outcome'), this.outcome);
    showProblems(this, 'node-input');
  },
});
