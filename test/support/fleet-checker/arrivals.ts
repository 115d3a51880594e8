/** Rules for the order in which events arrive: duplicates, and vehicles that were offline. */
import type { Complain, Published, ReadEvent } from './published';

/** What is known of the arrivals of one vehicle. */
interface Line {
  isOffline: boolean;
  /** Ids of the first and the last moment of each time offline; `to` is missing while it lasts. */
  readonly offline: { from: string; to?: string }[];
  latestId: string;
}

/** Seconds after which an event of a vehicle that was offline counts as late. */
const LATE = 10;

export class Arrivals {
  duplicates = 0;
  late = 0;
  readonly #first = new Map<string, { index: number; message: string; isTwice: boolean }>();
  readonly #lines = new Map<string, Line>();
  #index = 0;

  /** Whether the event came before, with the same id. */
  isDuplicate(published: Published, complain: Complain): boolean {
    this.#index += 1;
    const { queue, body, properties } = published;
    const message = JSON.stringify([queue, properties]) + body.toString('latin1');
    const first = this.#first.get(properties.messageId);
    if (!first) {
      this.#first.set(properties.messageId, { index: this.#index, message, isTwice: false });
      return false;
    }
    this.duplicates += 1;
    if (first.isTwice) complain('duplicate', 'it came a third time');
    if (first.message !== message) complain('duplicate', 'the second copy differs');
    if (first.index === this.#index - 1) complain('duplicate', 'nothing came in between');
    first.isTwice = true;
    return true;
  }

  accept(event: ReadEvent, complain: Complain): void {
    const line = this.#line(event.vehicleId);
    if (event.reason === 'LIFE_STATUS_CHANGED') {
      const last = line.offline.at(-1);
      if (last && line.isOffline) last.to = event.id;
      else line.offline.push({ from: event.id });
      line.isOffline = !line.isOffline;
    } else if (line.isOffline && !event.reason) {
      complain('offline', `${event.vehicleId} told something while it was offline`);
    }
    const wasOffline = line.offline.some(({ from, to = '~' }) => event.id > from && event.id < to);
    if (event.id < line.latestId && !wasOffline) {
      complain('order', `${event.vehicleId} was not offline, but told something late`);
    }
    if (wasOffline && event.arrivedAt / 1000 - event.occurredAt > LATE) this.late += 1;
    if (event.id > line.latestId) line.latestId = event.id;
  }

  /**
   * Whether all that happened to its vehicle up to this event has arrived. What was recorded offline
   * comes before anything that happened afterwards.
   */
  isComplete(event: ReadEvent): boolean {
    const { offline, latestId } = this.#line(event.vehicleId);
    const last = offline.at(-1);
    if (!last || event.id <= last.from) return true;
    return last.to !== undefined && latestId > last.to;
  }

  #line(vehicleId: string): Line {
    const known = this.#lines.get(vehicleId);
    if (known) return known;
    const line = { isOffline: false, offline: [], latestId: '' };
    this.#lines.set(vehicleId, line);
    return line;
  }
}
