/** Trouble with the broker is told in words that say what to do. */
import assert from 'node:assert/strict';
import {
  connectionError,
  patienceOf,
  processBlocked,
  queueDeleted,
  queueError,
  settingsInvalid,
} from '../../../src/broker/errors';

function failure(message: string, code?: string | number): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}

describe('explaining a failure', () => {
  it('tells what a person must mend from what mends itself', () => {
    const cases: [Error, string, boolean, RegExp][] = [
      [
        failure('connect ECONNREFUSED 127.0.0.1:5671', 'ECONNREFUSED'),
        'unreachable',
        false,
        /Check host, port, network and firewall/,
      ],
      [
        failure('connect ETIMEDOUT'),
        'unreachable',
        false,
        /Check host, port, network and firewall/,
      ],
      [
        failure('getaddrinfo ENOTFOUND api.invers.example', 'ENOTFOUND'),
        'host-unknown',
        false,
        /Check the host and this machine’s network/,
      ],
      [
        failure('read ECONNRESET', 'ECONNRESET'),
        'connection-lost',
        false,
        /broke. It is made anew/,
      ],
      [
        failure('Heartbeat timeout'),
        'no-answer',
        false,
        /went silent. The connection is made anew/,
      ],
      [
        failure(
          'Connection closed: 320 (CONNECTION-FORCED) with message "CONNECTION_FORCED - shutdown"',
          320,
        ),
        'closed-by-broker',
        false,
        /closed the connection. The connection is made anew/,
      ],
      [
        failure(
          'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused"',
        ),
        'login-refused',
        true,
        /Copy both again from FleetControl > Developers > Event Consumers/,
      ],
      [
        failure('Expected ConnectionOpenOk; got <ConnectionClose channel:0>'),
        'vhost-refused',
        true,
        /virtual host.* Copy it again from FleetControl/,
      ],
      [
        failure('self-signed certificate in certificate chain', 'SELF_SIGNED_CERT_IN_CHAIN'),
        'certificate-untrusted',
        true,
        /Give its CA certificate in the TLS configuration/,
      ],
      [
        failure('unable to verify the first certificate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
        'certificate-untrusted',
        true,
        /Give its CA certificate in the TLS configuration/,
      ],
      [
        failure('certificate has expired', 'CERT_HAS_EXPIRED'),
        'certificate-expired',
        true,
        /Check this machine’s clock/,
      ],
      [
        failure('Hostname/IP does not match', 'ERR_TLS_CERT_ALTNAME_INVALID'),
        'certificate-wrong-host',
        true,
        /another host name. Check the host/,
      ],
      [
        failure('alert certificate required', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
        'client-certificate-refused',
        true,
        /Check certificate and key/,
      ],
      [
        failure('wrong version number', 'ERR_SSL_WRONG_VERSION_NUMBER'),
        'not-tls',
        true,
        /Check the port, or switch TLS off/,
      ],
      [
        failure('no start line', 'ERR_OSSL_PEM_NO_START_LINE'),
        'settings-invalid',
        true,
        /Check that they are PEM texts/,
      ],
    ];
    for (const [cause, code, needsPerson, advice] of cases) {
      const error = connectionError(cause, 'api.invers.example:5671');
      assert.equal(error.code, code, cause.message);
      assert.equal(error.needsPerson, needsPerson, cause.message);
      assert.equal(error.scope, 'connection');
      assert.match(error.message, /^api\.invers\.example:5671: /);
      assert.match(error.message, advice);
      assert.ok(error.message.endsWith(`(${cause.message})`), error.message);
      assert.equal(error.cause, cause);
    }
  });

  it('names the queue and where FleetControl shows it', () => {
    const missing = queueError(failure('Operation failed: 404', 404), 'fleet.trips');
    assert.equal(missing.code, 'queue-missing');
    assert.match(missing.message, /"fleet\.trips".*FleetControl > Developers > Event Consumers/);
    const refused = queueError(failure('refused', 403), 'q');
    assert.equal(refused.code, 'queue-refused');
    assert.match(refused.message, /may not read the queue "q"/);
    const inUse = queueError(failure('locked', 405), 'q');
    assert.equal(inUse.code, 'queue-in-use');
    assert.match(inUse.message, /"q" is locked by another reader/);
    for (const text of ["queue 'q' in exclusive use", 'resource LOCKED']) {
      assert.equal(queueError(failure(text, 403), 'q').code, 'queue-in-use');
    }
    const deleted = queueDeleted('q');
    assert.match(deleted.message, /"q" was deleted/);
    for (const error of [missing, refused, inUse, deleted]) {
      assert.deepEqual([error.scope, error.needsPerson], ['queue', true]);
    }
    assert.equal(missing.cause instanceof Error, true);
    assert.equal(missing.name, 'BrokerError');
  });

  it('needs nobody where the broker closed a channel, as it does when an answer comes too late', () => {
    const cause = failure('delivery acknowledgement timed out', 406);
    const error = queueError(cause, 'q');
    assert.equal(error.code, 'channel-closed');
    assert.deepEqual([error.scope, error.needsPerson, error.cause], ['queue', false, cause]);
  });

  it('names an event that was on its way for longer than the broker waits, and how long that is', () => {
    const text = (end: string) =>
      `Channel closed by server: 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. ${end}"`;
    const error = queueError(failure(text('Timeout value used: 1800000 ms.'), 406), 'q');
    assert.equal(error.code, 'acknowledgement-late');
    assert.deepEqual([error.scope, error.needsPerson], ['queue', false]);
    assert.match(error.message, /^An event of the queue "q" was on its way for longer/);
    assert.equal(patienceOf(error), 1_800_000);
    assert.equal(patienceOf(queueError(failure(text('See the log.'), 406), 'q')), undefined);
  });

  it('names a process that was blocked, and for how long', () => {
    const cause = failure('Heartbeat timeout');
    const error = processBlocked(cause, 'host:1', 40_400);
    assert.equal(error.code, 'process-blocked');
    assert.deepEqual([error.scope, error.needsPerson, error.cause], ['connection', false, cause]);
    assert.match(error.message, /^host:1: Node-RED did nothing for 40 s .*Function/);
  });

  it('needs a person where the settings cannot be used', () => {
    const error = settingsInvalid('The host is missing.');
    assert.deepEqual(
      [error.code, error.message, error.scope, error.needsPerson],
      ['settings-invalid', 'The host is missing.', 'connection', true],
    );
  });

  it('reads a text where the code is a number, or there is none', () => {
    const refused = connectionError(failure('Handshake terminated by server: 530', 530), 'h:1');
    assert.equal(refused.code, 'vhost-refused');
    assert.equal(connectionError(failure('Unexpected close', 320), 'h:1').code, 'connection-lost');
  });

  it('tells a cause on one line, or by its name where it says nothing', () => {
    assert.match(connectionError(failure('a \n\n  b'), 'h:1').message, /\(a b\)$/);
    assert.match(connectionError(new TypeError(''), 'h:1').message, /\(TypeError\)$/);
  });

  it('cuts a cause that is a whole page', () => {
    assert.ok(connectionError(failure('x'.repeat(10_000)), 'h:1').message.length < 400);
  });
});
