/** The events that are measured: of about 1 kB each, of two types, and the same again for whoever asks. */
import { eventMessage } from '../test/support/events';
import type { OutgoingMessage } from '../test/support/rabbitmq';

/** States are sent far more often than changes: three of four events are of the first type. */
export const eventTypes = ['VehicleStateRecorded', 'VehicleChanged'] as const;

const vehicles = 500;
const firstOccurredAt = Date.parse('2026-03-02T06:00:00.000Z');

/** Events number 0 up to, but without, `count`; each has an id of its own. */
export function* events(count: number): Generator<OutgoingMessage> {
  for (let n = 0; n < count; n++) yield event(n);
}

function event(n: number): OutgoingMessage {
  const isChange = n % 4 === 3;
  const occurredAt = firstOccurredAt + n * 40;
  const occurred_at = new Date(occurredAt).toISOString();
  const { body, properties } = eventMessage(
    n,
    { id: idOf(n), type: eventTypes[isChange ? 1 : 0], occurred_at },
    isChange ? vehicleChange(n) : vehicleState(n, occurred_at),
  );
  const timestamp = Math.floor(occurredAt / 1000);
  // Not persistent, so that the disk of the broker is not what is measured.
  return { body, properties: { ...properties, timestamp, deliveryMode: 1, persistent: false } };
}

/** Spread like the random part of a ULID, and yet never the same for two numbers: the factor is odd. */
function idOf(n: number): string {
  const spread = BigInt.asUintN(80, BigInt(n + 1) * 0x9e37_79b9_7f4a_7c15_f39dn);
  return `01JNB7XK4R${spread.toString(32).toUpperCase().padStart(16, '0')}`;
}

function vehicleState(n: number, timestamp: string): Record<string, unknown> {
  const state = (value: unknown) => ({ timestamp, value });
  return {
    vehicle_id: vehicleId(n),
    vehicle_state: {
      central_lock: state(n % 3 === 0 ? 'UNLOCKED' : 'LOCKED'),
      driving_enabled: state(n % 3 === 0),
      ignition: state(n % 5 === 0 ? 'ON' : 'OFF'),
      mileage_in_kilometers: state(12_000 + (n % 30_000)),
      state_of_charge_or_fuel_level_in_percent: state(n % 101),
      position: state({ lat: 50.8748 + (n % 1000) / 1e4, lon: 8.0243 + (n % 700) / 1e4 }),
      remaining_range_in_kilometers: state(n % 380),
      abs_status: state('DISABLED'),
      altitude_in_meters: state(250 + (n % 90)),
      cellular_signal_quality: state(n % 6),
    },
  };
}

function vehicleChange(n: number): Record<string, unknown> {
  const id = vehicleId(n);
  return {
    reasons: ['RENTAL_STATUS_CHANGED'],
    vehicle_id: id,
    vehicle: {
      id,
      rental_status: { value: n % 8 === 3 ? 'IN_RENTAL' : 'NOT_IN_RENTAL' },
      life_status: { value: 'ONLINE' },
      master_data: {
        vin: `WVWZZZAUZ${String(10_000_000 + (n % vehicles))}`,
        license_plate: `SI-CS ${1000 + (n % vehicles)}`,
        brand: 'Volkswagen',
        model: 'ID.3 Pro Performance',
        custom_name: `Station ${n % 40}, car ${n % vehicles}`,
        fuel_type: 'ELECTRIC',
        year_of_production: '2024',
        transmission: 'AUTOMATIC',
        vehicle_type: 'CAR',
        telematics_unit: {
          type: 'CLOUDBOXX',
          serial_number: `A1B2C3D4E5F6${1000 + (n % vehicles)}`,
        },
      },
      custom_fields: {
        station: `Siegen Hauptbahnhof ${n % 40}`,
        tariff: 'compact',
        cleaned: 'yes',
      },
      position: { timestamp: '2026-03-02T05:58:31.000Z', value: { lat: 50.8748, lon: 8.0243 } },
      capabilities: [
        'CENTRAL_LOCK',
        'DRIVING_ENABLED',
        'IGNITION',
        'POSITION',
        'ALTITUDE_IN_METERS',
      ],
    },
  };
}

function vehicleId(n: number): string {
  return `V${String(n % vehicles).padStart(4, '0')}`;
}
