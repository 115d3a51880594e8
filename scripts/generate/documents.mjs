/** From the catalogue to what people read: the tables of docs/events.md, and the list in the filter's help. */

const CERTAINTY = {
  documented: 'documented',
  'older-docs': 'older pages only',
  inferred: 'inferred',
  unknown: 'unknown',
};

const SOURCE = { vehicle: 'the vehicle', oneapi: 'INVERS’ servers' };

/** Section name → Markdown. */
export function makeSections(catalogue) {
  return new Map([
    ['topics', topics(catalogue)],
    ['event types', eventTypes(catalogue)],
    ['metadata', fieldTable(catalogue.ENVELOPE_FIELDS)],
    ['vehicle state', vehicleState(catalogue)],
  ]);
}

/** The list of types in the help of a node: HTML, one item for each topic. */
export function makeHelp({ TOPICS }) {
  const items = TOPICS.map(({ carries }) => carries.map(({ type }) => `<code>${type}</code>`));
  const known = new Set();
  const fresh = items
    .map((types) => types.filter((type) => !known.has(type) && known.add(type)))
    .filter((types) => types.length > 0);
  return ['<ul>', ...fresh.map((types) => `  <li>${types.join(', ')}</li>`), '</ul>'].join('\n');
}

function topics({ TOPICS }) {
  return table(
    ['Topic', 'What it carries', 'Event types', 'The name is', 'That they are in it is'],
    TOPICS.map(({ name, meaning, carries, certainty }) => [
      name === undefined ? '(not known)' : code(name),
      meaning,
      carries.map(({ type }) => code(type)).join(', '),
      CERTAINTY[certainty],
      [...new Set(carries.map((each) => CERTAINTY[each.certainty]))].join(', '),
    ]),
  );
}

function eventTypes({ EVENT_TYPES, EVENT_LABELS, schemaKey }) {
  const rows = EVENT_TYPES.map((entry) => [
    code(entry.type),
    entry.meaning,
    `${SOURCE[entry.source]} (${CERTAINTY[entry.sourceCertainty]})`,
    entry.majorVersion === undefined ? 'unknown' : String(entry.majorVersion),
    code(schemaKey(entry)),
    CERTAINTY[entry.certainty],
  ]);
  const details = EVENT_TYPES.filter(({ data }) => Object.keys(data).length > 0).map(
    ({ type, data, remark }) =>
      `What is known of \`data\` in a \`${type}\`: ${lowerFirst(remark)}\n\n${fieldTable(data)}`,
  );
  const state = EVENT_TYPES.filter(({ hasVehicleState }) => hasVehicleState).map(
    ({ type, remark }) => `\`${type}\`: ${lowerFirst(remark)}`,
  );
  const labels = `FleetControl also shows events under these names, and more: ${EVENT_LABELS.join(', ')}. They are not names of event types.`;
  return [
    table(
      ['Type', 'What happened', 'Comes from', 'Major version', '`msg.check.schema`', 'It is'],
      rows,
    ),
    ...state,
    ...details,
    `Of \`data\` in all other types nothing is known but that it is an object.`,
    labels,
  ].join('\n\n');
}

function vehicleState({ STATE_PROPERTIES, STATE_LABELS }) {
  const rows = STATE_PROPERTIES.map((entry) => {
    const { name, nameCertainty, capability, value } = entry;
    return [
      code(name),
      code(capability),
      describeValue(value),
      meaningOf(value),
      CERTAINTY[nameCertainty],
    ];
  });
  return [
    table(['Property', 'Capability', '`value`', 'What it is', 'The name is'], rows),
    `FleetControl also shows ${STATE_LABELS.join(', ')}. What these are called in an event is not known.`,
  ].join('\n\n');
}

function fieldTable(fields) {
  return table(
    ['Property', 'Value', 'What it is', 'It is'],
    rowsOf(fields).map(([name, field]) => [
      code(name),
      `${describeValue(field)}${field.required ? ', always' : ''}`,
      meaningOf(field),
      CERTAINTY[field.certainty],
    ]),
  );
}

function rowsOf(fields, prefix = '') {
  return Object.entries(fields).flatMap(([name, field]) => [
    [prefix + name, field],
    ...rowsOf(field.properties ?? {}, `${prefix}${name}.`),
  ]);
}

function meaningOf({ meaning, remark }) {
  return remark === undefined ? meaning : `${meaning} ${remark}`;
}

function describeValue({
  types,
  unit,
  values,
  valuesCertainty,
  minimum,
  maximum,
  format,
  properties,
}) {
  const names = { integer: 'whole number', boolean: 'true or false', list: 'list of texts' };
  const [first, ...others] = types.map((type) => names[type] ?? type);
  const members = properties && unit ? ` { ${Object.keys(properties).join(', ')} }` : '';
  const parts = [
    (format === 'time' ? 'time' : [first, ...others].join(' or ')) + members,
    ...(unit ? [`in ${unit}`] : []),
    ...(maximum === undefined ? [] : [`${minimum} to ${maximum}`]),
  ];
  const known = values?.map(code).join(', ');
  const how = valuesCertainty ? ` (${CERTAINTY[valuesCertainty]})` : '';
  return parts.join(', ') + (known ? `: ${known}${how}` : '');
}

function code(text) {
  return `\`${text}\``;
}

function lowerFirst(text) {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function table(header, rows) {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [header, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n');
}
