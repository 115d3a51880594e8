/** An INVERS event is read from the bytes of a message, and what is none says why. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MessageProperties } from '../../../src/broker/broker';
import { ENVELOPE_LIMITS, parseEvent } from '../../../src/events/envelope';
import { sentence } from '../../../src/events/problem';
import { eventBody, eventOf, hasLargeNumber } from '../../support/events';

const NO_PROPERTIES: MessageProperties = { headers: {} };

function parse(body: string | Buffer, properties = NO_PROPERTIES) {
  return parseEvent(Buffer.from(body as string), properties);
}

function invalid(body: string | Buffer, properties = NO_PROPERTIES) {
  const parsed = parse(body, properties);
  assert.ok('invalid' in parsed, 'the message was taken for an event');
  return parsed.invalid;
}

describe('reading an event', () => {
  it('keeps metadata and data as INVERS sent them, unknown properties included', () => {
    const sent = eventOf({ type: 'SmokeDetected', weather: 'fog' }, { a: [1, { b: null }] });
    const parsed = parse(JSON.stringify(sent));
    assert.deepEqual(parsed, { event: sent, problems: [] });
  });

  it('takes an event without a flow id', () => {
    const { flow_id: _, ...metadata } = eventOf().metadata;
    assert.ok('event' in parse(JSON.stringify({ metadata, data: {} })));
    assert.ok(
      'event' in parse(JSON.stringify({ metadata: { ...metadata, flow_id: null }, data: {} })),
    );
  });

  it('takes times with fractions and a byte order mark in front', () => {
    assert.ok('event' in parse(`\ufeff${eventBody({ occurred_at: '2025-05-06T07:08:09.123Z' })}`));
  });

  it('says what makes it no event, and where', () => {
    const cases: [unknown, string][] = [
      [[], 'the message is []; expected an object.'],
      [{ data: {} }, 'metadata is missing; expected an object.'],
      [{ metadata: null, data: {} }, 'metadata is null; expected an object.'],
      [eventOf({ id: undefined }), 'metadata.id is missing; expected a text.'],
      [eventOf({ id: 7 }), 'metadata.id is 7; expected a text.'],
      [eventOf({ type: '' }), 'metadata.type is ""; expected a text.'],
    ];
    for (const [content, message] of cases) {
      const found = invalid(JSON.stringify(content));
      assert.equal(found.code, 'no-envelope');
      assert.equal(found.message, message);
    }
  });

  it('names what is odd about the envelope, and where, and takes the event as it came', () => {
    const cases: [unknown, string][] = [
      [
        eventOf({ schema_major_version: '2' }),
        'metadata.schema_major_version is "2"; expected a whole number.',
      ],
      [
        eventOf({ schema_major_version: 1.5 }),
        'metadata.schema_major_version is 1.5; expected a whole number.',
      ],
      [
        eventOf({ occurred_at: 'yesterday' }),
        'metadata.occurred_at is "yesterday"; expected a time like 2025-05-06T07:08:09Z.',
      ],
      [eventOf({ flow_id: 5 }), 'metadata.flow_id is 5; expected a text or nothing.'],
      [{ metadata: eventOf().metadata }, 'data is missing; expected an object.'],
      [{ metadata: eventOf().metadata, data: [] }, 'data is []; expected an object.'],
    ];
    for (const [content, text] of cases) {
      const found = parse(JSON.stringify(content));
      assert.ok('event' in found, text);
      assert.deepEqual(found.problems.map(sentence), [text]);
      assert.deepEqual(found.event, { data: {}, ...JSON.parse(JSON.stringify(content)) }, text);
    }
  });

  it('keeps what stands beside the metadata where there are no data', () => {
    const { metadata } = eventOf();
    const parsed = parse(JSON.stringify({ metadata, payload: { a: 1 } }));
    assert.ok('event' in parsed);
    assert.deepEqual(parsed.event, { metadata, data: { payload: { a: 1 } } });
  });

  it('gives an unusable message as the text that it is, with the metadata that could be read', () => {
    const body = JSON.stringify(eventOf({ id: 3 }));
    const found = invalid(body);
    assert.equal(found.payload, body);
    assert.equal(found.metadata['type'], 'VehicleStateRecorded');
  });

  it('takes the metadata from the AMQP properties when the body cannot be read', () => {
    const found = invalid('no json', {
      messageId: 'A1',
      type: 'TripEnded',
      correlationId: 'F1',
      timestamp: 1_746_515_289,
      headers: { schema_major_version: '2' },
    });
    assert.deepEqual(found.metadata, {
      id: 'A1',
      type: 'TripEnded',
      schema_major_version: 2,
      occurred_at: '2025-05-06T07:08:09.000Z',
      flow_id: 'F1',
    });
  });

  it('gives bytes that are no text as a buffer of their own', () => {
    const whole = Buffer.from([1, 2, 0xff, 0xfe, 3]);
    const parsed = parseEvent(whole.subarray(2, 4), NO_PROPERTIES);
    assert.ok('invalid' in parsed);
    assert.equal(parsed.invalid.code, 'not-json');
    const { payload } = parsed.invalid;
    whole.fill(0);
    assert.deepEqual(payload, Buffer.from([0xff, 0xfe]));
  });

  it('does not repeat what stands in a message that is not JSON', () => {
    const found = invalid('{"metadata": secret-of-somebody}');
    assert.equal(found.code, 'not-json');
    assert.doesNotMatch(found.message, /secret/);
    assert.equal(invalid('').message, 'The message is empty.');
  });

  it('refuses a message above the size limit and takes one at the limit', () => {
    const event = eventOf({}, { text: '' });
    const room = ENVELOPE_LIMITS.maxBytes - JSON.stringify(event).length;
    event.data['text'] = 'x'.repeat(room);
    assert.ok('event' in parse(JSON.stringify(event)));
    event.data['text'] += 'x';
    assert.equal(invalid(JSON.stringify(event)).code, 'too-large');
  });

  it('refuses nesting above the depth limit and takes it at the limit', () => {
    // the message itself and `data` are two levels
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const body = (levels: number) =>
      `{"metadata":${JSON.stringify(eventOf().metadata)},"data":{"a":${nested(levels)}}}`;
    assert.ok('event' in parse(body(ENVELOPE_LIMITS.maxDepth - 2)));
    assert.equal(invalid(body(ENVELOPE_LIMITS.maxDepth - 1)).code, 'too-deep');
    assert.equal(invalid(body(10_000)).code, 'too-deep');
  });

  it('leaves __proto__ out wherever it stands, says so, and keeps constructor as data', () => {
    const builder = { prototype: { polluted: true } };
    const parsed = parse(
      `{"metadata":${JSON.stringify(eventOf().metadata)},"data":{"__proto__":{"polluted":true},"list":[{"\\u005f_proto__":1}],"constructor":${JSON.stringify(builder)}}}`,
    );
    assert.ok('event' in parsed);
    assert.match(parsed.problems.map(sentence).join(), /^__proto__ is .* it was left out/);
    assert.equal(
      JSON.stringify(parsed.event.data),
      JSON.stringify({ list: [{}], constructor: builder }),
    );
    assert.equal(Object.getPrototypeOf(parsed.event.data), Object.prototype);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  it('tells when the AMQP properties contradict the event', () => {
    const parsed = parse(eventBody({ id: 'A' }), { ...NO_PROPERTIES, messageId: 'B' });
    assert.ok('event' in parsed);
    assert.match(parsed.problems.map(sentence).join(), /is "A".*message-id is "B"/);
    const agreeing = parse(eventBody({ id: 'A' }), { ...NO_PROPERTIES, messageId: 'A' });
    assert.ok('event' in agreeing);
    assert.deepEqual(agreeing.problems, []);
  });

  it('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const parsed = parseEvent(Buffer.from(bytes), NO_PROPERTIES);
          assert.ok('event' in parsed || 'invalid' in parsed);
        },
      ),
    );
  });

  it('reads back every event that can be written as JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 10 })), (data) => {
        // what is left out, wherever it stands
        fc.pre(!JSON.stringify(data).includes('__proto__'));
        // what is kept as text
        fc.pre(!hasLargeNumber(JSON.stringify(data)));
        const sent = JSON.parse(JSON.stringify({ metadata: eventOf().metadata, data }));
        const parsed = parse(JSON.stringify(sent));
        assert.ok('event' in parsed);
        assert.deepEqual(parsed.event, sent);
      }),
    );
  });
});
