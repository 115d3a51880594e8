/** The form of `invers-watch`: its conditions, and when they count. */

import { saveCheckboxes } from './editor/checkboxes';
import { fillInDefaults, prepareForm, showProblem, showProblems } from './editor/form';
import { createConditionList, readConditions } from './editor/lists/condition-list';
import { conditionProblems, NEW_CONDITION, type StoredCondition } from './editor/lists/conditions';
import { naming, neededStore } from './editor/naming';
import { FIRST_NEW_KEY, portMap } from './editor/ports';
import type { EditorNode, Validity } from './editor/red';
import { number } from './editor/validators';
import { WATCH } from './settings/limits';

interface WatchProperties {
  name: string;
  store: string;
  conditions: StoredCondition[];
  holdFor: number | string;
  repeat: number | string;
  clearOutput: boolean;
  outputs: number;
}

/** Of the whole list; what is wrong with single conditions stands in them. */
function listProblem(node: EditorNode, conditions: readonly StoredCondition[]): Validity {
  if (conditions.length === 0) return node._('invers-watch.problem.no-condition');
  const problem = conditionProblems(conditions).find(({ condition }) => condition === undefined);
  return problem?.text ?? true;
}

function conditionsProblems(node: EditorNode, conditions: readonly StoredCondition[]): Validity {
  if (conditions.length === 0) return listProblem(node, conditions);
  const problems = conditionProblems(conditions).map(({ text, condition }) =>
    condition === undefined
      ? text
      : node._('invers-watch.problem.condition', { number: condition + 1, problem: text }),
  );
  return problems.length > 0 ? problems : true;
}

RED.nodes.registerType<WatchProperties>('invers-watch', {
  ...naming('invers-watch'),
  category: 'INVERS',
  color: '#8FBBC2',
  icon: 'invers-watch.svg',
  defaults: {
    name: { value: '' },
    store: neededStore('invers-watch'),
    conditions: {
      value: [{ ...NEW_CONDITION }],
      validate(conditions, _options) {
        return conditionsProblems(this, Array.isArray(conditions) ? conditions : []);
      },
    },
    holdFor: { value: 0, validate: number(WATCH.holdFor, 'invers-watch.problem.hold-for') },
    repeat: { value: 0, validate: number(WATCH.repeat, 'invers-watch.problem.repeat') },
    clearOutput: { value: true },
    outputs: { value: 2 },
  },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(`invers-watch.output.${index === 0 ? 'raised' : 'cleared'}`);
  },
  oneditprepare() {
    prepareForm($('#node-input-name'));
    fillInDefaults(this, 'node-input');
    const list = $('#node-input-conditions-list');
    createConditionList({
      list,
      conditions: Array.isArray(this.conditions) ? this.conditions : [],
      translate: this._,
      onChange: () => showProblem(list, listProblem(this, readConditions(list))),
    });
    const { outputs } = this;
    const clearOutput = $('#node-input-clearOutput');
    clearOutput.on('change', () => writePorts(clearOutput.prop('checked') === true, outputs));
    clearOutput.trigger('change');
    showProblems(this, 'node-input');
  },
  oneditsave() {
    this.conditions = readConditions($('#node-input-conditions-list'));
    saveCheckboxes(this, 'node-input');
  },
});

/** Tells the editor which outputs the node gets; wires of the output that stays, stay. */
function writePorts(hasClear: boolean, before: number): void {
  const keys = [0];
  if (hasClear) keys.push(before > 1 ? 1 : FIRST_NEW_KEY);
  $('#node-input-outputs').val(JSON.stringify(portMap(before, keys)));
}
