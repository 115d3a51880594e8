/** What an invers-consumer stores, and the broker settings that follow from it. */
import type { ConnectionOptions } from 'node:tls';
import type { BrokerSettings } from '../../../src/broker/settings';
import { CONSUMER } from '../../settings/limits';
import { isHostName, isPath, isShortName } from '../../settings/texts';
import { connectionWarnings } from './connection-warnings';
import type { SandboxConfig } from './sandbox';
import {
  ConfigError,
  flag,
  numberOf,
  oneOf,
  optionalText,
  refuseVariable,
  requiredText,
} from './values';

export interface ConsumerConfig extends SandboxConfig {
  readonly environment?: string;
  readonly host?: string;
  readonly port?: string | number;
  readonly vhost?: string;
  readonly useTls?: boolean | string;
  readonly tls?: string;
  readonly heartbeat?: string | number;
  readonly vehicleId?: string;
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

export type Environment = (typeof CONSUMER.environment.choices)[number];

/** Throws a ConfigError for one that this version does not know. */
export function environmentOf({ environment }: ConsumerConfig): Environment {
  const { choices, default: invers } = CONSUMER.environment;
  return oneOf('Environment', environment, choices, invers);
}

/** Where an event's data name the vehicle, '' = in the usual places. Throws a ConfigError. */
export function vehicleIdPath({ vehicleId }: ConsumerConfig): string {
  const path = optionalText('Vehicle id', vehicleId);
  if (path === '' || isPath(path)) return path;
  throw new ConfigError(
    `Vehicle id is ${JSON.stringify(path)}: type where it stands in the event's data, for example vehicle.id.`,
  );
}

const FLEET_CONTROL = 'copy it from FleetControl > Developers > Event Consumers';

/** What the broker's list of connections calls the consumer's. */
export function connectionNameOf({ name, id }: ConsumerConfig): string {
  return `node-red-invers/${optionalText('Name', name) || id}`;
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
  const { host, port } = CONSUMER;
  return {
    ...(isCustom
      ? { host: hostOf(config), port: numberOf('Port', config.port, port) }
      : { host: host.default, port: port.default, isGiven: true }),
    vhost: vhostOf(config, isCustom),
    username: requiredText('User name', credentials.username, FLEET_CONTROL),
    password: passwordOf(credentials),
    tls:
      isCustom && !flag('Encrypt the connection (TLS)', config.useTls, true)
        ? undefined
        : tlsOptions(config, tlsNode),
    heartbeat: numberOf('Heartbeat', config.heartbeat, CONSUMER.heartbeat),
    connectionName: connectionNameOf(config),
  };
}

/** What a person should know before it connects: each a sentence for the log, none where all is well. */
export function warningsOf({ host, tls }: BrokerSettings): string[] {
  const risks = { read: 'password and events', toDo: 'Switch on TLS in the consumer.' };
  return connectionWarnings(host, tls, risks);
}

function vhostOf({ vhost }: ConsumerConfig, isCustom: boolean): string {
  const name = isCustom
    ? optionalText('Virtual host', vhost) || CONSUMER.vhost.empty
    : requiredText('Virtual host', vhost, FLEET_CONTROL);
  if (isShortName(name)) return name;
  throw new ConfigError('Virtual host is longer than 255 bytes: copy it again.');
}

function hostOf(config: ConsumerConfig): string {
  const host = requiredText('Host', config.host);
  if (isHostName(host)) return host;
  throw new ConfigError(
    `Host is ${JSON.stringify(host)}: type the name alone, without amqps:// and port.`,
  );
}

/** Not trimmed: a password may begin or end with a space. */
function passwordOf({ password }: ConsumerCredentials): string {
  refuseVariable('Password', password);
  if (password) return password;
  throw new ConfigError(`Password is empty: ${FLEET_CONTROL}.`);
}

/** What the TLS configuration node adds to the usual verification; throws a ConfigError. */
export function tlsOptions(
  { tls }: Pick<ConsumerConfig, 'tls'>,
  tlsNode: TlsConfigNode | undefined,
): ConnectionOptions {
  refuseVariable('TLS settings', tls);
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
