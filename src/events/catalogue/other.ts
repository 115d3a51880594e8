/** What the catalogue knows of event types whose topic is not known. */
import type { TopicFamily } from './entries';

export const OTHER: TopicFamily = {
  topics: [
    {
      certainty: 'unknown',
      meaning: 'Event types that INVERS names without saying which topic carries them.',
      carries: [{ type: 'CentralLockStatusChanged', certainty: 'unknown' }],
      sources: ['developers.invers.com/events/format/'],
    },
  ],
  eventTypes: [
    {
      type: 'CentralLockStatusChanged',
      certainty: 'documented',
      source: 'vehicle',
      sourceCertainty: 'inferred',
      meaning: 'The central lock changed; occurred_at is when the telematics unit noticed.',
      data: {},
      remark: 'What is in data could not be read.',
    },
  ],
};

/** What FleetControl calls events; these are no names of event types. The list is incomplete. */
export const EVENT_LABELS: readonly string[] = [
  'Vehicle State Recorded',
  'ABS Status Changed',
  'Central Lock Changed',
  'Charging Adapter Status Changed',
  'Charging Status Changed',
];
