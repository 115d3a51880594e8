/** Looks once more, by hand, where amqplib's error does not tell why a connection could not be made. */
import net from 'node:net';
import tls from 'node:tls';
import { systemClock } from '../../time/clock';
import { withinLimit } from '../../time/within-limit';
import type { BrokerSettings } from '../settings';
import { refusalOf } from './handshake';
import { FOUND } from './socket-diagnoses';

/** A better cause, or undefined where there is nothing more to find out. */
export type SecondLook = (settings: BrokerSettings, cause: Error) => Promise<Error | undefined>;

/** Milliseconds for the whole look. */
const LIMIT = 5_000;

/** Whether a second look may tell more than `cause`, which ended an attempt to connect. */
export function deservesSecondLook(settings: BrokerSettings, cause: Error): boolean {
  return lookFor(settings, cause) !== undefined;
}

export const takeSecondLook: SecondLook = async (settings, cause) =>
  lookFor(settings, cause)?.(settings, cause);

function lookFor({ tls: isEncrypted }: BrokerSettings, cause: Error): SecondLook | undefined {
  const code = 'code' in cause ? String(cause.code) : '';
  // amqplib drops the text with which the broker refuses
  if (/got <ConnectionClose/.test(cause.message)) return askForRefusal;
  const hungUp = /closed abruptly/.test(cause.message) || code === 'ECONNRESET';
  if (!isEncrypted) return hungUp ? tryTls : undefined;
  return /HANDSHAKE_FAILURE/.test(code) ? followHandshake : undefined;
}

/** The same question again, for the sake of the answer's text. */
const askForRefusal: SecondLook = (settings) =>
  within(connect(settings), async (socket) => {
    await once(socket, settings.tls ? 'secureConnect' : 'connect');
    const refusal = await refusalOf(socket, settings);
    return refusal === undefined ? undefined : new Error(refusal);
  });

/** Does the port that hung up on plain text speak TLS? No login is sent, so no certificate is looked at. */
const tryTls: SecondLook = ({ host, port }, cause) =>
  within(
    tls.connect({ host, port, ...serverName(host), rejectUnauthorized: false }),
    async (socket) => {
      let isAlert = false;
      socket.on('error', (error) => {
        isAlert = 'code' in error && /^ERR_SSL_.*ALERT/.test(String(error.code));
      });
      // a server that wants a client certificate hangs up after it has shown its own
      const answered = await Promise.race([once(socket, 'secureConnect'), once(socket, 'keylog')]);
      return answered || isAlert ? marked(cause, FOUND.wantsTls) : undefined;
    },
  );

/** Both sides have keys only after they have agreed on a version and a cipher: what fails then is the certificate. */
const followHandshake: SecondLook = (settings, cause) =>
  within(connect(settings), async (socket) => {
    let hasKeys = false;
    socket.on('keylog', () => {
      hasKeys = true;
    });
    await once(socket, 'secureConnect');
    return hasKeys ? undefined : marked(cause, FOUND.nothingInCommon);
  });

function connect({ host, port, tls: options }: BrokerSettings): net.Socket {
  return options
    ? tls.connect({ ...serverName(host), ...options, host, port })
    : net.connect({ host, port });
}

/** As amqplib does it: an address is no server name. */
function serverName(host: string): { servername?: string } {
  return net.isIP(host) ? {} : { servername: host };
}

function marked(cause: Error, code: string): Error {
  return Object.assign(new Error(cause.message, { cause }), { code });
}

/** Undefined where the look fails or takes too long; nothing is left of the socket. */
async function within(
  socket: net.Socket,
  look: (socket: net.Socket) => Promise<Error | undefined>,
): Promise<Error | undefined> {
  // it may fail at any moment, and then there is nothing to tell
  socket.on('error', () => undefined);
  let found: Error | undefined;
  await withinLimit(
    look(socket).then((error) => {
      found = error;
    }),
    LIMIT,
    systemClock,
  );
  socket.destroy();
  return found;
}

/** True at the event, false when the socket ends before it. */
function once(socket: net.Socket, event: string): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once(event, () => resolve(true));
    socket.once('close', () => resolve(false));
  });
}
