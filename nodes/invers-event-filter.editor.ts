/** The form of `invers-event-filter`: its outputs, and what makes two events the same. */

import { saveCheckboxes, setCheckbox } from './editor/checkboxes';
import { fillInDefaults, prepareForm, showProblem, showProblems } from './editor/form';
import { createRouteList, readKeys, readRoutes } from './editor/lists/route-list';
import { routeLabel, routeProblems, type StoredRoute } from './editor/lists/routes';
import { naming } from './editor/naming';
import { FIRST_NEW_KEY, portMap } from './editor/ports';
import { quoted } from './editor/quoted';
import type { EditorNode, Validity } from './editor/red';
import { isEnvironmentVariable, number, onlyIf, shownValue } from './editor/validators';
import { EVENT_FILTER } from './settings/limits';
import { readSwitch } from './settings/texts';

interface EventFilterProperties {
  name: string;
  routes: StoredRoute[];
  other: boolean;
  maxAge: number | string;
  dedupe: boolean;
  store: string;
  key: string;
  keyType: string;
  windowHours: number | string;
  maxEntries: number | string;
  duplicates: boolean;
  outputs: number;
}

type EventFilterNode = EditorNode & EventFilterProperties;

function dedupes(node: EditorNode): boolean {
  return isOn(node, 'dedupe');
}

/** Nothing stored, as in a flow of an earlier version, stands for yes, and a variable may say yes. */
function isOn(node: EditorNode, property: 'other' | 'dedupe'): boolean {
  return readSwitch(String(shownValue(node, property) ?? '')) ?? true;
}

/** Whether there is an output for late events. What a variable holds is not known here. */
function hasLate(maxAge: unknown): boolean {
  return isEnvironmentVariable(maxAge) || Number(maxAge) > 0;
}

/** Nothing chosen is `_ADD_` in the editor's select. */
function hasStore(node: EditorNode): boolean {
  const store = shownValue(node, 'store');
  return Boolean(store) && store !== '_ADD_';
}

/** A filter that lets nothing out is a mistake; what is wrong with single rows stands in them. */
function outputsProblem(node: EventFilterNode, routes: readonly StoredRoute[]): Validity {
  const hasOutput = routes.length > 0 || isOn(node, 'other');
  return hasOutput || node._('invers-event-filter.problem.no-output');
}

function routesProblems(node: EventFilterNode, routes: readonly StoredRoute[]): Validity {
  const problems = routes.flatMap((route, index) =>
    Object.values(routeProblems(route, node._)).map((problem) =>
      node._('invers-event-filter.problem.route', { number: index + 1, problem }),
    ),
  );
  return problems.length > 0 ? problems : outputsProblem(node, routes);
}

