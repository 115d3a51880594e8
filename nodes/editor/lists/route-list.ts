/** The list of routes in the filter's form: rows to add, sort and delete, by mouse and by keyboard. */
import { EVENT_TYPE_NAMES, REASON_NAMES } from '../../../src/events/catalogue';
import { ROUTE_SOURCES } from '../../settings/limits';
import { parseList } from '../../settings/texts';
import { keepStoredChoice, showProblem } from '../form';
import { offerNames } from '../names';
import type { Translate } from '../red';
import { formatList, parseVersions, routeProblems, type StoredRoute } from './routes';

/** What the list keeps for a row; the add button creates it empty. */
interface RowData {
  route?: StoredRoute;
  key?: number;
}

export interface RouteListOptions {
  list: JQuery;
  routes: readonly StoredRoute[];
  freshKey: () => number;
  translate: Translate;
  /** Called when rows came, went or moved. */
  onChange: () => void;
}

/** The routes as the rows read now. */
export function readRoutes(list: JQuery): StoredRoute[] {
  return rowsOf(list).map(readRow);
}

/** The rows' keys, in the rows' order. */
export function readKeys(list: JQuery): number[] {
  return rowsOf(list).map((row) => (row.data('data') as { key: number }).key);
}

function rowsOf(list: JQuery): JQuery[] {
  return (
    list
      // a row that is fading out is gone already
      .children(':not(.red-ui-editableList-item-deleting)')
      .toArray()
      .map((item) => $(item).children('.red-ui-editableList-item-content'))
  );
}

/** Fills the list; the row at index `i` gets the key `i`. */
export function createRouteList(options: RouteListOptions): void {
  const { list, translate } = options;
  const changed = (): void => {
    rowsOf(list).forEach((row, index) => {
      row.find('.invers-route-port > span').text(String(index + 1));
    });
    options.onChange();
  };
  const move = (row: JQuery, by: 1 | -1): void => {
    const item = row.closest('li');
    const neighbour = by === 1 ? item.next() : item.prev();
    if (neighbour.length === 0) return;
    const focused = $(document.activeElement ?? document.body);
    if (by === 1) item.insertAfter(neighbour);
    else item.insertBefore(neighbour);
    focused.trigger('focus');
    changed();
  };

  list.editableList<RowData>({
    header: buildHeader(translate),
    addButton: translate('invers-event-filter.button.add'),
    addItem(row, _index, data) {
      const isNew = data.route === undefined;
      data.route ??= { name: '', types: [], majorVersions: [], reasons: [], source: '' };
      data.key ??= options.freshKey();
      const check = buildRow(row, data.route, data.key, translate);
      row.on('keydown', (event) => {
        if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
        event.preventDefault();
        move(row, event.key === 'ArrowDown' ? 1 : -1);
      });
      if (isNew) row.find('.invers-route-types').trigger('focus');
      else check();
      changed();
    },
    removeItem: changed,
    sortItems: changed,
    sortable: true,
    removable: true,
    height: 'auto',
  });
  options.routes.forEach((route, key) => {
    list.editableList('addItem', { route, key });
  });
}

/** Returns what checks the row: a new one is left in peace until it was typed in. */
function buildRow(row: JQuery, route: StoredRoute, key: number, translate: Translate): () => void {
  const add = (name: Column, field: JQuery): JQuery => {
    const id = `invers-route-${key}-${name}`;
    // the header names the columns for those who see them
    $('<label class="invers-unseen">')
      .attr('for', id)
      .text(translate(`invers-event-filter.label.route-${name}`))
      .appendTo(row);
    return field.attr({ id, class: `invers-route-${name}` }).appendTo(row);
  };
  const addField = (name: Column, value: string): void => {
    const placeholder = translate(`invers-event-filter.placeholder.route-${name}`);
    add(name, $('<input type="text" autocomplete="off" spellcheck="false">'))
      .attr('placeholder', placeholder)
      .val(value);
  };
  row.addClass('invers-route');
  addField('types', formatList(route.types));
  $('<span class="invers-route-port">')
    .append('<i class="fa fa-long-arrow-right" aria-hidden="true"></i> <span></span>')
    .attr('title', translate('invers-event-filter.label.route-port'))
    .appendTo(row);
  addField('name', route.name);
  addField('reasons', formatList(route.reasons));
  const source = add('source', $('<select>'));
  for (const choice of ['', ...ROUTE_SOURCES]) {
    const text = translate(`invers-event-filter.option.source-${choice || 'any'}`);
    $('<option>').val(choice).text(text).appendTo(source);
  }
  source.val(route.source ?? '');
  keepStoredChoice(source, route.source);
  addField('versions', formatList(route.majorVersions));
  offerNames(row.find('.invers-route-types'), EVENT_TYPE_NAMES);
  offerNames(row.find('.invers-route-reasons'), REASON_NAMES);
  row
    .siblings('.red-ui-editableList-item-remove')
    .attr('aria-label', translate('invers-event-filter.button.delete'));
  row
    .siblings('.red-ui-editableList-item-handle')
    .attr('title', translate('invers-event-filter.button.move'));

  const check = (): void => {
    const problems = routeProblems(readRow(row), translate);
    markProblem(row.find('.invers-route-types'), problems.types);
    markProblem(row.find('.invers-route-reasons'), problems.reasons);
    markProblem(row.find('.invers-route-versions'), problems.majorVersions);
  };
  row.on('input change', check);
  return check;
}

type Column = 'types' | 'name' | 'reasons' | 'source' | 'versions';

function buildHeader(translate: Translate): JQuery {
  const heading = (name: Column): JQuery =>
    $('<span>').text(translate(`invers-event-filter.label.route-${name}`));
  return $('<div class="invers-route-header" aria-hidden="true">').append(
    heading('types'),
    $('<span>'),
    heading('name'),
    heading('reasons'),
    heading('source'),
    heading('versions'),
  );
}

function markProblem(input: JQuery, problem: string | undefined): void {
  input.toggleClass('input-error', problem !== undefined);
  showProblem(input, problem ?? true);
}

function readRow(row: JQuery): StoredRoute {
  const typed = (name: Column): string => String(row.find(`.invers-route-${name}`).val() ?? '');
  return {
    name: typed('name').trim(),
    types: parseList(typed('types')),
    majorVersions: parseVersions(typed('versions')),
    reasons: parseList(typed('reasons')),
    source: typed('source'),
  };
}
