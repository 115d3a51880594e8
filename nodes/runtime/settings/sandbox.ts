/** What an invers-consumer stores about its sandbox, and the fleet that follows from it. */
import type { NodeDef } from 'node-red';
import { numberWithin, wholeNumber } from './values';

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

/** Throws a ConfigError that names the field. The limits are those of the simulated fleet. */
export function sandboxSettings(config: SandboxConfig): SandboxSettings {
  const { sandboxVehicles, sandboxRate, sandboxDuplicates } = config;
  return {
    vehicles: wholeNumber('Vehicles', sandboxVehicles, { min: 1, max: 10_000 }, 20),
    rate: numberWithin('Events per second', sandboxRate, { min: 0.02, max: 10_000 }, 2),
    duplicates: numberWithin('Duplicates', sandboxDuplicates, { min: 0, max: 100 }, 2),
  };
}
