/** Whether somebody who looks for a text means this vehicle. */
import { type Vehicle, vehicleName } from '../../vehicle/vehicle';

/** `text` undefined = all are meant. */
export function isFound(vehicle: Vehicle, text: string | undefined): boolean {
  if (text === undefined) return true;
  const wanted = text.toLowerCase();
  return [vehicle.id, vehicleName(vehicle)].some((name) => name.toLowerCase().includes(wanted));
}
