/** What the error codes of Node.js' sockets and of OpenSSL mean. */
import { type Diagnoses, type Diagnosis, IN_BETWEEN } from './diagnosis';

/** Marks of what amqplib's own errors do not tell and a question of ours has found out. */
export const FOUND = {
  /** The port that got a plain connection speaks TLS. */
  wantsTls: 'INVERS_WANTS_TLS',
  /** The handshake failed before the two sides had agreed on anything. */
  nothingInCommon: 'INVERS_TLS_NOTHING_IN_COMMON',
} as const;

const NOTHING_IN_COMMON: Diagnosis = {
  code: 'tls-mismatch',
  says: 'The server and this machine have no TLS version or cipher in common.',
  given: 'INVERS and this machine have no TLS version or cipher in common.',
  more: 'One of the two is too old for the other: TLS 1.2 and 1.3 are usual. Ask whoever runs the server, and look whether Node.js is limited here (--tls-min-v1.x, NODE_OPTIONS).',
  needsPerson: true,
};

/** Codes of Node.js' sockets and of OpenSSL, in the order in which they are looked for. */
export const SOCKET_DIAGNOSES: Diagnoses = [
  [
    new RegExp(`^${FOUND.wantsTls}$`),
    {
      code: 'tls-required',
      says: 'This port wants an encrypted connection: switch on TLS in the consumer.',
      needsPerson: true,
    },
  ],
  [new RegExp(`^${FOUND.nothingInCommon}$`), NOTHING_IN_COMMON],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    {
      code: 'certificate-wrong-host',
      says: 'The server’s certificate is for another host name. Check the host.',
      given: `The certificate is not for INVERS’ host: ${IN_BETWEEN}`,
      more: 'Where a proxy stands in between, set its server name in the TLS configuration.',
      needsPerson: true,
    },
  ],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    {
      code: 'certificate-expired',
      says: 'The server’s certificate is not valid today. Check this machine’s clock.',
      more: 'Then ask whoever runs the server.',
      needsPerson: true,
    },
  ],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT)/,
    {
      code: 'certificate-untrusted',
      says: 'The server’s certificate is from an authority that is not trusted here.',
      given: `The certificate is from a stranger, not from INVERS: ${IN_BETWEEN}`,
      more: 'Give its CA certificate in the TLS configuration, if you trust it.',
      needsPerson: true,
    },
  ],
  [
    /^ERR_SSL_(.*(PROTOCOL_VERSION|INSUFFICIENT_SECURITY|UNSUPPORTED_PROTOCOL|NO_CIPHERS_AVAILABLE|NO_PROTOCOLS_AVAILABLE|NO_SHARED_CIPHER|KEY_TOO_SMALL|LEGACY_RENEGOTIATION|WRONG_SIGNATURE_TYPE|INAPPROPRIATE_FALLBACK))/,
    NOTHING_IN_COMMON,
  ],
  [
    /^ERR_SSL_.*(CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA)/,
    {
      code: 'client-certificate-refused',
      says: 'The server wants a client certificate and got none that it accepts.',
      more: 'Check certificate and key in the TLS configuration.',
      needsPerson: true,
    },
  ],
  [
    /^ERR_OSSL_/,
    {
      code: 'settings-invalid',
      says: 'Certificate, key or passphrase in the TLS configuration cannot be read.',
      more: 'Check that they are PEM texts that belong together.',
      needsPerson: true,
    },
  ],
  [
    /^(ERR_SSL_|EPROTO)/,
    {
      code: 'not-tls',
      says: 'The port does not speak TLS. Check the port: with TLS it is mostly 5671.',
      given: `What answers speaks no TLS, so it is not INVERS: ${IN_BETWEEN}`,
      needsPerson: true,
    },
  ],
  [
    /^(ENOTFOUND|EAI_)/,
    {
      code: 'host-unknown',
      says: 'The host name is not found. Check the host and this machine’s network.',
      given: 'INVERS is not found. Check network, DNS, proxy and firewall (TCP port 5671).',
      more: 'A proxy that lets only the web through is not enough. It is tried again.',
    },
  ],
  [
    /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EADDRNOTAVAIL)$/,
    {
      code: 'unreachable',
      says: 'Nothing answers there. Check host, port, network and firewall.',
      given: 'INVERS does not answer. Check network, proxy and firewall (TCP port 5671).',
      more: 'It is tried again.',
    },
  ],
];
