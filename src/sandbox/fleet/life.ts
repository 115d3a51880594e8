/** What happens to vehicles is told as scripts: generators that do something, then say how long they wait. */
import type { ChangeReason, FleetEventType } from './events';
import type { Random } from './random';
import type { Vehicle } from './vehicle';

/** Yields milliseconds to wait. Scripts of one vehicle run beside each other. */
export type Script = Generator<number, void, void>;

/** What a script may do to the world. */
export interface World {
  readonly random: Random;
  /** How many times longer than usual people drive and pause: 1, or more at a low rate. */
  readonly pace: number;
  /** Milliseconds since 1970. */
  now(): number;
  /** A licence plate that no vehicle has had. */
  plate(): string;
  /** The id that events share which come from one call. */
  flow(): string;
  /** Publishes what changed at the vehicle since it last told. */
  recordChanges(vehicle: Vehicle, flow?: string): void;
  /** Publishes an event with the whole state of the vehicle. */
  record(vehicle: Vehicle, type: FleetEventType, flow?: string): void;
  /** Publishes VehicleChanged. It comes from INVERS, not from the vehicle, so also when that is offline. */
  announce(vehicle: Vehicle, reason: ChangeReason): void;
  /** Lets another script run beside this one. */
  begin(vehicle: Vehicle, script: Script): void;
}

/** A time between so many seconds, in milliseconds. */
export function seconds({ random }: World, low: number, high: number): number {
  return random.between(low, high) * 1000;
}

/** The same for what takes longer where fewer events are told. */
export function unhurried(world: World, low: number, high: number): number {
  return seconds(world, low, high) * world.pace;
}
