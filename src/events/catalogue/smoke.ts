/** What the catalogue knows of smoke in vehicles. */
import type { EventType, TopicFamily } from './entries';

function smoke(type: string, meaning: string): EventType {
  return {
    type,
    certainty: 'documented',
    source: 'oneapi',
    sourceCertainty: 'inferred',
    meaning,
    data: {},
    remark: 'What is in data could not be read.',
  };
}

export const SMOKE: TopicFamily = {
  topics: [
    {
      name: 'SmokeDetection',
      certainty: 'documented',
      meaning: 'Smoke in the cabin, of vehicles with an SDM+ sensor on a CloudBoxx.',
      carries: ['SmokeDetected', 'SmokeDataReady'].map((type) => ({ type, certainty: 'inferred' })),
      sources: [
        'help.invers.com/automation-workflows/events-and-data/',
        'developers.invers.com/insights/smoke-detection-api',
      ],
    },
  ],
  eventTypes: [
    smoke(
      'SmokeDetected',
      'Somebody smokes, as far as the particles tell: later than the first of them.',
    ),
    smoke(
      'SmokeDataReady',
      'It is over; with the measured particles. Always after a SmokeDetected.',
    ),
  ],
};
