/**
 * Reads what a fleet published, as a consumer would, and says where it contradicts itself or INVERS'
 * documentation. It knows nothing of how the fleet is calculated.
 */
import { Arrivals } from './fleet-checker/arrivals';
import { readEvent } from './fleet-checker/form';
import { VehicleHistory } from './fleet-checker/history';
import type { Published, ReadEvent, Rule } from './fleet-checker/published';

export { type Published, RULES, type Rule } from './fleet-checker/published';

export interface Complaint {
  readonly rule: Rule;
  readonly message: string;
}

export interface FleetReport {
  readonly complaints: readonly Complaint[];
  /** Events by type, without duplicates. */
  readonly types: Readonly<Record<string, number>>;
  readonly duplicates: number;
  /** Events of vehicles that were offline. */
  readonly late: number;
  readonly vehicles: number;
  /** Vehicles that were below 20 percent. */
  readonly low: number;
  /** How often a level was seen to rise. */
  readonly rises: number;
  /** Rentals that ended with the vehicle unlocked. */
  readonly leftOpen: number;
  /** How often a vehicle was seen to leave the area. */
  readonly outings: number;
}

/** Complaints that are kept; a broken fleet breaks its rules over and over. */
const MOST_COMPLAINTS = 1_000;

export function checkFleet(stream: Iterable<Published>): FleetReport {
  const complaints: Complaint[] = [];
  const complainOf = (id: string) => (rule: Rule, what: string) => {
    if (complaints.length < MOST_COMPLAINTS) complaints.push({ rule, message: `${id}: ${what}` });
  };
  const arrivals = new Arrivals();
  const types: Record<string, number> = {};
  const events: ReadEvent[] = [];
  for (const published of stream) {
    const complain = complainOf(published.properties.messageId);
    if (arrivals.isDuplicate(published, complain)) continue;
    const event = readEvent(published, complain);
    if (!event) continue;
    arrivals.accept(event, complain);
    types[event.type] = (types[event.type] ?? 0) + 1;
    events.push(event);
  }

  // at the end of the stream some vehicles are offline, and what they recorded is not known
  const complete = events.filter((event) => arrivals.isComplete(event));
  // an id tells the order within a second
  complete.sort((one, other) => one.occurredAt - other.occurredAt || (one.id < other.id ? -1 : 1));
  const histories = new Map<string, VehicleHistory>();
  /** The vehicle of each plate. */
  const plates = new Map<string, string>();
  for (const event of complete) {
    const history = histories.get(event.vehicleId) ?? new VehicleHistory(event.vehicleId);
    histories.set(event.vehicleId, history);
    history.accept(event, complainOf(event.id));
    if (event.plate === undefined) continue;
    const bearer = plates.get(event.plate) ?? event.vehicleId;
    plates.set(event.plate, event.vehicleId);
    if (bearer !== event.vehicleId) {
      complainOf(event.id)('plate', `${event.vehicleId} has the plate of ${bearer}`);
    }
  }
  const all = [...histories.values()];
  return {
    complaints,
    types,
    duplicates: arrivals.duplicates,
    late: arrivals.late,
    vehicles: histories.size,
    low: all.filter((history) => history.lowestLevel < 20).length,
    rises: all.reduce((sum, history) => sum + history.rises, 0),
    leftOpen: all.reduce((sum, history) => sum + history.leftOpen, 0),
    outings: all.reduce((sum, history) => sum + history.outings, 0),
  };
}
