/** What can be wrong with the life of a vehicle. */
import {
  at,
  type Body,
  withAllChanged,
  withOneChanged,
  withoutOne,
  withText,
} from '../fleet-stream';
import { hasReason, isOfType, type Mistake, put, setInAll, setValue } from './edits';

const LEVEL = 'state_of_charge_or_fuel_level_in_percent';
const RANGE = 'remaining_range_in_kilometers';
const MILEAGE = 'mileage_in_kilometers';

export const LIFE_MISTAKES: readonly Mistake[] = [
  {
    rule: 'timestamp',
    what: 'a property that goes back in time',
    make: (stream) => {
      const isThird = third(isMeasured('ON'));
      return withOneChanged(stream, (body) => {
        const mileage = body.data.vehicle_state?.[MILEAGE];
        return Boolean(
          mileage && isThird(body) && put(mileage, 'timestamp', '2025-05-01T00:00:00Z'),
        );
      });
    },
  },
  {
    rule: 'timestamp',
    what: 'two values of one moment',
    make: (stream) => {
      const isThird = third(isMeasured('OFF'));
      return withOneChanged(
        stream,
        (body) =>
          isThird(body) && setValue(body.data.vehicle_state, 'driving_enabled', (value) => !value),
      );
    },
  },
  {
    rule: 'rental',
    what: 'a rental that nobody began or ended',
    make: without(hasReason('RENTAL_STATUS_CHANGED')),
  },
  {
    rule: 'rental',
    what: 'a vehicle that is rented for one event only',
    make: (stream) =>
      withOneChanged(stream, (body) => {
        const status = body.data.vehicle?.rental_status;
        if (!status || !hasReason('LIFE_STATUS_CHANGED')(body)) return false;
        return put(status, 'value', status.value === 'IN_RENTAL' ? 'NOT_IN_RENTAL' : 'IN_RENTAL');
      }),
  },
  {
    rule: 'plate',
    what: 'a vehicle with another plate, which nobody has changed',
    make: withOneFit(hasReason('RENTAL_STATUS_CHANGED'), ({ vehicle }) =>
      Boolean(vehicle && put(vehicle.master_data, 'license_plate', 'X-Y 1')),
    ),
  },
  {
    rule: 'plate',
    what: 'a vehicle with the plate of another',
    make: (stream) =>
      withAllChanged(stream, ({ data: { vehicle } }) => {
        if (vehicle) vehicle.master_data.license_plate = 'X-Y 1';
      }),
  },
  {
    rule: 'plate',
    what: 'a change of master data that changes nothing',
    make: withOneFit(hasReason('RENTAL_STATUS_CHANGED'), (data) =>
      put(data, 'reasons', ['MASTER_DATA_CHANGED']),
    ),
  },
  { rule: 'driving', what: 'a drive with the ignition off', make: setInAll('ignition', 'OFF') },
  {
    rule: 'driving',
    what: 'a drive that is not enabled',
    make: setInAll('driving_enabled', false),
  },
  {
    rule: 'driving',
    what: 'a drive without a rental',
    make: (stream) =>
      withAllChanged(stream, ({ data: { vehicle } }) => {
        if (vehicle) vehicle.rental_status.value = 'NOT_IN_RENTAL';
      }),
  },
  {
    rule: 'driving',
    what: 'a vehicle that is given back while it drives',
    make: (stream) => {
      const drives = new Set<string>();
      const wasRented = new Set<string>();
      return withOneChanged(stream, (body) => {
        const { vehicle_id: vehicleId, vehicle, vehicle_state: state } = body.data;
        if (vehicle?.rental_status.value === 'IN_RENTAL') wasRented.add(vehicleId);
        if (state?.['ignition']?.value === 'ON') drives.add(vehicleId);
        if (state?.['ignition']?.value === 'OFF') drives.delete(vehicleId);
        const isRight = vehicle && drives.has(vehicleId) && wasRented.has(vehicleId);
        if (!isRight || !hasReason('LIFE_STATUS_CHANGED')(body)) return false;
        vehicle.rental_status.value = 'NOT_IN_RENTAL';
        return put(body.data, 'reasons', ['RENTAL_STATUS_CHANGED']);
      });
    },
  },
  {
    rule: 'lock',
    what: 'a drive with the vehicle locked',
    make: setInAll('central_lock', 'LOCKED'),
  },
  {
    rule: 'lock',
    what: 'a vehicle that unlocks itself',
    make: (stream) => {
      const given = new Set<string>();
      const locked = new Set<string>();
      return withOneChanged(stream, ({ data }) => {
        const { vehicle_id: vehicleId, vehicle, vehicle_state: state } = data;
        if (vehicle?.rental_status.value === 'NOT_IN_RENTAL') given.add(vehicleId);
        if (vehicle?.rental_status.value === 'IN_RENTAL') given.delete(vehicleId);
        const isLocked = state?.['central_lock']?.value === 'LOCKED' && given.has(vehicleId);
        const wasLocked = locked.has(vehicleId);
        if (isLocked) locked.add(vehicleId);
        return isLocked && wasLocked && setValue(state, 'central_lock', () => 'UNLOCKED');
      });
    },
  },
  { rule: 'mileage', what: 'a mileage that falls', make: addWhile('ON', MILEAGE, -5) },
  { rule: 'trip', what: 'a trip that never ended', make: without(isOfType('TripEnded')) },
  { rule: 'trip', what: 'a trip that never began', make: without(isOfType('TripStarted')) },
  {
    rule: 'trip',
    what: 'a long trip that is discarded',
    make: renameLast('TripMetricsReady', 'TripDiscarded'),
  },
  {
    rule: 'trip',
    what: 'a short trip that is not discarded',
    make: renameLast('TripDiscarded', 'TripMetricsReady'),
  },
  {
    rule: 'trip',
    what: 'a trip that ends at another moment than driving',
    make: (stream) =>
      withOneChanged(stream, (body) => {
        const enabled = body.data.vehicle_state?.['driving_enabled'];
        if (!enabled || !isOfType('TripEnded')(body)) return false;
        return put(enabled, 'timestamp', '2025-06-01T12:00:00Z');
      }),
  },
  {
    rule: 'trip',
    what: 'a trip whose end does not have the mileage of the drive',
    make: (stream) =>
      withOneChanged(
        stream,
        (body) =>
          isOfType('TripEnded')(body) &&
          setValue(body.data.vehicle_state, MILEAGE, (value) => Number(value) + 1),
      ),
  },
  { rule: 'level', what: 'a battery that charges while driving', make: addWhile('ON', LEVEL, 3) },
  {
    rule: 'level',
    what: 'a battery that empties while standing',
    make: addWhile('OFF', LEVEL, -3),
  },
  { rule: 'consumption', what: 'a drive that costs too much', make: addWhile('ON', LEVEL, -9) },
  {
    rule: 'consumption',
    what: 'a drive that costs nothing',
    make: (stream) =>
      withAllChanged(stream, ({ data: { vehicle_state: state } }) => {
        setValue(state, LEVEL, () => 50);
        setValue(state, RANGE, () => 40);
      }),
  },
  { rule: 'range', what: 'a range that does not fit the level', make: addWhile('ON', RANGE, 5) },
  {
    rule: 'position',
    what: 'a vehicle that is somewhere else at once',
    make: (stream) => {
      const isThird = third(isMeasured('ON'));
      return withOneChanged(
        stream,
        (body) =>
          isThird(body) &&
          setValue(body.data.vehicle_state, 'position', () => ({ lat: 50.8, lon: 6.96 })),
      );
    },
  },
  { rule: 'speed', what: 'a vehicle that is too fast', make: addWhile('ON', MILEAGE, 5) },
  {
    rule: 'smoke',
    what: 'smoke that was not detected',
    make: (stream) => withoutOne(stream, isOfType('SmokeDetected')),
  },
];

