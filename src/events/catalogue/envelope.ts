/** What the catalogue knows of the metadata that every event has. Source: developers.invers.com/events/format/. */
import type { Field } from './entries';

export const ENVELOPE_FIELDS: Readonly<Record<string, Field>> = {
  id: {
    types: ['text'],
    required: true,
    certainty: 'documented',
    meaning: 'Unique per event, meant for telling duplicates.',
    remark: 'It looks like a ULID; that is inferred from a sample and not checked.',
  },
  type: {
    types: ['text'],
    required: true,
    certainty: 'documented',
    meaning: 'The event type, in PascalCase.',
  },
  schema_major_version: {
    types: ['integer'],
    minimum: 0,
    required: true,
    certainty: 'documented',
    meaning: 'Major version of the event type’s schema.',
  },
  occurred_at: {
    types: ['text'],
    format: 'time',
    required: true,
    certainty: 'documented',
    meaning: 'When it happened: ISO 8601, UTC.',
  },
  flow_id: {
    types: ['text'],
    certainty: 'documented',
    meaning: 'The API call that caused the event, where one did.',
    remark:
      'Documented as always there, yet meaningful after a call only: it may be missing or null.',
  },
};
