/** The list of conditions in the form of a watch: rows to add and delete, with what is wrong under each. */
import { PROPERTY_NAMES } from '../../../src/vehicle/properties';
import { OPERATORS } from '../../../src/vehicle/watch/condition';
import { PropertyPath } from '../../../src/vehicle/watch/property-path';
import { keepStoredChoice, showProblem } from '../form';
import { offerNames } from '../names';
import type { Translate } from '../red';
import {
  conditionProblems,
  hasClear,
  hasProperty,
  hasValue,
  NEW_CONDITION,
  type StoredCondition,
} from './conditions';

/** What the list keeps for a row; the add button creates it empty. */
interface RowData {
  condition?: StoredCondition;
}

export interface ConditionListOptions {
  readonly list: JQuery;
  readonly conditions: readonly StoredCondition[];
  readonly translate: Translate;
  /** Called when rows came or went. */
  readonly onChange: () => void;
}

type Column = keyof StoredCondition;

/** The conditions as the rows read now. */
export function readConditions(list: JQuery): StoredCondition[] {
  return (
    list
      // a row that is fading out is gone already
      .children(':not(.red-ui-editableList-item-deleting)')
      .toArray()
      .map((item) => readRow($(item).children('.red-ui-editableList-item-content')))
  );
}

export function createConditionList(options: ConditionListOptions): void {
  const { list, conditions, translate, onChange } = options;
  let rows = 0;
  list.editableList<RowData>({
    addButton: translate('invers-watch.button.add'),
    addItem(row, _index, data) {
      const isNew = data.condition === undefined;
      data.condition ??= { ...NEW_CONDITION };
      const check = buildRow(row, data.condition, rows++, translate);
      if (isNew) row.find('.invers-condition-property').trigger('focus');
      else check();
      onChange();
    },
    removeItem: onChange,
    sortable: false,
    removable: true,
    height: 'auto',
  });
  for (const condition of conditions) list.editableList('addItem', { condition });
}

/** Returns what checks the row: a new one is left in peace until it was typed in. */
function buildRow(
  row: JQuery,
  condition: StoredCondition,
  number: number,
  translate: Translate,
): () => void {
  const add = (name: Column, field: JQuery, look = 'invers-unseen'): JQuery => {
    const id = `invers-condition-${number}-${name}`;
    $('<label>')
      .attr({ for: id, class: look })
      .text(translate(`invers-watch.label.condition-${name}`))
      .appendTo(row);
    return field.attr({ id, class: `invers-condition-${name}` }).appendTo(row);
  };
  const input = (): JQuery => $('<input type="text" autocomplete="off" spellcheck="false">');
  row.addClass('invers-condition');
  const property = add('property', input()).val(condition.property);
  property.attr('placeholder', translate('invers-watch.placeholder.property'));
  offerNames(property, PROPERTY_NAMES);
  const operator = add('operator', $('<select>'));
  for (const choice of OPERATORS) {
    $('<option>')
      .val(choice)
      .text(translate(`invers-watch.operator.${choice}`))
      .appendTo(operator);
  }
  operator.val(condition.operator);
  keepStoredChoice(operator, condition.operator);
  const value = add('value', input()).val(condition.value);
  const valueUnit = $('<span class="invers-condition-unit">').appendTo(row);
  const clear = add('clear', input(), 'invers-condition-clear-label').val(condition.clear);
  const clearUnit = $('<span class="invers-condition-unit">').appendTo(row);
  row
    .siblings('.red-ui-editableList-item-remove')
    .attr('aria-label', translate('invers-watch.button.delete'));

  const show = (): void => {
    const chosen = String(operator.val());
    const field = new PropertyPath(String(property.val() ?? '')).field;
    property.css('visibility', hasProperty(chosen) ? 'visible' : 'hidden');
    value.css('visibility', hasValue(chosen) ? 'visible' : 'hidden');
    const isKnown = (OPERATORS as readonly string[]).includes(chosen);
    const example = isKnown ? translate(`invers-watch.example.${chosen}`) : '';
    value.attr('placeholder', field?.values?.join(', ') ?? example);
    clear.attr('placeholder', translate('invers-watch.placeholder.clear'));
    clear.add(clearUnit).add(row.find('.invers-condition-clear-label')).toggle(hasClear(chosen));
    const isArea = chosen === 'inside' || chosen === 'outside';
    const unit = chosen === 'silent' ? translate('invers-watch.unit.seconds') : field?.unit;
    valueUnit.text((!isArea && hasValue(chosen) && unit) || '');
    clearUnit.text((isArea ? 'm' : unit) || '');
  };
  const check = (): void => {
    const problems = conditionProblems([readRow(row)]);
    for (const name of ['property', 'operator', 'value', 'clear'] as const) {
      const field = row.find(`.invers-condition-${name}`);
      const found = problems.find((problem) => problem.field === name);
      field.toggleClass('input-error', found !== undefined);
      showProblem(field, found?.text ?? true);
    }
  };
  row.on('input change', () => {
    show();
    check();
  });
  show();
  return check;
}

function readRow(row: JQuery): StoredCondition {
  const typed = (name: Column): string =>
    String(row.find(`.invers-condition-${name}`).val() ?? '').trim();
  const operator = typed('operator');
  return {
    property: hasProperty(operator) ? typed('property') : '',
    operator,
    value: hasValue(operator) ? typed('value') : '',
    clear: hasClear(operator) ? typed('clear') : '',
  };
}