/** A report that tells how far the vehicle went, with the ignition in this position. */
function isMeasured(ignition: 'ON' | 'OFF'): (body: Body) => boolean {
  return ({ data: { vehicle_state: state } }) =>
    state?.['ignition']?.value === ignition && state[MILEAGE] !== undefined;
}

/** The third event of its kind in a row for a vehicle: the checker knows by then what was before. */
function third(matches: (body: Body) => boolean): (body: Body) => boolean {
  const counts = new Map<string, number>();
  return (body) => {
    const { vehicle_id: vehicleId, vehicle_state: state } = body.data;
    if (matches(body)) counts.set(vehicleId, (counts.get(vehicleId) ?? 0) + 1);
    else if (state) counts.set(vehicleId, 0);
    return counts.get(vehicleId) === 3;
  };
}

function addWhile(ignition: 'ON' | 'OFF', name: string, difference: number): Mistake['make'] {
  return (stream) => {
    const isThird = third(isMeasured(ignition));
    return withOneChanged(
      stream,
      (body) =>
        isThird(body) &&
        setValue(body.data.vehicle_state, name, (value) => Number(value) + difference),
    );
  };
}

/** Without one event of this kind, of a vehicle of which the checker knows what was before. */
function without(matches: (body: Body) => boolean): Mistake['make'] {
  return (stream) => {
    const seen = new Set<string>();
    return withoutOne(stream, (body) => {
      if (!matches(body)) return false;
      const isKnown = seen.has(body.data.vehicle_id);
      seen.add(body.data.vehicle_id);
      return isKnown;
    });
  };
}

/** With one event of this kind changed, of a vehicle of which the checker knows what was before. */
function withOneFit(
  matches: (body: Body) => boolean,
  edit: (data: Body['data']) => boolean,
): Mistake['make'] {
  return (stream) => {
    const seen = new Set<string>();
    return withOneChanged(stream, (body) => {
      if (!body.data.vehicle) return false;
      const isKnown = seen.has(body.data.vehicle_id);
      seen.add(body.data.vehicle_id);
      return isKnown && matches(body) && edit(body.data);
    });
  };
}

function renameLast(from: string, to: string): Mistake['make'] {
  return (stream) => {
    const last = stream.findLastIndex(({ properties }) => properties.type === from);
    return withText(stream, at(stream, last), 'type', to);
  };
}
