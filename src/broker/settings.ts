/** How to reach a broker, parsed and valid. */
import type { ConnectionOptions } from 'node:tls';

export interface BrokerSettings {
  readonly host: string;
  readonly port: number;
  /** Host, port and encryption are those of INVERS: no user can change them. */
  readonly isGiven?: boolean;
  readonly vhost: string;
  readonly username: string;
  readonly password: string;
  /** TLS options (certificates, server name); undefined = a plain connection. */
  readonly tls: ConnectionOptions | undefined;
  /** Seconds; a broker that is silent for two of them counts as gone. */
  readonly heartbeat: number;
  /** What the broker's list of connections calls this one. */
  readonly connectionName: string;
}

/** What may stand in no text that people see. */
export function secretsOf({ username, password, tls }: BrokerSettings): (string | undefined)[] {
  return [username, password, tls?.passphrase];
}

/** A broker that is there only while it is used. */
export interface BrokerHost {
  /** Answers where it is, once it is there. */
  start(): Promise<BrokerSettings>;
  /** Nobody uses it any more. Never rejects; stopping what was not started does nothing. */
  stop(): Promise<void>;
}
