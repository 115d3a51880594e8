/** What a watch tells: the payload of its messages. */
import type { InversAlert } from '../../index';
import { valuesOf } from '../shown';
import { timeText } from '../time-text';
import type { Vehicle } from '../vehicle';
import { alertSentence, type Said } from './sentence';
import type { Texts } from './texts';
import type { Watch } from './watch';

export function alertOf(
  name: string,
  watch: Watch,
  vehicle: Vehicle,
  said: Said & { readonly since: number },
  texts?: Texts,
): InversAlert {
  return {
    text: alertSentence(watch, vehicle, said, texts),
    vehicle_id: vehicle.id,
    watch: name,
    state: said.say,
    since: timeText(said.since),
    values: valuesOf(vehicle),
  };
}
