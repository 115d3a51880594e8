/** What is kept of one vehicle: what is known of it, and what each node has said of it. */

import { merge } from '../../vehicle/merge';
import type { NameLists } from '../../vehicle/name-lists';
import type { Changes, Vehicle } from '../../vehicle/vehicle';
import type { Episode, WatchStep } from '../../vehicle/watch/episode';
import { StateSaid } from './state-said';
import { type DecideStep, OWED, WatchSaid } from './watch-said';

/** Who says something, and what tells it from the rest that they say. */
export interface Telling {
  /** id of the node */
  readonly owner: string;
  readonly token: string;
  /** What it is said because of; undefined = the clock, or nobody knows. */
  readonly origin?: Origin | undefined;
}

/** The event that brought news. */
export interface Origin {
  /** id of the event */
  readonly id: string;
  /** The broker has given it out before. */
  readonly isRedelivered: boolean;
}

/** News, and what was known before and after they were heard. */
export interface Hearing {
  readonly news: Vehicle;
  readonly before: Vehicle | undefined;
  readonly after: Vehicle;
  /** What the news changed. */
  readonly changed: Changes;
}

const NOTHING: Changes = {};

export class VehicleEntry {
  /** Undefined = nothing is known. What an event says is true whether or not its flow succeeds. */
  vehicle: Vehicle | undefined;
  states: readonly StateSaid[] | undefined;
  watches: readonly WatchSaid[] | undefined;
  /** Something other than `vehicle` has changed: its store sets it back. */
  isChanged = false;
  /** What is to survive has changed: the same. */
  isToBeKept = false;

  constructor(readonly id: string) {}

  /** Takes news in, which none of the `tellers` has told yet. */
  hear(news: Vehicle, lists: NameLists, tellers: Iterable<string>): Hearing {
    const before = this.vehicle;
    const { vehicle: after, changed } = merge(before, news, lists);
    this.vehicle = after;
    if (!isNothing(changed)) {
      const known = before ?? nothingOf(news);
      for (const owner of tellers) this.#keepState(owner, known);
    }
    return { news, before, after, changed };
  }

  /** What this owner tells now: everything that it has not told, nor is telling. */
  tellState(
    { owner, token, origin }: Telling,
    { before, changed }: Hearing,
    { lists, until }: { lists: NameLists; until: number },
  ): Changes {
    const said = this.#stateOf(owner);
    const facts = this.vehicle;
    if (!said || !facts) return NOTHING;
    const isUpToDate = before ? said.known === before : said.known.names.length === 0;
    const changes = isUpToDate && said.pending.length === 0 ? changed : said.changes(facts, lists);
    if (isNothing(changes)) {
      this.#tidyState(said, lists);
      return NOTHING;
    }
    said.claim({ token, until, event: origin?.id }, facts, changes, lists);
    this.isChanged = true;
    return changes;
  }

  /** Returns what was told, if it was still pending. */
  settleState({ owner, token }: Telling, isDone: boolean, lists: NameLists): Vehicle | undefined {
    const said = this.#stateOf(owner);
    const told = said?.pending.find((pending) => pending.token === token)?.told;
    if (!said || !told) return undefined;
    this.isChanged = true;
    if (isDone) this.isToBeKept = true;
    if (isDone && told === this.vehicle && said.pending.length === 1) {
      // nothing has happened since: everything is told
      this.#dropState(said);
      return told;
    }
    said.settle(token, isDone, lists);
    if (isDone) this.#tidyState(said, lists);
    return told;
  }

  /** Lets a watch take its next step, and returns what of it is to be done now; undefined = nothing is known. */
  stepWatch(
    { owner, token, origin }: Telling,
    decide: DecideStep,
    until: number,
  ): WatchStep | undefined {
    if (!this.vehicle) return undefined;
    const known = this.#watchOf(owner);
    const said = known ?? new WatchSaid(owner, undefined);
    const { episode, pending } = said;
    const step = said.step(this.vehicle, decide, {
      token,
      until,
      event: origin?.id,
    });
    if (said.episode === episode && said.pending === pending) return step;
    this.isChanged = true;
    if (said.episode !== episode) this.isToBeKept = true;
    if (!known) this.watches = [...(this.watches ?? []), said];
    this.#tidyWatch(said);
    return step;
  }

  /** Whether it was still pending. */
  settleWatch({ owner, token }: Telling, isDone: boolean): boolean {
    const said = this.#watchOf(owner);
    if (!said?.settle(token, isDone)) return false;
    this.isChanged = true;
    if (isDone) this.isToBeKept = true;
    this.#tidyWatch(said);
    return true;
  }

