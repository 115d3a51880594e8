/** What an invers-consumer stores, and the broker settings that follow from it. */
import type { ConnectionOptions } from 'node:tls';
import { type BrokerSettings, INVERS_HOST, INVERS_PORT } from '../../../src/broker/settings';
import type { SandboxConfig } from './sandbox';
import { ConfigError, flag, oneOf, optionalText, requiredText, wholeNumber } from './values';

export interface ConsumerConfig extends SandboxConfig {
  readonly environment?: string;
  readonly host?: string;
  readonly port?: string | number;
  readonly vhost?: string;
  readonly useTls?: boolean | string;
  readonly tls?: string;
  readonly heartbeat?: string | number;
}

export interface ConsumerCredentials {
  readonly username?: string;
  readonly password?: string;
}

/** The part of core's tls-config node that others use. */
export interface TlsConfigNode {
  readonly valid?: boolean;
  addTLSOptions(options: ConnectionOptions): ConnectionOptions;
}

const DEFAULT_HEARTBEAT = 30;

export type Environment = 'invers' | 'custom' | 'sandbox';

/** Throws a ConfigError for one that this version does not know. */
export function environmentOf({ environment }: ConsumerConfig): Environment {
  return oneOf('Environment', environment, ['invers', 'custom', 'sandbox'], 'invers');
}

/** What the broker's list of connections calls the consumer's. */
export function connectionNameOf({ name, id }: ConsumerConfig): string {
  return `node-red-invers/${name || id}`;
}

/**
 * For INVERS and for another broker. Throws a ConfigError that names the field. `tlsNode` is the node that
 * `config.tls` names.
 */
export function consumerSettings(
  config: ConsumerConfig,
  credentials: ConsumerCredentials,
  tlsNode: TlsConfigNode | undefined,
): BrokerSettings {
  const isCustom = environmentOf(config) === 'custom';
  return {
    host: isCustom ? requiredText('Host', config.host) : INVERS_HOST,
    port: isCustom
      ? wholeNumber('Port', config.port, { min: 1, max: 65_535 }, INVERS_PORT)
      : INVERS_PORT,
    vhost: optionalText(config.vhost) || '/',
    username: requiredText('User name', credentials.username),
    // not trimmed: a password may begin or end with a space
    password: credentials.password ?? '',
    tls: isCustom && !flag(config.useTls, true) ? undefined : tlsOptions(config, tlsNode),
    heartbeat: wholeNumber('Heartbeat', config.heartbeat, { min: 1, max: 600 }, DEFAULT_HEARTBEAT),
    connectionName: connectionNameOf(config),
  };
}

/** What the TLS configuration node adds to the usual verification; throws a ConfigError. */
export function tlsOptions(
  { tls }: Pick<ConsumerConfig, 'tls'>,
  tlsNode: TlsConfigNode | undefined,
): ConnectionOptions {
  if (!tls) return {};
  if (!tlsNode) {
    throw new ConfigError('The TLS configuration is missing or disabled: choose another one.');
  }
  if (tlsNode.valid === false) {
    throw new ConfigError('The TLS configuration cannot be used: open it and check its files.');
  }
  const options = tlsNode.addTLSOptions({});
  for (const [name, value] of Object.entries({ CA: options.ca, certificate: options.cert })) {
    // an unset environment variable arrives as an empty certificate
    if (value !== undefined && (value as string | Buffer).length === 0) {
      throw new ConfigError(`The ${name} in the TLS configuration is empty: fill it in.`);
    }
  }
  return options;
}
