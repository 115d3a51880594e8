/** Foreign text in a log or a status: it may say anything, and do nothing. */
import assert from 'node:assert/strict';
import { printable } from '../../../src/errors/printable';

describe('foreign text', () => {
  it('stays as it is in every language, with its signs and pictures', () => {
    for (const text of [
      '',
      'Größe 5 µm',
      'סוללה',
      'بطارية',
      '車両',
      '🚗👨‍👩‍👧',
      'a\u00a0b',
      '<b>',
    ]) {
      assert.equal(printable(text), text);
    }
  });

  it('is on one line', () => {
    assert.equal(printable('a\r\nb\tc\u2028d\u0085e'), 'a b c d e');
  });

  it('shows what would move the cursor, turn the direction or be unseen', () => {
    const cases: Record<string, string> = {
      '\u001b[31mred': '\\u001b[31mred',
      'a\u0000b\u007fc\u009bd': 'a\\u0000b\\u007fc\\u009bd',
      'a\u202eb\u2066c\u200fd\u061ce': 'a\\u202eb\\u2066c\\u200fd\\u061ce',
      'a\u200bb\ufeffc\u00add': 'a\\u200bb\\ufeffc\\u00add',
      'half \ud83d of it': 'half \\ud83d of it',
      'tag \u{e0041}': 'tag \\u{e0041}',
    };
    for (const [text, shown] of Object.entries(cases)) assert.equal(printable(text), shown);
  });

  it('is cut off where it is long, whatever it is made of', () => {
    assert.equal(printable('x'.repeat(20), 20), 'x'.repeat(20));
    assert.equal(printable('x'.repeat(21), 20), `${'x'.repeat(20)}…`);
    assert.equal(printable('\u202e'.repeat(30), 20).length, 21);
    assert.equal(printable('x'.repeat(1_000_000)).length, 2_001);
  });
});
