/** What all our forms share: their look, and a line that says what is wrong with a field. */
import { fillCheckbox } from './checkboxes';
import type { EditorNode, PropertyDefinition, Translate, Validity } from './red';

// The longest lines make the dialog as wide as they are, hence the limits. Colours are the editor's own variables, so that a dark theme changes them too.
const STYLE = `
.invers-form .form-row > label:first-child { width: 128px; }
.invers-form .form-row > label > i.fa { width: 18px; text-align: center; }
.invers-form .form-row > input[type="text"], .invers-form .form-row > input[type="password"],
.invers-form .form-row > select { width: calc(100% - 136px); }
.invers-form .form-row > input[type="text"].invers-number { width: 100px; }
.invers-form .invers-unit { margin-left: 6px; }
.invers-form .invers-hint, .invers-form .invers-problem {
  margin: 4px 0 0 133px; font-size: 12px; line-height: 1.4; max-width: 480px;
}
.invers-form .invers-hint { color: var(--red-ui-secondary-text-color); }
.invers-form .invers-problem { color: var(--red-ui-text-color-error); }
.invers-form .invers-check > input[type="checkbox"] { width: auto; margin: 0 6px 0 133px; vertical-align: middle; }
.invers-form .form-row.invers-check > label { display: inline; width: auto; vertical-align: middle; }
.invers-form .invers-check > .invers-hint { margin-left: 153px; }
.invers-form .invers-check > .invers-variable { margin-left: 6px; }
.invers-form .form-tips { max-width: 595px; margin-bottom: 14px; line-height: 1.45; }
.invers-form fieldset { margin-top: 20px; }
.invers-form legend {
  font-size: 14px; font-weight: bold; line-height: 28px; margin-bottom: 10px;
  color: var(--red-ui-primary-text-color); border-bottom: 1px solid var(--red-ui-secondary-border-color);
}
.invers-form .invers-lead {
  max-width: 613px; margin-bottom: 8px; font-size: 12px; line-height: 1.4; color: var(--red-ui-secondary-text-color);
}
.invers-form .invers-code { height: 180px; max-width: 613px; }
.invers-form .invers-routes { margin-bottom: 12px; }
.invers-form .invers-routes .invers-problem { margin-left: 0; max-width: none; }
.invers-form .invers-route, .invers-form .invers-route-header {
  display: grid; grid-template-columns: 4fr minmax(105px, 2fr) 34px 3fr; gap: 4px 6px; align-items: center;
}
.invers-form .invers-route-header { padding: 4px 40px 4px 31px; font-size: 12px; }
.invers-form .invers-route :is(input, select) { width: 100%; margin: 0; }
.invers-form .invers-route .invers-route-types { grid-column: span 2; }
.invers-form .invers-route-header > :nth-child(1) { grid-column: span 2; }
.invers-form .invers-route-header > :nth-child(5), .invers-form .invers-route .invers-route-source { grid-column: 2 / span 2; }
.invers-form .invers-route .invers-problem { grid-column: 1 / -1; }
.invers-form .invers-route-port { white-space: nowrap; text-align: center; }
.invers-form .invers-label { display: inline-block; width: 133px; vertical-align: middle; }
.invers-form .invers-label > i.fa { width: 18px; text-align: center; }
.invers-form .invers-buttons { display: inline-block; width: calc(100% - 136px); vertical-align: middle; }
.invers-form .invers-buttons > button { margin: 0 4px 4px 0; }
.invers-form .invers-event {
  margin: 4px 0 0 133px; max-width: 480px; max-height: 300px; overflow: auto; font-size: 12px; white-space: pre;
}
.invers-form .invers-condition {
  display: grid; grid-template-columns: 4fr minmax(120px, 3fr) 3fr minmax(30px, 1fr); gap: 4px 6px; align-items: center;
}
.invers-form .invers-condition :is(input, select) { width: 100%; margin: 0; }
.invers-form .invers-condition .invers-condition-clear-label { grid-column: 1 / span 2; text-align: right; width: auto; margin: 0; }
.invers-form .invers-condition .invers-condition-unit:last-child { grid-column: 4; }
.invers-form .invers-condition .invers-problem { grid-column: 1 / -1; }
.invers-form .invers-unseen { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
`;

/** Gives the open form our look. */
export function prepareForm(name: JQuery): void {
  if (document.getElementById('invers-form-style') === null) {
    $('<style id="invers-form-style">').text(STYLE).appendTo(document.head);
  }
  name.closest('form').addClass('invers-form');
}

