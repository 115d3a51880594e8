/** Trouble with the broker is told in words that say what to do. */
import assert from 'node:assert/strict';
import { connectionError, queueDeleted, queueError } from '../../../src/broker/errors';

function failure(message: string, code?: string | number): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

describe('explaining a failure', () => {
  it('tells what a person must mend from what mends itself', () => {
    const cases: [Error, string, boolean][] = [
      [failure('connect ECONNREFUSED 127.0.0.1:5671', 'ECONNREFUSED'), 'unreachable', false],
      [failure('connect ETIMEDOUT'), 'unreachable', false],
      [failure('getaddrinfo ENOTFOUND api.invers.example', 'ENOTFOUND'), 'host-unknown', false],
      [failure('read ECONNRESET', 'ECONNRESET'), 'connection-lost', false],
      [failure('Heartbeat timeout'), 'no-answer', false],
      [
        failure(
          'Connection closed: 320 (CONNECTION-FORCED) with message "CONNECTION_FORCED - shutdown"',
          320,
        ),
        'closed-by-broker',
        false,
      ],
      [
        failure(
          'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused"',
        ),
        'login-refused',
        true,
      ],
      [
        failure('Expected ConnectionOpenOk; got <ConnectionClose channel:0>'),
        'vhost-refused',
        true,
      ],
      [
        failure('self-signed certificate in certificate chain', 'SELF_SIGNED_CERT_IN_CHAIN'),
        'certificate-untrusted',
        true,
      ],
      [
        failure('unable to verify the first certificate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
        'certificate-untrusted',
        true,
      ],
      [failure('certificate has expired', 'CERT_HAS_EXPIRED'), 'certificate-expired', true],
      [
        failure('Hostname/IP does not match', 'ERR_TLS_CERT_ALTNAME_INVALID'),
        'certificate-wrong-host',
        true,
      ],
      [
        failure('alert certificate required', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
        'client-certificate-refused',
        true,
      ],
      [failure('wrong version number', 'ERR_SSL_WRONG_VERSION_NUMBER'), 'not-tls', true],
      [failure('no start line', 'ERR_OSSL_PEM_NO_START_LINE'), 'settings-invalid', true],
    ];
    for (const [cause, code, needsPerson] of cases) {
      const error = connectionError(cause, 'api.invers.example:5671');
      assert.equal(error.code, code, cause.message);
      assert.equal(error.needsPerson, needsPerson, cause.message);
      assert.match(error.message, /^api\.invers\.example:5671: /);
      assert.equal(error.cause, cause);
    }
  });

  it('names the queue and where FleetControl shows it', () => {
    const missing = queueError(failure('Operation failed: 404', 404), 'fleet.trips');
    assert.equal(missing.code, 'queue-missing');
    assert.match(missing.message, /"fleet\.trips".*FleetControl > Developers > Event Consumers/);
    assert.equal(queueError(failure('refused', 403), 'q').code, 'queue-refused');
    assert.equal(queueError(failure('locked', 405), 'q').code, 'queue-in-use');
    assert.equal(queueError(failure("queue 'q' in exclusive use", 403), 'q').code, 'queue-in-use');
    assert.equal(
      queueError(failure('delivery acknowledgement timed out', 406), 'q').code,
      'channel-closed',
    );
    assert.match(queueDeleted('q').message, /"q" was deleted/);
  });

  it('cuts a cause that is a whole page', () => {
    assert.ok(connectionError(failure('x'.repeat(10_000)), 'h:1').message.length < 400);
  });
});
