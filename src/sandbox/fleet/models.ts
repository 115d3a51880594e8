/** The kinds of vehicles in the sandbox, invented: what they can do, and what their telematics tells. */

export interface VehicleModel {
  readonly isElectric: boolean;
  /** Kilometres with a full battery or tank. */
  readonly range: number;
  /** Kilometres an hour while driving: the least and the most. */
  readonly speed: readonly [number, number];
  /** Percent a second while charging or refuelling. */
  readonly refill: number;
  /** Whether smoke in the cabin is noticed. */
  readonly hasSmokeSensor: boolean;
  /** Properties that stay as they are, by their names in INVERS' vehicle state. */
  readonly equipment: Readonly<Record<string, string | number>>;
}

const CAR = { abs_status: 'ENABLED', brake_lining_wear_indicator: 'OFF' };

export const MOPED: VehicleModel = {
  isElectric: true,
  range: 35,
  speed: [15, 45],
  refill: 0.06,
  hasSmokeSensor: false,
  equipment: {},
};
const ELECTRIC_MICROCAR: VehicleModel = {
  isElectric: true,
  range: 75,
  speed: [20, 60],
  refill: 0.05,
  hasSmokeSensor: true,
  equipment: {},
};
export const ELECTRIC_CAR: VehicleModel = {
  isElectric: true,
  range: 320,
  speed: [20, 90],
  refill: 0.04,
  hasSmokeSensor: true,
  equipment: CAR,
};
const PETROL_CAR: VehicleModel = {
  isElectric: false,
  range: 480,
  speed: [20, 90],
  refill: 0.8,
  hasSmokeSensor: true,
  equipment: CAR,
};
const DIESEL_VAN: VehicleModel = {
  isElectric: false,
  range: 700,
  speed: [20, 80],
  refill: 0.8,
  hasSmokeSensor: true,
  equipment: { ...CAR, adblue_level_in_percent: 60, adblue_level_low_indicator: 'OFF' },
};

/** Vehicle by vehicle, round and round. Small batteries are many: they make the low ones that flows look for. */
export const MODELS: readonly [VehicleModel, ...VehicleModel[]] = [
  ELECTRIC_MICROCAR,
  MOPED,
  PETROL_CAR,
  MOPED,
  ELECTRIC_CAR,
  MOPED,
  ELECTRIC_MICROCAR,
  DIESEL_VAN,
  MOPED,
  PETROL_CAR,
];
