/** What makes two messages the same: a property of the message, or a JSONata expression over it. */
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { errorText } from '../../../src/errors/error-text';
import type { DedupeSettings } from '../settings/filter';
import { ConfigError } from '../settings/values';

/** The key as text; undefined where the message has none. */
export type KeyReader = (message: NodeMessage) => string | undefined | Promise<string | undefined>;

/** Throws a ConfigError for an expression that cannot be read. */
export function createKeyReader(
  RED: NodeAPI,
  node: Node,
  { key, keyType }: Pick<DedupeSettings, 'key' | 'keyType'>,
): KeyReader {
  return keyType === 'msg' ? propertyReader(RED, key) : expressionReader(RED, node, key);
}

function propertyReader(RED: NodeAPI, key: string): KeyReader {
  let path: unknown[];
  try {
    path = RED.util.normalisePropertyExpression(key) as unknown[];
  } catch (error) {
    throw new ConfigError(`The key is no property of a message: ${errorText(error)}`);
  }
  const names = (path[0] === 'msg' ? path.slice(1) : path).filter(
    (name) => typeof name === 'string',
  );
  // Node-RED reads the expression anew for each message; a mere path is walked as quickly here
  if (/^(msg\.)?[\w.]+$/.test(key)) return (message) => toKey(valueAt(message, names));
  return (message) => {
    try {
      return toKey(RED.util.getMessageProperty(message, key));
    } catch {
      // Node-RED throws where the way to the property already ends
      return undefined;
    }
  };
}

function valueAt(message: NodeMessage, names: readonly string[]): unknown {
  let value: unknown = message;
  for (const name of names) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function expressionReader(RED: NodeAPI, node: Node, key: string): KeyReader {
  try {
    const expression = RED.util.prepareJSONataExpression(key, node);
    return (message) =>
      new Promise((resolve, reject) => {
        RED.util.evaluateJSONataExpression(expression, message, (error, value) => {
          // JSONata fails with an object that is no Error: Node-RED would say [object Object]
          if (error) reject(new Error(`The key cannot be read: ${errorText(error)}`));
          else resolve(toKey(value));
        });
      });
  } catch (error) {
    throw new ConfigError(`The key is no JSONata expression: ${errorText(error)}`);
  }
}

function toKey(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
