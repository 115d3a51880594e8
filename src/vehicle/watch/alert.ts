/** What a watch tells: the payload of its messages. */

import { valuesOf } from '../shown';
import { timeText } from '../time-text';
import type { Vehicle } from '../vehicle';
import { alertSentence, type Said } from './sentence';
import type { Texts } from './texts';
import type { Watch } from './watch';

export interface Alert {
  /** one sentence for people */
  text: string;
  vehicle_id: string;
  /** what the watch is called */
  watch: string;
  state: 'raised' | 'cleared';
  /** since when the conditions held: ISO 8601, UTC */
  since: string;
  /** of the vehicle, the newest of each property */
  values: Record<string, unknown>;
}

export function alertOf(
  name: string,
  watch: Watch,
  vehicle: Vehicle,
  said: Said & { readonly since: number },
  texts?: Texts,
): Alert {
  return {
    text: alertSentence(watch, vehicle, said, texts),
    vehicle_id: vehicle.id,
    watch: name,
    state: said.say,
    since: timeText(said.since),
    values: valuesOf(vehicle),
  };
}
