/** What a telematics unit knows of its vehicle: INVERS' vehicle state, and what of it changed. */

/** INVERS' shape of a property. Source: INVERS documentation, "Vehicle state". */
export interface Property<T> {
  /** UTC, whole seconds. */
  timestamp: string;
  value: T;
}

export type VehicleState = {
  central_lock: Property<'LOCKED' | 'UNLOCKED'>;
  driving_enabled: Property<boolean>;
  ignition: Property<'ON' | 'OFF'>;
  position: Property<{ lat: number; lon: number }>;
  mileage_in_kilometers: Property<number>;
  state_of_charge_or_fuel_level_in_percent: Property<number>;
  remaining_range_in_kilometers: Property<number>;
  cellular_signal_quality: Property<number>;
};

type PropertyName = keyof VehicleState;

export class StateRecorder {
  readonly #state: VehicleState;
  /** Properties that changed since they were last taken. */
  readonly #changed = new Set<PropertyName>();

  /** A locked vehicle; `equipment` has properties that stay as they are. `second`: since 1970. */
  constructor(equipment: Readonly<Record<string, string | number>>, second: number) {
    const timestamp = timestampOf(second);
    const property = <T>(value: T): Property<T> => ({ timestamp, value });
    const fixed = Object.entries(equipment).map(([name, value]) => [name, property(value)]);
    this.#state = {
      central_lock: property('LOCKED'),
      driving_enabled: property(false),
      ignition: property('OFF'),
      position: property({ lat: 0, lon: 0 }),
      mileage_in_kilometers: property(0),
      state_of_charge_or_fuel_level_in_percent: property(0),
      remaining_range_in_kilometers: property(0),
      cellular_signal_quality: property(4),
      ...Object.fromEntries(fixed),
    };
  }

  /** The whole state, as it is published; to be written down before anything else happens. */
  get state(): Readonly<VehicleState> {
    return this.#state;
  }

  takeChanges(): Partial<VehicleState> {
    const names = [...this.#changed];
    this.#changed.clear();
    return Object.fromEntries(names.map((name) => [name, this.#state[name]]));
  }

  /** What was measured in this second, changed or not. */
  measure<Name extends PropertyName>(
    name: Name,
    value: VehicleState[Name]['value'],
    second: number,
  ): void {
    const property = this.#state[name];
    property.timestamp = timestampOf(second);
    property.value = value;
    this.#changed.add(name);
  }

  /** What is only told when it changes. Not twice in a second: a timestamp has one value. */
  change<Name extends PropertyName>(
    name: Name,
    value: VehicleState[Name]['value'],
    second: number,
  ): void {
    if (this.#state[name].value !== value) this.measure(name, value, second);
  }
}

/** As in INVERS' samples: UTC without a fraction. */
export function timestampOf(second: number): string {
  return `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
}
