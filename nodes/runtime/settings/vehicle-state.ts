/** What an invers-vehicle-state stores, and the valid values that follow from it. */
import type { NodeDef } from 'node-red';
import { VEHICLE_STATE } from '../../settings/limits';
import { parseList } from '../../settings/texts';
import { oneOf, optionalText, requiredText } from './values';

export interface VehicleStateConfig extends NodeDef {
  readonly store?: string;
  readonly state?: string;
  readonly stateType?: string;
  readonly watch?: readonly string[];
}

export interface VehicleStateSettings {
  /** id of an invers-store */
  readonly store: string;
  /** Where an event's state stands; undefined = it is found by its shape. */
  readonly state: { readonly expression: string; readonly type: 'msg' | 'jsonata' } | undefined;
  /** Names of properties; empty = all. */
  readonly watch: readonly string[];
}

/** What is said where no store is chosen. */
export const CHOOSE_STORE = 'choose where vehicles are remembered';

/** Throws a ConfigError that names the field. */
export function vehicleStateSettings(config: VehicleStateConfig): VehicleStateSettings {
  const { choices, default: msg } = VEHICLE_STATE.stateType;
  const expression = optionalText('State', config.state);
  const type = oneOf('State type', config.stateType, choices, msg);
  return {
    store: requiredText('Remember in', config.store, CHOOSE_STORE),
    state: expression === '' ? undefined : { expression, type },
    // a name may have been `${NAME}`, and stand for several
    watch: (config.watch ?? []).flatMap((name) => parseList(optionalText('Only these', name))),
  };
}
