/** What can be wrong with a single event. */
import { at, replaced, withOneChanged, withText } from '../fleet-stream';
import { type Mistake, put, setInAll } from './edits';

export const FORM_MISTAKES: readonly Mistake[] = [
  {
    rule: 'form',
    what: 'a body that is no JSON',
    make: (stream) => replaced(stream, 5, { body: Buffer.from('{') }),
  },
  {
    rule: 'form',
    what: 'metadata without a flow id',
    make: (stream) => withOneChanged(stream, ({ metadata }) => delete metadata['flow_id']),
  },
  {
    rule: 'properties',
    what: 'a flow id that is not the correlation id',
    make: (stream) =>
      withOneChanged(stream, ({ metadata }) =>
        put(metadata, 'flow_id', '00000000-0000-4000-8000-000000000000'),
      ),
  },
  {
    rule: 'id',
    what: 'an id with a letter that Crockford left out',
    make: withId((id) => `${id.slice(0, 20)}U${id.slice(21)}`),
  },
  { rule: 'id', what: 'an id of another time', make: withId((id) => `01B${id.slice(3)}`) },
  {
    rule: 'id',
    what: 'a flow id that is no UUID',
    make: (stream) => withOneChanged(stream, ({ metadata }) => put(metadata, 'flow_id', 'a flow')),
  },
  {
    rule: 'type',
    what: 'an event in the queue of another topic',
    make: (stream) => replaced(stream, 5, { queue: 'SmokeDetection' }),
  },
  {
    rule: 'data',
    what: 'a field that INVERS does not document',
    make: (stream) => withOneChanged(stream, ({ data }) => put(data, 'trip_id', 'T1')),
  },
  {
    rule: 'data',
    what: 'a property that INVERS does not document',
    make: (stream) =>
      withOneChanged(stream, ({ metadata, data: { vehicle_state: state } }) =>
        Boolean(
          state &&
            put(state, 'doors', { timestamp: String(metadata['occurred_at']), value: 'OPEN' }),
        ),
      ),
  },
  {
    rule: 'value',
    what: 'a value that INVERS does not document',
    make: setInAll('central_lock', 'AJAR'),
  },
  {
    rule: 'value',
    what: 'a reason that INVERS does not document',
    make: (stream) =>
      withOneChanged(stream, ({ data }) =>
        Boolean(data.reasons && put(data, 'reasons', ['WASHED'])),
      ),
  },
  {
    rule: 'future',
    what: 'a property that is later than its event',
    make: (stream) =>
      withOneChanged(stream, ({ data: { vehicle_state: state } }) =>
        Boolean(state?.['ignition'] && put(state['ignition'], 'timestamp', '2031-01-01T00:00:00Z')),
      ),
  },
  {
    rule: 'future',
    what: 'an event that arrives before it happened',
    make: (stream) => replaced(stream, 5, { at: at(stream, 5).at - 60_000 }),
  },
];

function withId(change: (id: string) => string): Mistake['make'] {
  return (stream) => {
    const one = at(stream, 5);
    return withText(stream, one, 'messageId', change(one.properties.messageId));
  };
}
