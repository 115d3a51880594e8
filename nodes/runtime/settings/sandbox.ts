/** What an invers-consumer stores about its sandbox, and the fleet that follows from it. */
import type { NodeDef } from 'node-red';
import { CONSUMER } from '../../settings/limits';
import { numberOf } from './values';

export interface SandboxConfig extends NodeDef {
  readonly sandboxVehicles?: string | number;
  readonly sandboxRate?: string | number;
  readonly sandboxDuplicates?: string | number;
}

export interface SandboxSettings {
  readonly vehicles: number;
  /** Events per second over the whole fleet. */
  readonly rate: number;
  /** Percent of the events that are sent twice. */
  readonly duplicates: number;
}

/** Throws a ConfigError that names the field. */
export function sandboxSettings(config: SandboxConfig): SandboxSettings {
  const { sandboxVehicles, sandboxRate, sandboxDuplicates } = config;
  return {
    vehicles: numberOf('Vehicles', sandboxVehicles, CONSUMER.sandboxVehicles),
    rate: numberOf('Events per second', sandboxRate, CONSUMER.sandboxRate),
    duplicates: numberOf('Duplicates', sandboxDuplicates, CONSUMER.sandboxDuplicates),
  };
}
