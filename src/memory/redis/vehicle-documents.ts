/** What is kept of one vehicle as JSON, for Redis. */

import type { NameLists } from '../../vehicle/name-lists';
import { reviveVehicle } from '../../vehicle/revive';
import type { Vehicle } from '../../vehicle/vehicle';
import type { Episode } from '../../vehicle/watch/episode';
import { StateSaid } from '../vehicles/state-said';
import { VehicleEntry } from '../vehicles/vehicle-entry';
import { type PendingWatch, type Saying, WatchSaid } from '../vehicles/watch-said';

type Pending<Told> = readonly [token: string, until: number, told: Told, event?: string];
/** What is said, in words: since when, whether it is a reminder, and of what state of the vehicle. */
type PendingSaying = readonly [...Required<Pending<Episode | null>>, Saying];

interface VehicleDocument {
  readonly vehicle?: Vehicle;
  readonly states?: readonly (readonly [
    owner: string,
    known: Vehicle,
    pending: Pending<Vehicle>[],
  ])[];
  readonly watches?: readonly (readonly [
    owner: string,
    episode: Episode | null,
    pending: PendingSaying | null,
  ])[];
}

export function encodeEntry({ vehicle, states, watches }: VehicleEntry): string {
  const document: VehicleDocument = {
    ...(vehicle ? { vehicle } : {}),
    ...(states
      ? {
          states: states.map(({ owner, known, pending }) => [
            owner,
            known,
            pending.map(({ token, until, told, event }) => [token, until, told, event ?? '']),
          ]),
        }
      : {}),
    ...(watches
      ? {
          watches: watches.map(({ owner, episode, pending }) => [
            owner,
            episode ?? null,
            pending
              ? [
                  pending.token,
                  pending.until,
                  pending.episode ?? null,
                  pending.event ?? '',
                  pending.saying,
                ]
              : null,
          ]),
        }
      : {}),
  };
  return JSON.stringify(document);
}

/** What cannot be read counts as nothing. */
export function decodeEntry(id: string, text: string, lists: NameLists): VehicleEntry {
  const entry = new VehicleEntry(id);
  if (text === '') return entry;
  try {
    const { vehicle, states, watches } = JSON.parse(text) as VehicleDocument;
    entry.vehicle = reviveVehicle(vehicle, lists);
    if (!entry.vehicle) return entry;
    entry.states = states?.flatMap(([owner, known, pending]) => {
      const told = reviveVehicle(known, lists);
      if (!told) return [];
      return [
        new StateSaid(
          owner,
          told,
          pending.flatMap((one) => revivePending(one, lists)),
        ),
      ];
    });
    entry.watches = watches?.map(
      ([owner, episode, pending]) =>
        new WatchSaid(
          owner,
          episode ?? undefined,
          pending ? reviveSaying(pending, lists) : undefined,
        ),
    );
  } catch {
    // somebody else has written there
    return new VehicleEntry(id);
  }
  return entry;
}

function revivePending([token, until, told, event]: Pending<Vehicle>, lists: NameLists) {
  const vehicle = reviveVehicle(told, lists);
  return vehicle ? [{ token, until, told: vehicle, event }] : [];
}

function reviveSaying(
  [token, until, episode, event, saying]: PendingSaying,
  lists: NameLists,
): PendingWatch | undefined {
  const of = reviveVehicle(saying?.of, lists);
  if (!of) return undefined;
  return { token, until, episode: episode ?? undefined, event, saying: { ...saying, of } };
}
