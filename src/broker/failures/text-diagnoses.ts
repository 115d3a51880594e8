/** What the texts of amqplib and of brokers mean: what goes wrong in the handshake has no code. */
import { type Diagnoses, IN_BETWEEN, NO_AMQP } from './diagnosis';

const FLEET_CONTROL = 'FleetControl > Developers > Event Consumers';

/** amqplib reports what happens during the handshake as texts without a code. */
export const TEXT_DIAGNOSES: Diagnoses = [
  [
    /ACCESS.REFUSED|\b403\b/,
    {
      code: 'login-refused',
      says: 'The broker refused the user name or password. Copy both again.',
      more: `They stand in ${FLEET_CONTROL}; look there too whether the consumer is suspended.`,
      needsPerson: true,
    },
  ],
  [
    /channels opened for user|maximum allowed user limit/i,
    {
      code: 'channel-limit',
      says: 'This user has all the channels it may have: read fewer queues with it.',
      more: 'Each topic needs one. Stop other programs that use this consumer, or ask whoever runs the broker for more. It is tried again, slowly.',
      needsPerson: true,
    },
  ],
  [
    /connection limit/i,
    {
      code: 'connection-limit',
      says: 'There are as many connections as the broker allows: stop another reader.',
      more: 'The limit is this user’s, the virtual host’s or the broker’s. Look for other programs and Node-REDs that use this consumer, or ask whoever runs the broker for more. It is tried again, slowly.',
      needsPerson: true,
    },
  ],
  [
    /vhost .* is down/i,
    {
      code: 'vhost-down',
      says: 'The broker has the virtual host switched off for now. It is tried again.',
      more: 'Ask whoever runs the broker if it lasts.',
    },
  ],
  [
    /NOT.ALLOWED|\b530\b|Expected ConnectionOpenOk; got <ConnectionClose/,
    {
      code: 'vhost-refused',
      says: 'The broker refused the virtual host. Copy it again from FleetControl.',
      more: `It does not exist, or this user may not enter it: see ${FLEET_CONTROL}.`,
      needsPerson: true,
    },
  ],
  [
    // what amqplib takes for the size of a frame are the octets `P/1.` of `HTTP/1.1`
    /Frame size 1345270062 exceeds/,
    {
      code: 'http',
      says: 'This port speaks HTTP, not AMQP. Check host and port.',
      given: `A web server or proxy answers, not INVERS: ${IN_BETWEEN}`,
      ...NO_AMQP,
    },
  ],
  [
    /Frame size \d+ exceeds|Unknown frame type|Invalid frame|Expected ConnectionStart; got|is not provided by the server/,
    {
      code: 'not-amqp',
      says: 'This port does not speak AMQP 0-9-1. Check host and port.',
      given: `What answers speaks no AMQP, so it is not INVERS: ${IN_BETWEEN}`,
      ...NO_AMQP,
    },
  ],
  [
    /ETIMEDOUT/,
    {
      code: 'unreachable',
      says: 'Nothing answers there. Check host, port, network and firewall.',
      given: 'INVERS does not answer. Check network, proxy and firewall (TCP port 5671).',
      more: 'It is tried again.',
    },
  ],
  [
    /Heartbeat timeout/,
    { code: 'no-answer', says: 'The broker went silent. The connection is made anew.' },
  ],
  [
    /CONNECTION.FORCED|\b320\b/,
    {
      code: 'closed-by-broker',
      says: 'The broker closed the connection. The connection is made anew.',
    },
  ],
  [
    /abruptly during opening handshake|disconnected before secure TLS/,
    {
      code: 'connection-lost',
      says: 'The server hung up before the login. Check host and port if it lasts.',
      given: 'What answers hung up at once. If it lasts, look at proxy and firewall.',
      more: 'It is tried again.',
    },
  ],
];
