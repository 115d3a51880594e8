/** What a person should know of a connection that others could read, or whose server nobody verifies. */
import type { ConnectionOptions } from 'node:tls';
import { isThisMachine } from '../../settings/texts';

export interface Risks {
  /** What others could read on the way. */
  readonly read: string;
  /** What to do about that. */
  readonly toDo: string;
}

/** Each a sentence for the log, none where all is well; without `tls` the connection is plain. */
export function connectionWarnings(
  host: string,
  tls: ConnectionOptions | undefined,
  { read, toDo }: Risks,
): string[] {
  if (tls) {
    return tls.rejectUnauthorized === false
      ? [
          `The server’s certificate is not verified: anybody could pretend to be ${host}. The TLS configuration says so; give it the server’s CA certificate instead.`,
        ]
      : [];
  }
  return isThisMachine(host)
    ? []
    : [`The connection is not encrypted: on the way to ${host}, others can read ${read}. ${toDo}`];
}
