/** What can be wrong with the order in which events arrive. */
import type { Published } from '../fleet-checker';
import { at, bodyOf, duplicateIn, moved, replaced } from '../fleet-stream';
import { hasReason, type Mistake } from './edits';

export const ARRIVAL_MISTAKES: readonly Mistake[] = [
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

function isAbout(vehicleId: string): (published: Published) => boolean {
  return (published) => bodyOf(published).data.vehicle_id === vehicleId;
}
