/** What makes two messages the same: a property of the message, or a JSONata expression over it. */
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { DedupeSettings } from '../settings/filter';
import { createValueReader } from './message-value';

/** The key as text; undefined where the message has none. */
export type KeyReader = (message: NodeMessage) => string | undefined | Promise<string | undefined>;

/** Throws a ConfigError for an expression that cannot be read. */
export function createKeyReader(
  RED: NodeAPI,
  node: Node,
  { key, keyType }: Pick<DedupeSettings, 'key' | 'keyType'>,
): KeyReader {
  const read = createValueReader(RED, node, {
    expression: key,
    type: keyType,
    label: 'The key',
  });
  return (message) => {
    const value = read(message);
    return value instanceof Promise ? value.then(toKey) : toKey(value);
  };
}

function toKey(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
