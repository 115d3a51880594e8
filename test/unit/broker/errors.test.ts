/** Trouble with the broker is told in words that say what to do. */
import assert from 'node:assert/strict';
import { type BrokerError, settingsInvalid } from '../../../src/broker/errors';
import {
  connectionError as explainAt,
  type Place,
  processBlocked,
} from '../../../src/broker/failures/connection-errors';
import { UnreadableFrame } from '../../../src/broker/failures/diagnoses';
import { FOUND } from '../../../src/broker/failures/socket-diagnoses';
import { failure, firstSentence } from '../../support/failures';

function connectionError(cause: Error, address: string, place: Partial<Place> = {}): BrokerError {
  return explainAt(cause, { address, ...place });
}

/** What amqplib says when the octets that come first are these. */
function octets(...first: (string | number)[]): Error {
  const bytes = first.map((part) =>
    typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part),
  );
  const size = Buffer.concat(bytes).readUInt32BE(3);
  return failure(`Frame size ${size} exceeds maxFrameSize 67108864`);
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
        /broke, and it is made anew/,
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
        /Copy both again.*FleetControl > Developers > Event Consumers/,
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
        /Check the port: with TLS it is mostly 5671/,
      ],
      [
        failure('no start line', 'ERR_OSSL_PEM_NO_START_LINE'),
        'settings-invalid',
        true,
        /Check that they are PEM texts/,
      ],
      [
        failure(
          "530 NOT_ALLOWED - access to vhost 'v' refused for user 'u': user connection limit (1) is reached",
        ),
        'connection-limit',
        true,
        /as many connections as the broker allows: stop another reader/,
      ],
      [
        failure(
          "530 NOT_ALLOWED - access to vhost 'v' refused for user 'u': connection limit (2) is reached",
        ),
        'connection-limit',
        true,
        /as many connections as the broker allows: stop another reader/,
      ],
      [
        failure(
          'Connection closed: 530 (NOT-ALLOWED) with message "NOT_ALLOWED - number of channels opened for user \'u\' has reached the maximum allowed user limit of (1)"',
          530,
        ),
        'channel-limit',
        true,
        /all the channels it may have: read fewer queues/,
      ],
      [
        failure("541 INTERNAL_ERROR - access to vhost 'v' refused for user 'u': vhost 'v' is down"),
        'vhost-down',
        false,
        /switched off for now/,
      ],
      [failure('closed abruptly', FOUND.wantsTls), 'tls-required', true, /switch on TLS/],
      [
        failure('handshake failure', FOUND.nothingInCommon),
        'tls-mismatch',
        true,
        /no TLS version or cipher in common/,
      ],
      [
        failure('alert protocol version', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'),
        'tls-mismatch',
        true,
        /no TLS version or cipher in common/,
      ],
      [
        failure('unsupported protocol', 'ERR_SSL_UNSUPPORTED_PROTOCOL'),
        'tls-mismatch',
        true,
        /no TLS version or cipher in common/,
      ],
      [octets('HTTP/1.1 400'), 'http', true, /speaks HTTP, not AMQP. Check host and port/],
      [octets('AMQP', 0, 1, 0, 0), 'other-amqp', true, /speaks AMQP 1\.0, and this node 0-9-1/],
      [octets('AMQP', 3, 1, 0, 0), 'other-amqp', true, /speaks AMQP 1\.0, /],
      [octets('AMQP', 1, 1, 8, 0), 'other-amqp', true, /speaks AMQP 0-8, /],
      [octets('AMQP', 1, 1, 0, 10), 'other-amqp', true, /speaks AMQP 0-9 or 0-10, /],
      [octets('SSH-2.0-x'), 'not-amqp', true, /does not speak AMQP 0-9-1/],
      [failure('Unknown frame type 50'), 'not-amqp', true, /does not speak AMQP 0-9-1/],
      [
        failure('Socket closed abruptly during opening handshake'),
        'connection-lost',
        false,
        /hung up before the login. Check host and port/,
      ],
      [
        new UnreadableFrame(new RangeError('Maximum call stack size exceeded')),
        'frame-unreadable',
        true,
        /cannot be read.*a queue holds a message whose properties are damaged/,
      ],
    ];
    for (const [cause, code, needsPerson, advice] of cases) {
      const error = connectionError(cause, 'api.invers.example:5671');
      assert.equal(error.code, code, cause.message);
      assert.equal(error.needsPerson, needsPerson, cause.message);
      assert.equal(error.scope, 'connection');
      assert.match(error.message, advice);
      assert.ok(
        error.message.endsWith(` (api.invers.example:5671: ${cause.message})`),
        error.message,
      );
      assert.ok(firstSentence(error).length <= 80, firstSentence(error));
      assert.doesNotMatch(error.message, /switch(ed)? (TLS|encryption|it) off|without TLS, /i);
      const given = connectionError(cause, 'api.invers.com:5671', { isGiven: true });
      assert.equal(given.code, code);
      assert.ok(firstSentence(given).length <= 80, firstSentence(given));
      assert.doesNotMatch(firstSentence(given), /the host\b(?! name)|check host|check the port/i);
      assert.equal(error.cause, cause);
    }
  });

  it('does not ask for a host to be checked where there is none to type', () => {
    const lost = failure('getaddrinfo ENOTFOUND api.invers.com', 'ENOTFOUND');
    const { message } = connectionError(lost, 'api.invers.com:5671', { isGiven: true });
    assert.match(
      message,
      /^INVERS is not found\. Check network, DNS, proxy and firewall \(TCP port 5671\)\./,
    );
  });

  it('names a process that was blocked, and for how long', () => {
    const cause = failure('Heartbeat timeout');
    const error = processBlocked(cause, 'host:1', 40_400);
    assert.equal(error.code, 'process-blocked');
    assert.deepEqual([error.scope, error.needsPerson, error.cause], ['connection', false, cause]);
    assert.match(
      error.message,
      /^Node-RED was blocked for 40 s.*Function.*\(host:1: Heartbeat timeout\)$/,
    );
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
    assert.match(connectionError(failure('a \n\n  b'), 'h:1').message, /: a b\)$/);
    assert.match(connectionError(new TypeError(''), 'h:1').message, /: TypeError\)$/);
  });

  it('cuts a cause that is a whole page', () => {
    assert.ok(connectionError(failure('x'.repeat(10_000)), 'h:1').message.length < 600);
  });
});
