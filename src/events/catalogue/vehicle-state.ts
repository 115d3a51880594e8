/** What the catalogue knows of vehicle states: their topic, their event type, and each property of a state. */
import type { Certainty, Field, StateProperty, TopicFamily } from './entries';

export const VEHICLE_STATE: TopicFamily = {
  topics: [
    {
      name: 'VehicleStateRecorded',
      certainty: 'documented',
      meaning: 'The states that vehicles report.',
      carries: [{ type: 'VehicleStateRecorded', certainty: 'documented' }],
      sources: [
        'developers.invers.com/integration-guide/typical-rental-flow/',
        'developers.invers.com/events/format/',
      ],
    },
  ],
  eventTypes: [
    {
      type: 'VehicleStateRecorded',
      certainty: 'documented',
      majorVersion: 2,
      source: 'vehicle',
      sourceCertainty: 'documented',
      meaning: 'A vehicle reported its state: at intervals, or because something happened to it.',
      data: {},
      hasVehicleState: true,
      remark:
        'Where the state stands in data is not known, so its known properties are checked directly in data and one level below, under any name, where at least one of them has a timestamp or a value.',
    },
  ],
};

const CAPABILITIES = 'developers.invers.com/api-reference/vehicle-state-capabilities/';
const STATE = 'developers.invers.com/overview/vehicle-state/';
const TRIPS = 'developers.invers.com/insights/trips';
const COMMANDS = 'invers.com/en/dev/apis/vehicle-commands/';

/** A row of the capability page: the capability is documented, and the name follows from it. */
function capable(name: string, value: Field, source = CAPABILITIES): StateProperty {
  return entry(name, 'inferred', 'documented', value, source);
}

/** A property of a sample: the name is documented, and the capability follows from it. */
function sampled(name: string, value: Field, source = STATE): StateProperty {
  return entry(name, value.certainty, 'inferred', value, source);
}

function entry(
  name: string,
  nameCertainty: Certainty,
  capabilityCertainty: Certainty,
  value: Field,
  source: string,
): StateProperty {
  const capability = name.toUpperCase();
  return { name, nameCertainty, capability, capabilityCertainty, value, source };
}

function number(unit: string, meaning: string, certainty: Certainty = 'documented'): Field {
  return { types: ['number'], unit, meaning, certainty };
}

function oneOf(values: readonly string[], meaning: string): Field {
  return { types: ['text'], values, meaning, certainty: 'documented' };
}

const INDICATOR = ['ON', 'OFF', 'SENSOR_FAILURE'];

/** The list is incomplete: the page that has it could be read up to CENTRAL_LOCK only. */
export const STATE_PROPERTIES: readonly StateProperty[] = [
  capable('abs_status', oneOf(['ENABLED', 'DISABLED'], 'The anti-lock braking system.')),
  capable('adblue_level_in_percent', number('%', 'How full the AdBlue tank is.')),
  capable('adblue_level_low_indicator', oneOf(INDICATOR, 'The indicator for little AdBlue.')),
  capable('altitude_in_meters', number('m', 'How high the vehicle stands.')),
  capable('brake_fluid_due_date', {
    types: ['text'],
    meaning: 'When the brake fluid is due.',
    certainty: 'documented',
    remark: 'A date; how it is written is not known and not checked.',
  }),
  capable(
    'brake_fluid_level_low_indicator',
    oneOf(INDICATOR, 'The indicator for little brake fluid.'),
  ),
  capable('brake_lining_wear_indicator', oneOf(INDICATOR, 'The indicator for worn brake linings.')),
  capable('brake_warning_indicator', oneOf(INDICATOR, 'The warning indicator of the brakes.')),
  capable('cellular_signal_quality', {
    types: ['integer'],
    minimum: 0,
    maximum: 5,
    meaning: 'How good the mobile network is, from 0 to 5.',
    certainty: 'documented',
  }),
  capable('central_lock', {
    types: ['text'],
    values: ['LOCKED', 'UNLOCKED'],
    valuesCertainty: 'inferred',
    meaning: 'The central lock.',
    certainty: 'documented',
    remark: 'The list of values could not be read to its end.',
  }),
  entry(
    'driving_enabled',
    'documented',
    'documented',
    { types: ['boolean'], meaning: 'Whether the vehicle may be driven.', certainty: 'documented' },
    STATE,
  ),
  capable('ignition', oneOf(['ON', 'OFF'], 'The ignition.'), TRIPS),
  sampled(
    'state_of_charge_or_fuel_level_in_percent',
    number('%', 'How full the battery or the tank is.'),
  ),
  entry(
    'fuel_level_in_percent',
    'older-docs',
    'older-docs',
    number('%', 'How full the tank is.', 'older-docs'),
    STATE,
  ),
  sampled('mileage_in_kilometers', number('km', 'How far the vehicle has been driven.')),
  sampled('remaining_range_in_kilometers', number('km', 'How far it can still be driven.')),
  sampled('position', {
    types: ['object'],
    unit: 'degrees',
    meaning: 'Where the vehicle is.',
    certainty: 'documented',
    properties: {
      lat: { ...number('degrees', 'Latitude.'), required: true },
      lon: { ...number('degrees', 'Longitude.'), required: true },
    },
  }),
  sampled(
    'top_case_lock',
    {
      types: ['text'],
      values: ['LOCKED', 'UNLOCKED'],
      valuesCertainty: 'inferred',
      meaning: 'The lock of the top case.',
      certainty: 'older-docs',
      remark: 'UNLOCKED was seen, LOCKED is inferred.',
    },
    COMMANDS,
  ),
  sampled(
    'top_case_lid',
    {
      types: ['text'],
      values: ['OPEN', 'CLOSED'],
      valuesCertainty: 'inferred',
      meaning: 'The lid of the top case.',
      certainty: 'older-docs',
      remark: 'OPEN was seen, CLOSED is inferred.',
    },
    COMMANDS,
  ),
  sampled(
    'center_stand_position',
    {
      types: ['text'],
      meaning: 'The centre stand.',
      certainty: 'older-docs',
      remark: 'Its values are not known.',
    },
    COMMANDS,
  ),
];

/** What FleetControl shows of a state without a machine name that is known: these are no property names. */
export const STATE_LABELS: readonly string[] = [
  'Doors Status',
  'Windows Status',
  'Vehicle Key Status',
  'Parking Brake Engaged',
  'Headlights Status',
  'Charging Adapter Status',
  'Charging Status',
  'Onboard Voltage',
  'Telematics Unit Supply Voltage',
];
