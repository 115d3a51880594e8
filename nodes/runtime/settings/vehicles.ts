/** What an invers-vehicles stores, and the valid values that follow from it. */
import type { NodeDef } from 'node-red';
import { VEHICLES } from '../../settings/limits';
import { numberOf, oneOf, optionalText, requiredText } from './values';
import { CHOOSE_STORE } from './vehicle-state';

export interface VehiclesConfig extends NodeDef {
  readonly store?: string;
  readonly vehicle?: string;
  readonly vehicleType?: string;
  readonly limit?: string | number;
}

export interface VehiclesSettings {
  /** id of an invers-store */
  readonly store: string;
  /** Where the id of the vehicle stands; undefined = where it usually does. */
  readonly vehicle: { readonly expression: string; readonly type: 'msg' | 'jsonata' } | undefined;
  /** How many are listed at most. */
  readonly limit: number;
}

/** Throws a ConfigError that names the field. */
export function vehiclesSettings(config: VehiclesConfig): VehiclesSettings {
  const { choices, default: msg } = VEHICLES.vehicleType;
  const expression = optionalText('Vehicle', config.vehicle);
  const type = oneOf('Vehicle type', config.vehicleType, choices, msg);
  return {
    store: requiredText('Remembered in', config.store, CHOOSE_STORE),
    vehicle: expression === '' ? undefined : { expression, type },
    limit: numberOf('At most', config.limit, VEHICLES.limit),
  };
}
