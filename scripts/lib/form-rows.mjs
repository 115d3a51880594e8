/**
 * Expands the rows of a form, each written as one short element, and fails on a text that a language lacks.
 *
 *   <invers-row field="prefetch" icon="tachometer" number unit="events">
 *
 * - `field` is the stored property; `key` is what the catalogue calls it where that is not the field's own name.
 * - The kind: `number`, `password`, `check`, `select`, `config` (a config node), `typed` (a typedInput, with its type
 *   beside it), `code` (a code editor); a text otherwise.
 * - `icon` stands before the label, `unit` behind the input.
 * - `placeholder` alone is the text `placeholder.<key>`, with a value the text of that name. What an empty field
 *   stands for, and the choices of a select, come from `nodes/settings/limits.ts`.
 * - The hint is `hint.<key>`; with `hint="choice"` the script shows `hint.<key>-<choice>`; `hint="none"` leaves it out.
 * - `id` and `data-…` belong to the row, `aria-…` to the input.
 *
 * A text that a catalogue lacks, in any language, is an error that names the form and the field.
 */
import { StepError } from './run.mjs';

const KINDS = ['number', 'password', 'check', 'select', 'config', 'typed', 'code'];
const KNOWN = ['field', 'key', 'icon', 'unit', 'placeholder', 'hint', 'id', ...KINDS];
const PASSED_ON = /^(data|aria)-/;

