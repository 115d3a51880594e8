/** Reads a value of a message: a property of it, or a JSONata expression over it. */
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import { errorText } from '../../../src/errors/error-text';
import { ConfigError } from '../settings/values';

/** Undefined where the message has no such thing. */
export type ValueReader = (message: NodeMessage) => unknown | Promise<unknown>;

export interface ValuePlace {
  readonly expression: string;
  readonly type: 'msg' | 'jsonata';
  /** What the messages about it call it: `The key`. */
  readonly label: string;
}

/** Throws a ConfigError for an expression that cannot be read. */
export function createValueReader(RED: NodeAPI, node: Node, place: ValuePlace): ValueReader {
  return place.type === 'msg' ? propertyReader(RED, place) : expressionReader(RED, node, place);
}

function propertyReader(RED: NodeAPI, { expression, label }: ValuePlace): ValueReader {
  let path: unknown[];
  try {
    path = RED.util.normalisePropertyExpression(expression) as unknown[];
  } catch (error) {
    throw new ConfigError(`${label} is no property of a message: ${errorText(error)}`);
  }
  const names = (path[0] === 'msg' ? path.slice(1) : path).filter(
    (name) => typeof name === 'string',
  );
  // Node-RED reads the expression anew for each message; a mere path is walked as quickly here
  if (/^(msg\.)?[\w.]+$/.test(expression)) return (message) => valueAt(message, names);
  return (message) => {
    try {
      return RED.util.getMessageProperty(message, expression);
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

function expressionReader(
  RED: NodeAPI,
  node: Node,
  { expression, label }: ValuePlace,
): ValueReader {
  try {
    const prepared = RED.util.prepareJSONataExpression(expression, node);
    return (message) =>
      new Promise((resolve, reject) => {
        RED.util.evaluateJSONataExpression(prepared, message, (error, value) => {
          // JSONata fails with an object that is no Error: Node-RED would say [object Object]
          if (error) reject(new Error(`${label} cannot be read: ${errorText(error)}`));
          else resolve(value);
        });
      });
  } catch (error) {
    throw new ConfigError(`${label} is no JSONata expression: ${errorText(error)}`);
  }
}