RED.nodes.registerType<EventFilterProperties>('invers-event-filter', {
  ...naming('invers-event-filter'),
  category: 'INVERS',
  color: '#8FBBC2',
  icon: 'invers-event-filter.svg',
  defaults: {
    name: { value: '' },
    routes: {
      value: [
        { name: '', types: ['VehicleStateRecorded'], majorVersions: [], reasons: [], source: '' },
      ],
      validate(routes, _options) {
        return routesProblems(this, Array.isArray(routes) ? routes : []);
      },
    },
    other: { value: true },
    maxAge: {
      value: 0,
      validate: number(EVENT_FILTER.maxAge, 'invers-event-filter.problem.max-age'),
    },
    dedupe: { value: true },
    store: {
      value: '',
      type: 'invers-store',
      required: false,
    },
    key: {
      value: 'metadata.id',
      validate: onlyIf(dedupes, function (value, _options) {
        if (value === undefined || isEnvironmentVariable(value)) return true;
        if (String(value ?? '').trim() === '') return this._('invers-event-filter.problem.no-key');
        const valid = RED.utils.validateTypedProperty(
          value,
          String(shownValue(this, 'keyType')),
          {},
        );
        if (valid === true) return true;
        return this._('invers-event-filter.problem.key', {
          value: quoted(value),
          reason: quoted(valid),
        });
      }),
    },
    keyType: { value: 'msg' },
    windowHours: {
      value: 72,
      validate: onlyIf(
        dedupes,
        number(EVENT_FILTER.windowHours, 'invers-event-filter.problem.window'),
      ),
    },
    maxEntries: {
      value: 100000,
      validate: onlyIf(
        (node) => dedupes(node) && !hasStore(node),
        number(EVENT_FILTER.maxEntries, 'invers-event-filter.problem.max-entries'),
      ),
    },
    duplicates: { value: false },
    outputs: { value: 2 },
  },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    const route = this.routes[index];
    if (route) return routeLabel(route);
    const further = [this.other && 'other', hasLate(this.maxAge) && 'late', 'duplicates'];
    const name = further.filter(Boolean)[index - this.routes.length];
    return name ? this._(`invers-event-filter.output.${name}`) : undefined;
  },
  oneditprepare() {
    prepareForm($('#node-input-name'));
    fillInDefaults(this, 'node-input');
    const list = $('#node-input-routes-list');
    const other = $('#node-input-other');
    const dedupe = $('#node-input-dedupe');
    const maxAge = $('#node-input-maxAge');
    const duplicates = $('#node-input-duplicates');

    let nextKey = FIRST_NEW_KEY;
    const freshKey = (): number => nextKey++;
    const isChecked = (box: JQuery): boolean => box.prop('checked') === true;
    const hasDuplicates = isChecked(dedupe) && isChecked(duplicates);
    let before = this.routes.length;
    for (const [input, isThere] of [
      [other, isChecked(other)],
      [maxAge, hasLate(maxAge.val())],
      [duplicates, hasDuplicates],
    ] as const) {
      input.data('key', isThere ? before++ : freshKey());
    }
    $('#node-input-outputs').data('before', before);

    const outputsChanged = (): void => {
      writePorts();
      showProblem(list, outputsProblem(this, readRoutes(list)));
    };
    createRouteList({
      list,
      routes: this.routes,
      freshKey,
      translate: this._,
      onChange: outputsChanged,
    });
    $('#node-input-key').typedInput({
      default: 'msg',
      types: ['msg', 'jsonata'],
      typeField: $('#node-input-keyType'),
    });
    dedupe.on('change', () => {
      $('#invers-event-filter-dedupe').toggle(dedupe.prop('checked') === true);
    });
    const store = $('#node-input-store');
    const showOwnMemory = (): void => {
      $('#invers-event-filter-own-memory').toggle(!hasStore(this));
    };
    store.on('change', showOwnMemory);
    showOwnMemory();
    maxAge.on('input change', outputsChanged);
    for (const checkbox of [other, dedupe, duplicates]) checkbox.on('change', outputsChanged);
    outputsChanged();
    showProblems(this, 'node-input');
  },
  oneditsave() {
    this.routes = readRoutes($('#node-input-routes-list'));
    if ($('#node-input-dedupe').prop('checked') !== true) {
      // Nothing is a duplicate then, and an output that nothing leaves by would only confuse.
      setCheckbox($('#node-input-duplicates'), false);
    }
    writePorts();
    saveCheckboxes(this, 'node-input');
  },
});

/** Tells the editor what became of each output. */
function writePorts(): void {
  const checked = (id: string): boolean => $(id).prop('checked') === true;
  const keys = readKeys($('#node-input-routes-list'));
  if (checked('#node-input-other')) keys.push($('#node-input-other').data('key'));
  if (hasLate($('#node-input-maxAge').val())) keys.push($('#node-input-maxAge').data('key'));
  if (checked('#node-input-dedupe') && checked('#node-input-duplicates')) {
    keys.push($('#node-input-duplicates').data('key'));
  }
  const outputs = $('#node-input-outputs');
  outputs.val(JSON.stringify(portMap(outputs.data('before'), keys)));
}