  /** The event that brought the news is done with, and so is what was told because of it: both are to survive. */
  commit(_hearing: Hearing, _told: Vehicle | undefined, _lists: NameLists): void {
    // a store that keeps everything at once, or for this process only, need not know
  }

  /** Forgets what processes were telling that give no sign of life any more. */
  lapse(now: number): void {
    for (const said of this.states ?? []) {
      if (said.pending.every(({ until }) => until > now)) continue;
      said.pending = said.pending.filter(({ until }) => until > now);
      this.isChanged = true;
    }
    for (const said of this.watches ?? []) {
      if (!said.pending || said.pending.until > now) continue;
      said.undo();
      this.isChanged = true;
      this.#tidyWatch(said);
    }
  }

  /** An event was given out again: whoever told something because of it, other than those meant, has died. */
  supersede(event: string, isOurs: (token: string) => boolean): void {
    const isDead = (pending: { token: string; event?: string | undefined }) =>
      pending.event === event && !isOurs(pending.token);
    for (const said of this.states ?? []) {
      if (!said.pending.some(isDead)) continue;
      said.pending = said.pending.filter((pending) => !isDead(pending));
      this.isChanged = true;
    }
    for (const said of this.watches ?? []) {
      if (!said.pending || said.pending.token === OWED || !isDead(said.pending)) continue;
      said.undo();
      this.isChanged = true;
    }
  }

  /** A sign of life of who is telling with tokens like these. */
  renew(isMeant: (token: string) => boolean, until: number): void {
    const renewed = <Pending extends { token: string }>(pending: Pending) =>
      isMeant(pending.token) ? { ...pending, until } : pending;
    for (const said of this.states ?? []) said.pending = said.pending.map(renewed);
    for (const said of this.watches ?? []) said.pending &&= renewed(said.pending);
    this.isChanged = true;
  }

  /** Of everything that is being told. */
  tokens(): string[] {
    const states = (this.states ?? []).flatMap(({ pending }) => pending);
    const watches = (this.watches ?? []).flatMap(({ pending }) => pending ?? []);
    return [...states, ...watches].map(({ token }) => token);
  }

  episodeOf(owner: string): Episode | undefined {
    const said = this.#watchOf(owner);
    return said?.pending?.episode ?? said?.episode;
  }

  /** Those of whom something is kept. */
  owners(): string[] {
    return [...(this.states ?? []), ...(this.watches ?? [])].map(({ owner }) => owner);
  }

  drop(owner: string): void {
    if (!this.owners().includes(owner)) return;
    this.isChanged = true;
    this.isToBeKept = true;
    this.states = without(this.states, (said) => said.owner === owner);
    this.watches = without(this.watches, (said) => said.owner === owner);
  }

  #stateOf(owner: string): StateSaid | undefined {
    return this.states?.find((said) => said.owner === owner);
  }

  #watchOf(owner: string): WatchSaid | undefined {
    return this.watches?.find((said) => said.owner === owner);
  }

  #keepState(owner: string, known: Vehicle): void {
    if (this.#stateOf(owner)) return;
    const said = new StateSaid(owner, known);
    this.states = this.states ? [...this.states, said] : [said];
  }

  /** Who has told everything need not be kept. */
  #tidyState(said: StateSaid, lists: NameLists): void {
    if (!this.vehicle || said.pending.length > 0) return;
    if (isNothing(merge(said.known, this.vehicle, lists).changed)) this.#dropState(said);
  }

  #dropState(said: StateSaid): void {
    this.isChanged = true;
    this.states = without(this.states, (other) => other === said);
  }

  #tidyWatch(said: WatchSaid): void {
    if (said.episode !== undefined || said.pending !== undefined) return;
    this.watches = without(this.watches, (other) => other === said);
  }
}

function without<Item>(
  list: readonly Item[] | undefined,
  isOut: (item: Item) => boolean,
): readonly Item[] | undefined {
  const rest = list?.filter((item) => !isOut(item));
  return rest?.length === 0 ? undefined : rest;
}

export function isNothing(changes: Changes): boolean {
  for (const _ in changes) return false;
  return true;
}

/** A vehicle of which nothing was told yet. */
function nothingOf({ id, firstHeard, lastHeard }: Vehicle): Vehicle {
  return { id, names: [], times: [], values: [], firstHeard, lastHeard };
}
