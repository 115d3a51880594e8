/** What an invers-store stores, and the valid values that follow from it. */
import path from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { NodeDef } from 'node-red';
import { STORE } from '../../settings/limits';
import { isRedisUrl, isRedisUrlWithPassword } from '../../settings/texts';
import { connectionWarnings } from './connection-warnings';
import { type TlsConfigNode, tlsOptions } from './consumer';
import { ConfigError, numberOf, oneOf, optionalText, refuseVariable } from './values';

export interface StoreConfig extends NodeDef {
  readonly backend?: string;
  readonly maxEntries?: string | number;
  readonly maxVehicles?: string | number;
  readonly directory?: string;
  readonly url?: string;
  readonly prefix?: string;
  readonly tls?: string;
}

export interface StoreCredentials {
  readonly redisUsername?: string;
  readonly redisPassword?: string;
}

export type StoreSettings =
  | { readonly backend: 'memory'; readonly maxEntries: number; readonly maxVehicles: number }
  | {
      readonly backend: 'file';
      readonly maxEntries: number;
      readonly maxVehicles: number;
      readonly directory: string;
    }
  | {
      readonly backend: 'redis';
      readonly url: URL;
      readonly prefix: string;
      readonly username: string | undefined;
      readonly password: string | undefined;
      readonly tls: ConnectionOptions;
      readonly name: string;
    };

/** Throws a ConfigError that names the field. `tlsNode` is the node that `config.tls` names. */
export function storeSettings(
  config: StoreConfig,
  credentials: StoreCredentials,
  userDir: string,
  tlsNode: TlsConfigNode | undefined,
): StoreSettings {
  const { choices, default: file } = STORE.backend;
  const backend = oneOf('Kept in', config.backend, choices, file);
  if (backend === 'redis') {
    refuseVariable('Password', credentials.redisPassword);
    const { url, username } = redisUrl(
      optionalText('Redis address', config.url) || STORE.url.empty,
    );
    return {
      backend,
      url,
      prefix: optionalText('Key prefix', config.prefix) || STORE.prefix.empty,
      username: optionalText('User name', credentials.redisUsername) || username,
      // not trimmed: a password may begin or end with a space
      password: credentials.redisPassword || undefined,
      tls: url.protocol === 'rediss:' ? tlsOptions(config, tlsNode) : {},
      name: `node-red-invers/${config.id}`,
    };
  }
  const maxEntries = numberOf('Event ids', config.maxEntries, STORE.maxEntries);
  const maxVehicles = numberOf('Vehicles', config.maxVehicles, STORE.maxVehicles);
  if (backend === 'memory') return { backend, maxEntries, maxVehicles };
  // relative to the user directory, wherever Node-RED was started
  const directory = path.resolve(
    userDir,
    optionalText('Directory', config.directory) || STORE.directory.empty,
  );
  return { backend, maxEntries, maxVehicles, directory };
}

/** What a person should know before it connects: each a sentence for the log, none where all is well. */
export function storeWarnings(settings: StoreSettings): string[] {
  if (settings.backend !== 'redis') return [];
  const { url, tls } = settings;
  const risks = {
    read: 'the password and what is stored',
    toDo: 'Type rediss:// in the store where the server has TLS.',
  };
  return connectionWarnings(url.hostname, url.protocol === 'rediss:' ? tls : undefined, risks);
}

/** The address without its user, and the user. The value itself is not repeated: a password may stand in it. */
function redisUrl(text: string): { url: URL; username: string | undefined } {
  if (isRedisUrlWithPassword(text)) {
    throw new ConfigError(
      'Redis address holds a password: take it out of the address and type it under Password.',
    );
  }
  if (isRedisUrl(text)) {
    const url = new URL(text);
    const username = decoded(url.username) || undefined;
    url.username = '';
    url.password = '';
    return { url, username };
  }
  throw new ConfigError(
    'Redis address cannot be read: type it as redis://host:6379, or rediss://host:6379 for an encrypted connection.',
  );
}

/** A user name may be typed with or without `%40` for `@`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // a percent sign that begins no code stands for itself
    return text;
  }
}
