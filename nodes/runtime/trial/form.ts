/** What a form sends to be tried: its fields as they are typed, with stored credentials and environment variables put in as at a deploy. */
import type { Node, NodeAPI } from 'node-red';
import { variableName } from '../../settings/texts';
import { RequestError } from '../admin/endpoint';
import { ConfigError } from '../settings/values';

type Value = string | number | boolean;
type Texts = Readonly<Record<string, string>>;

/** As it was sent, and no bigger than a form is. */
export interface SentForm {
  readonly id: string;
  /** The tab that the node is on, '' = none: it may have variables of its own. */
  readonly z: string;
  readonly fields: Readonly<Record<string, Value>>;
  readonly credentials: Texts;
}

/** As the node would get it. */
export interface FilledForm {
  readonly config: { readonly id: string; readonly type: string } & Readonly<Record<string, Value>>;
  readonly credentials: Texts;
  /** What may stand in no answer: credentials, and what environment variables hold. */
  readonly secrets: readonly string[];
}

/** What the editor shows of a password that is stored. */
const KEPT = '__PWRD__';
const LONGEST_ID = 100;
const LONGEST_VALUE = 4_096;
const MOST_VALUES = 40;

/** Throws a RequestError. */
export function readForm(body: unknown): SentForm {
  const { id, z, fields, credentials } = recordOf(body);
  if (!isText(id, LONGEST_ID) || id === '') throw refusal();
  if (z !== undefined && !isText(z, LONGEST_ID)) throw refusal();
  return { id, z: z ?? '', fields: valuesOf(fields), credentials: textsOf(credentials) };
}

/** Puts in what is stored of this node for credentials that were not typed again, and then the variables. */
export function fillIn(
  RED: NodeAPI,
  type: string,
  { id, z, fields, credentials }: SentForm,
): FilledForm {
  const stored = storedCredentials(RED, type, id);
  const typed = Object.entries(credentials).filter(([, text]) => text !== KEPT);
  const near = nodeNear(RED, id, z);
  const secrets: string[] = [];
  const filled = <V extends Value>(values: Record<string, V>): Record<string, V | string> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const text = typeof value === 'string' ? variableOf(RED, near, value) : undefined;
        if (text !== undefined) secrets.push(text);
        return [name, text ?? value];
      }),
    );
  const login = filled({ ...stored, ...Object.fromEntries(typed) });
  return {
    config: { ...filled({ ...fields }), id, type },
    credentials: login,
    secrets: [...secrets, ...Object.values(login)],
  };
}

/** The TLS configuration that a form names. Throws a ConfigError where it does not run. */
export function tlsNodeOf<TlsNode>(RED: NodeAPI, id: unknown): TlsNode | undefined {
  if (typeof id !== 'string' || id === '' || variableName(id) !== undefined) return undefined;
  const node = RED.nodes.getNode(id);
  if (node?.type === 'tls-config') return node as unknown as TlsNode;
  throw new ConfigError('The TLS settings do not run yet: deploy them, and test again.');
}

/** Of a node of this type alone: those of other nodes are nobody's business here. */
function storedCredentials(RED: NodeAPI, type: string, id: string): Record<string, string> {
  let isOurs = false;
  RED.nodes.eachNode((node) => {
    if (node.id === id && node.type === type) isOurs = true;
  });
  const stored = isOurs ? ((RED.nodes.getCredentials(id) ?? {}) as Record<string, unknown>) : {};
  return textsOf(stored);
}

/** The node itself, or one that sees the same variables while it is not deployed. */
function nodeNear(RED: NodeAPI, id: string, z: string): Node | undefined {
  let near = RED.nodes.getNode(id) ?? undefined;
  RED.nodes.eachNode((node) => {
    if (near === undefined && (node.z ?? '') === z) near = RED.nodes.getNode(node.id) ?? undefined;
  });
  return near;
}

/** Undefined where the text names none, or one that is not set: then it stays, as at a deploy, and is refused by name. */
function variableOf(RED: NodeAPI, near: Node | undefined, text: string): string | undefined {
  // Node-RED puts in nothing where there is a blank
  const name = /\s/.test(text) ? undefined : variableName(text);
  if (name === undefined) return undefined;
  const value: unknown = RED.util.getSetting(near as never, name);
  return value === undefined || value === null || typeof value === 'object'
    ? undefined
    : String(value);
}

function valuesOf(sent: unknown): Record<string, Value> {
  const values = Object.entries(recordOf(sent));
  const fits = ([name, value]: [string, unknown]) =>
    isText(name, LONGEST_ID) &&
    (isText(value, LONGEST_VALUE) || typeof value === 'number' || typeof value === 'boolean');
  if (values.length > MOST_VALUES || !values.every(fits)) throw refusal();
  return Object.fromEntries(values) as Record<string, Value>;
}

function textsOf(sent: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(valuesOf(sent ?? {})).map(([name, value]) => [name, String(value)]),
  );
}

function recordOf(sent: unknown): Record<string, unknown> {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) throw refusal();
  return sent as Record<string, unknown>;
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest;
}

function refusal(): RequestError {
  return new RequestError('Send {"id": "…", "fields": {…}, "credentials": {…}}.');
}
