/** What an invers-dedupe-store stores, and the valid values that follow from it. */
import path from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { NodeDef } from 'node-red';
import { type TlsConfigNode, tlsOptions } from './consumer';
import { ConfigError, oneOf, optionalText, wholeNumber } from './values';

export interface StoreConfig extends NodeDef {
  readonly backend?: string;
  readonly maxEntries?: string | number;
  readonly directory?: string;
  readonly url?: string;
  readonly prefix?: string;
  readonly tls?: string;
}

export interface StoreCredentials {
  readonly redisPassword?: string;
}

export type StoreSettings =
  | { readonly backend: 'memory'; readonly maxEntries: number }
  | { readonly backend: 'file'; readonly maxEntries: number; readonly directory: string }
  | {
      readonly backend: 'redis';
      readonly url: URL;
      readonly prefix: string;
      readonly password: string | undefined;
      readonly tls: ConnectionOptions;
      readonly name: string;
    };

const DEFAULT_MAX_ENTRIES = 1_000_000;
const ENTRIES = { min: 1, max: 10_000_000 };
const DEFAULT_URL = 'redis://127.0.0.1:6379';
const DEFAULT_PREFIX = 'invers:';

/** Throws a ConfigError that names the field. `tlsNode` is the node that `config.tls` names. */
export function storeSettings(
  config: StoreConfig,
  credentials: StoreCredentials,
  userDir: string,
  tlsNode: TlsConfigNode | undefined,
): StoreSettings {
  const backend = oneOf('Kept in', config.backend, ['memory', 'file', 'redis'], 'memory');
  if (backend === 'redis') {
    const url = redisUrl(optionalText(config.url) || DEFAULT_URL);
    return {
      backend,
      url,
      prefix: optionalText(config.prefix) || DEFAULT_PREFIX,
      // not trimmed: a password may begin or end with a space
      password: credentials.redisPassword || undefined,
      tls: url.protocol === 'rediss:' ? tlsOptions(config, tlsNode) : {},
      name: `node-red-invers/${config.id}`,
    };
  }
  const maxEntries = wholeNumber('At most', config.maxEntries, ENTRIES, DEFAULT_MAX_ENTRIES);
  if (backend === 'memory') return { backend, maxEntries };
  // relative to the user directory, wherever Node-RED was started
  const directory = path.resolve(userDir, optionalText(config.directory) || 'invers');
  return { backend, maxEntries, directory };
}

/** The value itself is not repeated: a password may stand in it. */
function redisUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new ConfigError(
      'Redis address cannot be read: type it as redis://host:6379, or rediss://host:6379 for an encrypted connection.',
    );
  }
  return url;
}