/** What a form is made of: its node type, `limits` by property, and `catalogues`, one `{ file, texts }` per language. */
export function expandForm(html, { type, limits, catalogues, isConfig }) {
  const form = { type, limits, catalogues, prefix: isConfig ? 'node-config-input' : 'node-input' };
  const expanded = html.replaceAll(
    /^( *)<invers-row((?:\s+[\w-]+(?:="[^"]*")?)*)\s*>$/gm,
    (_element, indent, attributes) =>
      expandRow(readAttributes(attributes), form)
        .map((line) => indent + line)
        .join('\n'),
  );
  const left = /.*<invers-row.*/.exec(expanded);
  if (left) throw new StepError(`nodes/${type}.html: this row cannot be read: ${left[0].trim()}`);
  requireTexts(expanded, form);
  return expanded;
}

function readAttributes(text) {
  const found = text.matchAll(/([\w-]+)(?:="([^"]*)")?/g);
  return Object.fromEntries([...found].map(([, name, value]) => [name, value ?? true]));
}

function expandRow(row, form) {
  const fail = (problem) => {
    throw new StepError(`nodes/${form.type}.html, field ${row.field}: ${problem}`);
  };
  const unknown = Object.keys(row).find((name) => !KNOWN.includes(name) && !PASSED_ON.test(name));
  if (unknown) fail(`a row has no attribute ${unknown}`);
  const kinds = KINDS.filter((kind) => kind in row);
  if (kinds.length > 1) fail(`a row is of one kind, not ${kinds.join(' and ')}`);
  if (typeof row.field !== 'string') fail('the attribute field is missing');

  const key = row.key ?? kebab(row.field);
  const inputId = `${form.prefix}-${row.field}`;
  const text = (name) => {
    const whole = `${form.type}.${name}`;
    for (const { file, texts } of form.catalogues) {
      if (lookUp(texts, whole) === undefined) fail(`${file} has no text ${whole}`);
    }
    return `data-i18n="${whole}"`;
  };
  const context = { key, inputId, text, fail, kind: kinds[0] ?? 'text', limits: form.limits };
  const hint = hintOf(row, form, context);
  const input = inputOf(row, { ...context, describedBy: hint?.id }, form);
  // what a typedInput shows is not the input that the label is for
  const labelId = context.kind === 'typed' ? ` id="${form.type}-${key}-label"` : '';
  const label = `<label for="${inputId}"${labelId}`;
  const body =
    context.kind === 'check'
      ? [...input, `${label} ${text(`label.${key}`)}></label>`]
      : [`${label}>${iconOf(row, fail)} <span ${text(`label.${key}`)}></span></label>`, ...input];
  const passed = attributesOf(row, (name) => name === 'id' || name.startsWith('data-'));
  const look = context.kind === 'check' ? 'form-row invers-check' : 'form-row';
  return [
    `<div class="${look}"${passed}>`,
    ...[...body, ...(hint?.lines ?? [])].map((line) => `  ${line}`),
    '</div>',
  ];
}

function iconOf({ icon }, fail) {
  return icon ? `<i class="fa fa-${icon}"></i>` : fail('the attribute icon is missing');
}

function hintOf({ hint, field }, { type }, { key, text, fail, limits }) {
  if (hint === 'none') return undefined;
  const id = `${type}-${key}-hint`;
  if (hint === undefined) {
    return { id, lines: [`<div class="invers-hint" id="${id}" ${text(`hint.${key}`)}></div>`] };
  }
  if (hint !== 'choice') fail(`hint="${hint}" is unknown`);
  for (const choice of choicesOf(field, limits, fail)) text(`hint.${key}-${choice}`);
  return { id, lines: [`<div class="invers-hint" id="${id}"></div>`] };
}

function inputOf(row, context, form) {
  const { kind, inputId, describedBy, key, text, fail, limits } = context;
  const described = describedBy ? ` aria-describedby="${describedBy}"` : '';
  const common = `id="${inputId}"${attributesOf(row, (name) => name.startsWith('aria-'))}${described}`;
  const unit = row.unit ? `<span class="invers-unit" ${text(`unit.${row.unit}`)}></span>` : '';
  if (unit && kind !== 'number') fail('only a number has a unit');
  switch (kind) {
    case 'check':
      return [`<input type="checkbox" ${common}>`];
    case 'select': {
      const options = choicesOf(row.field, limits, fail).map(
        (choice) => `  <option value="${choice}" ${text(`${key}.${choice}`)}></option>`,
      );
      return [`<select ${common}>`, ...options, '</select>'];
    }
    // both are replaced by what Node-RED makes of them, as wide as is said here
    case 'config':
      return [`<input type="text" ${common} style="${BESIDE_LABEL}">`];
    case 'typed':
      return [
        `<input type="text" ${common} style="${BESIDE_LABEL}">`,
        `<input type="hidden" id="${inputId}Type">`,
      ];
    case 'code':
      return [
        `<textarea ${common} style="display: none"></textarea>`,
        `<div class="invers-code" id="${form.type}-${key}-editor"></div>`,
      ];
    case 'password':
      return [`<input type="password" ${common} autocomplete="new-password">`];
    case 'number':
      return [
        `<input type="text" ${common} class="invers-number" autocomplete="off"${placeholderOf(row, context)}>${unit}`,
      ];
    default:
      return [
        `<input type="text" ${common} autocomplete="off" spellcheck="false"${placeholderOf(row, context)}>`,
      ];
  }
}

const BESIDE_LABEL = 'width: calc(100% - 136px)';

function placeholderOf({ field, placeholder }, { kind, key, text, fail, limits }) {
  if (placeholder !== undefined) {
    const name = placeholder === true ? `placeholder.${key}` : placeholder;
    return ` ${text(name).replace('="', '="[placeholder]')}`;
  }
  const known = limits[field];
  if (kind === 'number' && !known) fail('nodes/settings/limits.ts does not know it');
  const empty = kind === 'number' ? known.default : known?.empty;
  return empty === undefined ? '' : ` placeholder="${empty}"`;
}

function choicesOf(field, limits, fail) {
  return limits[field]?.choices ?? fail('nodes/settings/limits.ts knows no choices for it');
}

/** ` name="value"` of those that are wanted. */
function attributesOf(row, isWanted) {
  return Object.entries(row)
    .filter(([name]) => isWanted(name))
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('');
}

/** What stands beside the rows (tips, headings) is looked up too. */
function requireTexts(html, { type, catalogues }) {
  for (const [, name] of html.matchAll(/data-i18n="(?:\[\w+\])?([^"]+)"/g)) {
    for (const { file, texts } of catalogues) {
      if (lookUp(texts, name) === undefined) {
        throw new StepError(`nodes/${type}.html: ${file} has no text ${name}`);
      }
    }
  }
}

function lookUp(texts, name) {
  const found = name.split('.').reduce((part, step) => part?.[step], texts);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

function kebab(property) {
  return property.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