/**
 * Shows only the rows (and tips) of what a select has chosen: those that name it in `data-<choice>`. For what the
 * select does not know, such as `${NAME}`, it shows all rows: any of them may be needed.
 */
export function showOnly(select: JQuery, choice: string, choices: readonly string[]): void {
  const show = (): void => {
    const chosen = String(select.val());
    $(`[data-${choice}]`).each(function () {
      const named = ($(this).attr(`data-${choice}`) ?? '').split(' ');
      const mayBeNeeded = !choices.includes(chosen) && $(this).is('.form-row');
      $(this).toggle(named.includes(chosen) || mayBeNeeded);
    });
  };
  select.on('change', show);
  show();
}

/** Writes what a choice means under its select: the text `<hint>-<choice>` of the catalogue. */
export function explainChoice(
  select: JQuery,
  choices: readonly string[],
  hint: string,
  translate: Translate,
): void {
  const explain = (): void => {
    const chosen = String(select.val());
    const meaning = choices.includes(chosen) ? translate(`${hint}-${chosen}`) : '';
    select.closest('.form-row').children('.invers-hint').text(meaning);
  };
  select.on('change', explain);
  explain();
}

/** Adds what is stored to a select that does not offer it, such as `${NAME}`: saving the form must not lose it. */
export function keepStoredChoice(select: JQuery, stored: string | undefined): void {
  if (select.val() !== null || !stored) return;
  $('<option>').val(stored).text(stored).appendTo(select);
  select.val(stored);
}

/**
 * Fills what a flow of an earlier version does not have with the default that the runtime takes for it, and the
 * checkboxes with what is stored: see `saveCheckboxes`.
 */
export function fillInDefaults(node: EditorNode, prefix: string): void {
  const defaults = RED.nodes.getType(node.type)?.defaults ?? {};
  for (const [property, { value }] of Object.entries(defaults)) {
    const input = $(`#${prefix}-${property}`);
    if (input.is(':checkbox')) fillCheckbox(input, node[property], value === true);
    // a config node has no default
    else if (node[property] === undefined && value !== '') input.val(String(value));
  }
}

/** Puts a problem in the place of the field's hint, and takes it away again. */
export function showProblem(input: JQuery, problem: Validity): void {
  const row = input.closest('.form-row, .invers-route, .invers-condition, .invers-routes');
  const id = `${input.attr('id')}-problem`;
  const hint = row.children('.invers-hint');
  $(`#${id}`).remove();
  input.removeAttr('aria-invalid');
  describe(input, hint.attr('id'));
  hint.toggle(problem === true);
  if (problem === true) return;
  $('<div class="invers-problem" role="status">')
    .attr('id', id)
    .text(Array.isArray(problem) ? problem.join(' ') : problem)
    .appendTo(row);
  input.attr('aria-invalid', 'true');
  describe(input, id);
}

function describe(input: JQuery, by: string | undefined): void {
  if (by === undefined) input.removeAttr('aria-describedby');
  else input.attr('aria-describedby', by);
}

/** What Node-RED put in the place of an input (the select of a config node, a typedInput) gets its label and hint again. */
function tieHints(prefix: string): void {
  $(`[id^="${prefix}-"]`)
    .closest('.form-row')
    .each(function () {
      const hint = $(this).children('.invers-hint').attr('id');
      if (hint === undefined) return;
      const label = $(this).children('label').attr('id');
      if (label) $(this).find('.red-ui-typedInput-input').attr('aria-labelledby', label);
      $(this)
        .find('select, input:not([type="hidden"])')
        .filter(':not([aria-describedby])')
        .attr('aria-describedby', hint);
    });
}

/**
 * Writes each field's problem under the field while it is typed in.
 *
 * The editor itself only gives the field a red border, and its message to those who find it with the mouse.
 */
export function showProblems(node: EditorNode, prefix: 'node-input' | 'node-config-input'): void {
  tieHints(prefix);
  const definition = RED.nodes.getType(node.type);
  if (definition === undefined) return;
  const properties: Record<string, Pick<PropertyDefinition<EditorNode>, 'validate'>> = {
    ...definition.defaults,
    ...definition.credentials,
  };
  const fields = Object.entries(properties).flatMap(([property, { validate }]) => {
    const input = $(`#${prefix}-${property}`);
    return validate !== undefined && input.length > 0 ? [{ input, validate }] : [];
  });
  const check = (): void => {
    for (const { input, validate } of fields) {
      showProblem(input, validate.call(node, input.val(), {}));
    }
  };
  // One field's check may depend on another field, so each change checks all.
  $(`[id^="${prefix}-"]`).on('input change', check);
  check();
}
