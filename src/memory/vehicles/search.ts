/** Which vehicles are meant by a text: those with it in their id or licence plate, whatever its case. */
import { type Vehicle, vehicleName } from '../../vehicle/vehicle';

/** `text` in lower case; undefined = all. */
export function isFound(vehicle: Vehicle, text: string | undefined): boolean {
  if (text === undefined) return true;
  return (
    vehicle.id.toLowerCase().includes(text) || vehicleName(vehicle).toLowerCase().includes(text)
  );
}
