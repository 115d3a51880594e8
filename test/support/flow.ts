/** Flows for tests, as the editor would save them: a function for each node type that tests use. */

import { randomBytes } from 'node:crypto';

export interface FlowNode {
  id: string;
  type: string;
  /** The tab it is on. */
  z?: string;
  x?: number;
  y?: number;
  wires?: string[][];
  credentials?: Record<string, string>;
  [property: string]: unknown;
}

export type Properties = Record<string, unknown>;

/** The nodes that one output is wired to. */
export type Output = FlowNode[];

export function newId(): string {
  return randomBytes(8).toString('hex');
}

/** A node on a tab; `outputs` are the nodes that its first, second, … output is wired to. */
export function node(type: string, properties: Properties = {}, ...outputs: Output[]): FlowNode {
  const wires = outputs.map((output) => output.map(({ id }) => id));
  return { id: newId(), type, name: '', x: 100, y: 100, wires, ...properties };
}

/** A config node. Node-RED tells it from the others by its having no place on a tab. */
export function config(type: string, properties: Properties = {}): FlowNode {
  return { id: newId(), type, name: '', ...properties };
}

/** One tab with these nodes on it; config nodes among them belong to no tab. */
export function tab(nodes: FlowNode[], properties: Properties & { id?: string } = {}): FlowNode[] {
  const { id = newId() } = properties;
  const placed = nodes.map((each) => (each.x === undefined ? each : { ...each, z: id }));
  return [{ type: 'tab', label: '', disabled: false, ...properties, id }, ...placed];
}

export interface ConsumerProperties extends Properties {
  port: number;
  username?: string;
  password?: string;
}

/**
 * An INVERS consumer with the default properties, except for the address: a test talks to a broker on this machine
 * and never, by a property left out, to INVERS.
 */
export function consumer({ username, password, ...properties }: ConsumerProperties): FlowNode {
  return config('invers-consumer', {
    environment: 'custom',
    host: '127.0.0.1',
    vhost: '/',
    useTls: false,
    tls: '',
    heartbeat: 30,
    vehicleId: '',
    schemas: '',
    schemaDirectory: '',
    credentials: { username: username ?? 'guest', password: password ?? 'guest' },
    ...properties,
  });
}

export interface TopicInProperties extends Properties {
  consumer: FlowNode | string;
  queue: string;
}

export function topicIn(properties: TopicInProperties, ...outputs: Output[]): FlowNode {
  const { consumer: used, ...rest } = properties;
  return node(
    'invers-topic-in',
    {
      consumer: typeof used === 'string' ? used : used.id,
      topic: '',
      prefetch: 50,
      acknowledge: 'completion',
      order: 'queue',
      deadline: 300,
      maxAttempts: 5,
      retryDelay: 5,
      holdOnOutage: true,
      validate: 'schema',
      store: '',
      control: false,
      ...rest,
    },
    ...outputs,
  );
}

export function eventFilter(properties: Properties = {}, ...outputs: Output[]): FlowNode {
  return node(
    'invers-event-filter',
    {
      routes: [
        {
          name: '',
          types: ['VehicleStateRecorded'],
          majorVersions: [],
          reasons: [],
          source: '',
        },
      ],
      other: true,
      maxAge: 0,
      dedupe: true,
      store: '',
      key: 'metadata.id',
      keyType: 'msg',
      windowHours: 72,
      maxEntries: 100_000,
      duplicates: false,
      ...properties,
    },
    ...outputs,
  );
}

/** An invers-store; a filter names it by its id. */
export function storeNode({
  redisUsername,
  redisPassword,
  ...properties
}: Properties & { redisUsername?: string; redisPassword?: string } = {}): FlowNode {
  const login = {
    ...(redisUsername === undefined ? {} : { redisUsername }),
    ...(redisPassword === undefined ? {} : { redisPassword }),
  };
  return config('invers-store', {
    backend: 'memory',
    maxEntries: 1_000_000,
    maxVehicles: 100_000,
    directory: '',
    url: 'redis://127.0.0.1:6379',
    prefix: 'invers:',
    tls: '',
    ...(Object.keys(login).length === 0 ? {} : { credentials: login }),
    ...properties,
  });
}

export function vehicleState(properties: Properties = {}, ...outputs: Output[]): FlowNode {
  const defaults = { store: '', state: '', stateType: 'msg', watch: [] };
  return node('invers-vehicle-state', { ...defaults, ...properties }, ...outputs);
}

/** Without `conditions`: the ignition is on. */
export function watch(properties: Properties = {}, ...outputs: Output[]): FlowNode {
  const conditions = [{ property: 'ignition', operator: 'eq', value: 'ON', clear: '' }];
  const defaults = { store: '', conditions, holdFor: 0, repeat: 0, clearOutput: true };
  return node('invers-watch', { ...defaults, ...properties }, ...outputs);
}

export function vehiclesNode(properties: Properties = {}, ...outputs: Output[]): FlowNode {
  const defaults = { store: '', vehicle: '', vehicleType: 'msg', limit: 1_000 };
  return node('invers-vehicles', { ...defaults, ...properties }, ...outputs);
}

/** What a sink does with a message after recording it; nothing said: it is done with it at once. */
export interface SinkBehaviour {
  /** Milliseconds until it is done. */
  delay?: number;
  /** It ends with an error of this text. */
  fail?: string;
  /** It is not done until the test calls the node's `finish()`. */
  never?: boolean;
}

/** The end of a flow, where a test collects the messages. */
export function sink(properties: SinkBehaviour & Properties = {}): FlowNode {
  return node('test-sink', properties);
}

/** The start of a flow, where a test puts messages in with `nodeRed.send()`: an inject node that nothing triggers. */
export function source(...outputs: Output[]): FlowNode {
  const untriggered = { props: [], repeat: '', crontab: '', once: false };
  return node('inject', untriggered, ...outputs);
}

/** A function node with as many outputs as are wired. */
export function functionNode(code: string, ...outputs: Output[]): FlowNode {
  const empty = { initialize: '', finalize: '', libs: [], timeout: 0, noerr: 0 };
  return node('function', { func: code, outputs: outputs.length, ...empty }, ...outputs);
}

export function catchNode(properties: Properties, ...outputs: Output[]): FlowNode {
  return node('catch', { scope: null, uncaught: false, ...properties }, ...outputs);
}

export function statusNode(properties: Properties, ...outputs: Output[]): FlowNode {
  return node('status', { scope: null, ...properties }, ...outputs);
}

/** Tells when the `watched` nodes have finished with a message. */
export function completeNode(watched: FlowNode[], ...outputs: Output[]): FlowNode {
  return node('complete', { scope: watched.map(({ id }) => id), uncaught: false }, ...outputs);
}

export function debug(properties: Properties = {}): FlowNode {
  const shown = { active: true, tosidebar: true, console: false, tostatus: false };
  return node('debug', { ...shown, complete: 'payload', targetType: 'msg', ...properties });
}
