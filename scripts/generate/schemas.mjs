/** From the catalogue to JSON Schemas (2020-12): of the envelope, of the vehicle state, and of each event type's data. */

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
const STATE_ID = idOf('vehicle-state');

const TYPES = {
  text: 'string',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  object: 'object',
  list: 'array',
};

function idOf(name) {
  return `urn:node-red-invers:${name}`;
}

/** File name without its ending → schema. */
export function makeSchemas(catalogue) {
  const { EVENT_TYPES, schemaKey } = catalogue;
  return new Map([
    ['envelope', envelope(catalogue)],
    ['vehicle-state', vehicleState(catalogue)],
    ...EVENT_TYPES.map((entry) => [schemaKey(entry), eventData(schemaKey(entry), entry)]),
  ]);
}

function envelope({ ENVELOPE_FIELDS }) {
  return {
    $schema: DRAFT,
    $id: idOf('envelope'),
    title: 'An INVERS event',
    type: 'object',
    required: ['metadata', 'data'],
    properties: {
      metadata: {
        title: 'EventMetadata',
        description: 'Metadata of every event; some event types add more.',
        ...object(ENVELOPE_FIELDS),
      },
      data: { description: 'What the event type says.', type: 'object' },
    },
  };
}

function vehicleState(catalogue) {
  const { STATE_PROPERTIES } = catalogue;
  return {
    $schema: DRAFT,
    $id: STATE_ID,
    title: 'VehicleState',
    description:
      'The state of a vehicle, as far as its properties are known. A vehicle has those of its capabilities, and there are more than these.',
    // No type: it is also held against whatever might be a state, and what is no object is none.
    properties: Object.fromEntries(STATE_PROPERTIES.map((entry) => [entry.name, state(entry)])),
    $defs: states(catalogue),
  };
}

function state({ nameCertainty, capability, capabilityCertainty, value }) {
  return {
    description: value.meaning,
    'x-certainty': nameCertainty,
    'x-capability': capability,
    'x-capability-certainty': capabilityCertainty,
    type: ['object', 'null'],
    required: ['timestamp', 'value'],
    properties: {
      timestamp: {
        description: 'When this was so: ISO 8601, UTC.',
        type: 'string',
        format: 'date-time',
      },
      value: schemaOf(value),
    },
  };
}

function eventData(key, { type, meaning, remark, data, hasVehicleState }) {
  return {
    $schema: DRAFT,
    $id: idOf(key),
    title: `${type}Data`,
    description: `${meaning} ${remark}`,
    ...object(data),
    ...(hasVehicleState && {
      ...whereState,
      additionalProperties: whereState,
    }),
  };
}

/** What merely has the name of one of its properties is no state: one of them must be written like one. */
// biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema
const whereState = { if: { $ref: `${STATE_ID}#/$defs/state` }, then: { $ref: STATE_ID } };

function states({ STATE_PROPERTIES }) {
  const names = STATE_PROPERTIES.map(({ name }) => [name, { $ref: '#/$defs/no-reading' }]);
  return {
    'no-reading': {
      not: { type: 'object', anyOf: [{ required: ['timestamp'] }, { required: ['value'] }] },
    },
    state: { type: 'object', not: { properties: Object.fromEntries(names) } },
  };
}

function object(fields) {
  return { type: 'object', ...membersOf(fields) };
}

function membersOf(fields) {
  const required = Object.keys(fields).filter((name) => fields[name].required);
  const properties = Object.entries(fields).map(([name, field]) => [name, schemaOf(field)]);
  return {
    ...(required.length > 0 && { required }),
    ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
  };
}

function schemaOf(field) {
  const { types, meaning, remark, certainty, unit, minimum, maximum, required } = field;
  const enumeration = valuesOf(field);
  // Whether INVERS sends null for what a vehicle does not know is not documented, so null passes.
  const names = [...types.map((type) => TYPES[type]), ...(required ? [] : ['null'])];
  return {
    description: remark === undefined ? meaning : `${meaning} ${remark}`,
    'x-certainty': certainty,
    ...(unit !== undefined && { 'x-unit': unit }),
    type: names.length === 1 ? names[0] : names,
    // an empty text names nothing, and the envelope refuses it
    ...(required && types.includes('text') && field.format === undefined && { minLength: 1 }),
    ...(field.format === 'time' && { format: 'date-time' }),
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(field.items === undefined
      ? enumeration
      : { items: { type: TYPES[field.items], ...enumeration } }),
    ...(field.properties && membersOf(field.properties)),
  };
}

/** INVERS may add values where it says so; where it does not say, the list is taken as open too. */
function valuesOf({ values, valuesCertainty }) {
  return {
    ...(values && { 'x-extensible-enum': values }),
    ...(valuesCertainty && { 'x-values-certainty': valuesCertainty }),
  };
}
