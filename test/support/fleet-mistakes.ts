/** Every kind of mistake that a fleet could make, as changes of a stream that is right. */
import type { Published, Rule } from './fleet-checker';
import {
  at,
  type Body,
  bodyOf,
  duplicateIn,
  moved,
  replaced,
  type State,
  type Stream,
  withAllChanged,
  withOneChanged,
  withoutOne,
  withText,
} from './fleet-stream';

export interface Mistake {
  readonly rule: Rule;
  /** What is wrong with the fleet then. */
  readonly what: string;
  readonly make: (stream: Stream) => Published[];
}

const LEVEL = 'state_of_charge_or_fuel_level_in_percent';
const RANGE = 'remaining_range_in_kilometers';
const MILEAGE = 'mileage_in_kilometers';

/** Puts a value in, and says that it did. */
function put<Target extends object, Key extends keyof Target>(
  target: Target,
  key: Key,
  value: Target[Key],
): true {
  target[key] = value;
  return true;
}

/** Changes the value of a property of the state, if it is there. */
function setValue(state: State | undefined, name: string, change: (value: unknown) => unknown) {
  const property = state?.[name];
  return property !== undefined && put(property, 'value', change(property.value));
}

function isOfType(type: string): (body: Body) => boolean {
  return ({ metadata }) => metadata['type'] === type;
}

function hasReason(reason: string): (body: Body) => boolean {
  return ({ data }) => data.reasons?.[0] === reason;
}

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

function setInAll(name: string, value: unknown): Mistake['make'] {
  return (stream) =>
    withAllChanged(stream, ({ data }) => setValue(data.vehicle_state, name, () => value));
}

function renameLast(from: string, to: string): Mistake['make'] {
  return (stream) => {
    const last = stream.findLastIndex(({ properties }) => properties.type === from);
    return withText(stream, at(stream, last), 'type', to);
  };
}

function withId(change: (id: string) => string): Mistake['make'] {
  return (stream) => {
    const one = at(stream, 5);
    return withText(stream, one, 'messageId', change(one.properties.messageId));
  };
}

function isAbout(vehicleId: string): (published: Published) => boolean {
  return (published) => bodyOf(published).data.vehicle_id === vehicleId;
}

const ALONE: readonly Mistake[] = [
  {
    rule: 'form',
    what: 'a body that is no JSON',
    make: (stream) => replaced(stream, 5, { body: Buffer.from('{') }),
  },
  {
    rule: 'form',
    what: 'metadata without a flow id',
    make: (stream) => withOneChanged(stream, ({ metadata }) => delete metadata['flow_id']),
  },
  {
    rule: 'properties',
    what: 'a flow id that is not the correlation id',
    make: (stream) =>
      withOneChanged(stream, ({ metadata }) =>
        put(metadata, 'flow_id', '00000000-0000-4000-8000-000000000000'),
      ),
  },
  {
    rule: 'id',
    what: 'an id with a letter that Crockford left out',
    make: withId((id) => `${id.slice(0, 20)}U${id.slice(21)}`),
  },
  { rule: 'id', what: 'an id of another time', make: withId((id) => `01B${id.slice(3)}`) },
  {
    rule: 'id',
    what: 'a flow id that is no UUID',
    make: (stream) => withOneChanged(stream, ({ metadata }) => put(metadata, 'flow_id', 'a flow')),
  },
  {
    rule: 'type',
    what: 'an event in the queue of another topic',
    make: (stream) => replaced(stream, 5, { queue: 'SmokeDetection' }),
  },
  {
    rule: 'data',
    what: 'a field that INVERS does not document',
    make: (stream) => withOneChanged(stream, ({ data }) => put(data, 'trip_id', 'T1')),
  },
  {
    rule: 'data',
    what: 'a property that INVERS does not document',
    make: (stream) =>
      withOneChanged(stream, ({ metadata, data: { vehicle_state: state } }) =>
        Boolean(
          state &&
            put(state, 'doors', { timestamp: String(metadata['occurred_at']), value: 'OPEN' }),
        ),
      ),
  },
  {
    rule: 'value',
    what: 'a value that INVERS does not document',
    make: setInAll('central_lock', 'AJAR'),
  },
  {
    rule: 'value',
    what: 'a reason that INVERS does not document',
    make: (stream) =>
      withOneChanged(stream, ({ data }) =>
        Boolean(data.reasons && put(data, 'reasons', ['WASHED'])),
      ),
  },
  {
    rule: 'future',
    what: 'a property that is later than its event',
    make: (stream) =>
      withOneChanged(stream, ({ data: { vehicle_state: state } }) =>
        Boolean(state?.['ignition'] && put(state['ignition'], 'timestamp', '2031-01-01T00:00:00Z')),
      ),
  },
  {
    rule: 'future',
    what: 'an event that arrives before it happened',
    make: (stream) => replaced(stream, 5, { at: at(stream, 5).at - 60_000 }),
  },
];

const ARRIVALS: readonly Mistake[] = [
  {
    rule: 'duplicate',
    what: 'a second copy that differs',
    make: (stream) => {
      const { second } = duplicateIn(stream);
      const body = Buffer.from(` ${at(stream, second).body}`);
      return replaced(stream, second, { body });
    },
  },
  {
    rule: 'duplicate',
    what: 'a second copy right after the first',
    make: (stream) => {
      const { first, second } = duplicateIn(stream);
      return moved(stream, second, first + 1);
    },
  },
  {
    rule: 'duplicate',
    what: 'a third copy',
    make: (stream) => [...stream, at(stream, duplicateIn(stream).first)],
  },
  {
    rule: 'order',
    what: 'an event that comes late although the vehicle was online',
    make: (stream) =>
      moved(stream, stream.findIndex(isAbout('SB000')), stream.findLastIndex(isAbout('SB000'))),
  },
  {
    rule: 'offline',
    what: 'an event of a vehicle that is offline',
    make: (stream) => {
      const offline = stream.findIndex((one) => hasReason('LIFE_STATUS_CHANGED')(bodyOf(one)));
      const isSame = isAbout(bodyOf(at(stream, offline)).data.vehicle_id);
      const before = stream.findLastIndex(
        (one, index) => index < offline && isSame(one) && !bodyOf(one).data.reasons,
      );
      return moved(stream, before, offline);
    },
  },
];

const LIFE: readonly Mistake[] = [
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

export const MISTAKES: readonly Mistake[] = [...ALONE, ...ARRIVALS, ...LIFE];
