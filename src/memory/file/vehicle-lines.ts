/**
 * The lines of the files that vehicles are kept in. Each is JSON:
 *
 *   ["id",[names,first,last,[times…],[values…]],{said}]   all that is kept of a vehicle; times count from `last`
 *   ["id"]                                                 nothing is kept of it any more
 *   {"names":["digest",["name",…]]}                        the names that vehicles in this file refer to
 *   {"dropped":"owner"}                                    what was said by this node is forgotten
 */
import { createHash } from 'node:crypto';
import { merge } from '../../vehicle/merge';
import type { NameLists } from '../../vehicle/name-lists';
import { reviveVehicle } from '../../vehicle/revive';
import type { Vehicle } from '../../vehicle/vehicle';
import type { Episode } from '../../vehicle/watch/episode';
import { StateSaid } from '../vehicles/state-said';
import { isNothing } from '../vehicles/vehicle-entry';
import { owed, type Saying, WatchSaid } from '../vehicles/watch-said';
import { FileEntry } from './file-entry';

type VehicleLine = readonly [string, number, number, readonly number[], readonly unknown[]];

interface SaidLine {
  /** What nodes have told, where that differs from what is known. */
  readonly states?: readonly (readonly [owner: string, VehicleLine])[];
  readonly watches?: readonly WatchedLine[];
}

type WatchedLine = readonly [owner: string, Episode | null, OwedLine?];

/** What was being said: the episode when it has arrived, and what it was said of. */
type OwedLine = readonly [Episode | null, Omit<Saying, 'of'>, VehicleLine];

/** Names by what stands for them in the lines. */
export type Names = Map<string, readonly string[]>;

export class VehicleLines {
  readonly #digests = new WeakMap<readonly string[], string>();

  constructor(private readonly lists: NameLists) {}

  /** Undefined while nothing of it is to survive. `refer` hears of the names that the line refers to. */
  encode(
    { id, survives, states, watches }: FileEntry,
    refer: (digest: string, names: readonly string[]) => void,
  ): string | undefined {
    if (!survives) return undefined;
    const known = this.#line(survives, refer);
    const said = states || watches ? this.#said(survives, { states, watches }, refer) : undefined;
    return `${JSON.stringify(said ? [id, known, said] : [id, known])}\n`;
  }

  encodeNames(digest: string, names: readonly string[]): string {
    return `${JSON.stringify({ names: [digest, names] })}\n`;
  }

  /** The id that a line is about, without reading more of it. */
  idOf(line: string): string | undefined {
    if (!line.startsWith('["')) return undefined;
    const end = line.indexOf('"', 2);
    const id = line.slice(2, end);
    if (end > 2 && !id.includes('\\')) return id;
    const all = parsed(line);
    return Array.isArray(all) && typeof all[0] === 'string' ? all[0] : undefined;
  }

  /** What a line says that is about no vehicle; undefined = it is damaged. */
  decodeOther(
    line: string,
  ): { names: [string, readonly string[]] } | { dropped: string } | undefined {
    const other = parsed(line) as { names?: [string, string[]]; dropped?: string } | undefined;
    if (typeof other?.dropped === 'string') return { dropped: other.dropped };
    const [digest, names] = Array.isArray(other?.names) ? other.names : [];
    if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) return undefined;
    return digest === digestOf(names) ? { names: [digest, this.lists.shared(names)] } : undefined;
  }

  /** Null = it is forgotten; undefined = the line is damaged. `isDropped` tells nodes whose sayings are forgotten. */
  decode(
    line: string,
    names: Names,
    isDropped: (owner: string) => boolean,
  ): FileEntry | null | undefined {
    const all = parsed(line);
    if (!Array.isArray(all)) return undefined;
    const [id, known, said] = all as [string, VehicleLine | undefined, SaidLine | undefined];
    if (all.length === 1) return null;
    const vehicle = this.#decode(id, known, names);
    if (!vehicle) return undefined;
    const entry = new FileEntry(id);
    entry.vehicle = vehicle;
    entry.survives = vehicle;
    const states = (said?.states ?? []).flatMap(([owner, told]) => {
      const state = this.#decode(id, told, names);
      return state && !isDropped(owner) ? [new StateSaid(owner, state)] : [];
    });
    const watches = (said?.watches ?? []).flatMap(([owner, episode, pending]) => {
      const watch = new WatchSaid(owner, isEpisode(episode) ? episode : undefined);
      if (Array.isArray(pending)) watch.pending = this.#decodeOwed(id, pending, names);
      const isKept = watch.episode !== undefined || watch.pending !== undefined;
      return isKept && !isDropped(owner) ? [watch] : [];
    });
    if (states.length > 0) entry.states = states;
    if (watches.length > 0) entry.watches = watches;
    return entry;
  }

  /** Undefined where nothing differs from what is known. */
  #said(
    survives: Vehicle,
    { states, watches }: Pick<FileEntry, 'states' | 'watches'>,
    refer: (digest: string, names: readonly string[]) => void,
  ): SaidLine | undefined {
    const told = (states ?? []).flatMap(({ owner, known }): [string, VehicleLine][] =>
      known === survives || isNothing(merge(known, survives, this.lists).changed)
        ? []
        : [[owner, this.#line(known, refer)]],
    );
    const watched = (watches ?? []).flatMap((said) => this.#watched(said, refer));
    return told.length + watched.length > 0 ? { states: told, watches: watched } : undefined;
  }

  /** What is being said by then is owed by the process that comes next. */
  #watched(
    { owner, episode, pending }: WatchSaid,
    refer: (digest: string, names: readonly string[]) => void,
  ): WatchedLine[] {
    if (!pending || pending.saying.isRepeated) {
      return episode === undefined ? [] : [[owner, episode]];
    }
    const { of, ...saying } = pending.saying;
    return [[owner, episode ?? null, [pending.episode ?? null, saying, this.#line(of, refer)]]];
  }

  #decodeOwed(id: string, [episode, saying, line]: OwedLine, names: Names) {
    const of = this.#decode(id, line, names);
    if (!of || typeof saying?.since !== 'number') return undefined;
    return owed({ episode: episode ?? undefined, saying: { ...saying, of } });
  }

  #line(
    { names, times, values, firstHeard, lastHeard }: Vehicle,
    refer: (digest: string, names: readonly string[]) => void,
  ): VehicleLine {
    let digest = this.#digests.get(names);
    if (digest === undefined) {
      digest = digestOf(names);
      this.#digests.set(names, digest);
    }
    refer(digest, names);
    const since = times.slice();
    for (let at = 0; at < since.length; at++) since[at] = (times[at] as number) - lastHeard;
    return [digest, firstHeard, lastHeard, since, values];
  }

  #decode(id: string, line: VehicleLine | undefined, names: Names): Vehicle | undefined {
    if (!Array.isArray(line)) return undefined;
    const [digest, firstHeard, lastHeard, times, values] = line as VehicleLine;
    if (!Array.isArray(times)) return undefined;
    const list = names.get(digest);
    const since = times as number[];
    for (let at = 0; at < since.length; at++) since[at] = (since[at] as number) + lastHeard;
    return reviveVehicle({ id, names: list, times, values, firstHeard, lastHeard }, this.lists);
  }
}

function isEpisode(value: unknown): value is Episode {
  return Array.isArray((value as Partial<Episode> | null)?.began);
}

function digestOf(names: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(names)).digest('base64url').slice(0, 10);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // torn by a crash, or damaged
    return undefined;
  }
}
