/** What the catalogue knows of trips. */
import type { Certainty, EventType, TopicFamily } from './entries';

function trip(type: string, certainty: Certainty, meaning: string): EventType {
  return {
    type,
    certainty,
    source: 'oneapi',
    sourceCertainty: 'inferred',
    meaning,
    data: {},
    remark: 'What is in data could not be read.',
  };
}

export const TRIP: TopicFamily = {
  topics: [
    {
      name: 'Trip (v2)',
      certainty: 'documented',
      meaning: 'Trips, from their start to their metrics.',
      carries: ['TripStarted', 'TripEnded', 'TripMetricsReady', 'TripDiscarded'].map((type) => ({
        type,
        certainty: 'inferred',
      })),
      sources: [
        'help.invers.com/automation-workflows/events-and-data/',
        'developers.invers.com/insights/trips',
      ],
    },
    {
      name: 'Trip',
      certainty: 'inferred',
      meaning: 'Trips as before Trip (v2).',
      carries: ['TripStarted', 'TripEnded', 'TripDataReady', 'TripDiscarded'].map((type) => ({
        type,
        certainty: 'inferred',
      })),
      sources: ['developers.invers.com/insights/trips/ (an older version)'],
    },
  ],
  eventTypes: [
    trip(
      'TripStarted',
      'documented',
      'A trip began: what the fleet’s settings take for its start was switched on (driving enabled, ignition or rental).',
    ),
    trip('TripEnded', 'documented', 'A trip ended: the same was switched off.'),
    trip('TripMetricsReady', 'documented', 'The metrics of an ended trip are calculated.'),
    trip('TripDiscarded', 'documented', 'A trip of less than a minute was thrown away.'),
    trip('TripDataReady', 'older-docs', 'The data of an ended trip are complete.'),
  ],
};
