/** No secret in a text that people see, in whatever form and place it stands there. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { errorWithoutSecrets, withoutSecrets } from '../../../src/errors/secrets';

describe('a text without secrets', () => {
  it('has three stars in their place', () => {
    assert.equal(
      withoutSecrets('user anna, password hunter2.', ['anna', 'hunter2']),
      'user ***, password ***.',
    );
    assert.equal(withoutSecrets('nothing to hide', [undefined, '', 'hunter2']), 'nothing to hide');
  });

  it('has them in no other form, and no beginning of a long one', () => {
    const secret = 'correct horse/battery="staple" é';
    for (const form of [
      encodeURIComponent(secret),
      encodeURI(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
      secret.slice(0, 12),
      secret.slice(0, -1),
    ]) {
      assert.equal(withoutSecrets(`<${form}>`, [secret]), '<***>');
    }
  });

  it('takes the longer of two secrets out whole, where the one is a part of the other', () => {
    assert.equal(
      withoutSecrets('guest-of-the-house guest', ['guest', 'guest-of-the-house']),
      '*** ***',
    );
  });

  it('leaves the words in peace that a very short secret is a part of', () => {
    assert.equal(withoutSecrets("a bad 'a' at a+b", ['a']), "*** bad '***' at ***+b");
    assert.equal(withoutSecrets('(.+) is no pattern', ['.+']), '(***) is no pattern');
  });

  it('never holds a secret of four characters or more', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 4, unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (secret, before, after) => {
          const shown = withoutSecrets(before + secret + after, [secret]);
          assert.ok(!shown.includes(secret) || '***'.includes(secret));
        },
      ),
    );
  });
});

describe('an error without secrets', () => {
  it('is the same error where there is nothing to hide', () => {
    const error = new Error('gone');
    assert.equal(errorWithoutSecrets(error, ['hunter2']), error);
  });

  it('keeps its code and its name, and has the secret neither in its text nor in its stack', () => {
    const error = Object.assign(new TypeError('no hunter2'), { code: 'ENOENT' });
    const shown = errorWithoutSecrets(error, ['hunter2']);
    assert.equal(shown.message, 'no ***');
    assert.deepEqual([shown.name, (shown as { code?: string }).code], ['TypeError', 'ENOENT']);
    assert.doesNotMatch(String(shown.stack), /hunter2/);
  });
});
