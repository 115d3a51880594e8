/** Whatever is thrown, people read what it says. */
import assert from 'node:assert/strict';
import { errorText } from '../../../src/errors/error-text';

describe('the text of an error', () => {
  const round: Record<string, unknown> = {};
  round['round'] = round;
  const examples: [string, unknown, string][] = [
    ['an Error', new Error('flat tyre'), 'flat tyre'],
    ['an Error without a message', new TypeError(), 'TypeError'],
    ['a text', 'flat tyre', 'flat tyre'],
    ['what JSONata throws', { code: 'T2001', position: 3, message: 'flat tyre' }, 'flat tyre'],
    ['an object without a message', { code: 'T2001' }, '{"code":"T2001"}'],
    ['an object whose message is no text', { message: { n: 1 } }, '{"message":{"n":1}}'],
    ['an object that refers to itself', round, 'an error without a text'],
    ['an object that has no JSON', { toJSON: () => undefined }, 'an error without a text'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
  ];
  for (const [name, error, text] of examples) {
    it(`of ${name} can be read`, () => {
      assert.equal(errorText(error), text);
    });
  }
});
