/** What the catalogue knows of changes to vehicles. */
import type { TopicFamily } from './entries';

export const VEHICLE_CHANGE: TopicFamily = {
  topics: [
    {
      name: 'VehicleChange',
      certainty: 'documented',
      meaning: 'Changes to vehicles: hundreds a day for each vehicle in use.',
      carries: [{ type: 'VehicleChanged', certainty: 'inferred' }],
      sources: [
        'help.invers.com/automation-workflows/events-and-data/',
        'developers.invers.com/events/',
      ],
    },
  ],
  eventTypes: [
    {
      type: 'VehicleChanged',
      certainty: 'documented',
      source: 'oneapi',
      sourceCertainty: 'documented',
      meaning: 'Something about a vehicle changed, such as its rental or its licence plate.',
      data: {
        reasons: {
          types: ['list', 'text'],
          items: 'text',
          values: ['RENTAL_STATUS_CHANGED', 'LIFE_STATUS_CHANGED', 'MASTER_DATA_CHANGED'],
          certainty: 'documented',
          meaning: 'What changed.',
          remark:
            'That it is a list and stands directly in data is inferred: a single text passes too. There are more values than these.',
        },
        vehicle: {
          types: ['object'],
          certainty: 'inferred',
          meaning: 'The vehicle after the change.',
          remark:
            'Only vehicle.rental_status.value is documented; that it stands directly in data is inferred.',
          properties: {
            rental_status: {
              types: ['object'],
              certainty: 'documented',
              meaning: 'Whether somebody has rented it.',
              properties: {
                value: {
                  types: ['text'],
                  values: ['IN_RENTAL', 'NOT_IN_RENTAL'],
                  certainty: 'documented',
                  meaning: 'The rental status.',
                },
              },
            },
          },
        },
      },
      remark: 'Only these fields are known.',
    },
  ],
};
