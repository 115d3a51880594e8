/**
 * A real Node-RED in the process that runs the tests, with its editor and admin API on a free port of 127.0.0.1.
 * Node-RED keeps its state in modules, so there is one per process and it cannot be started a second time; a test
 * that needs its own, to restart or to kill it, takes a NodeRedProcess.
 */

import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Node, NodeAPI, NodeMessage, NodeRedApp } from 'node-red';
import { type DeployType, postFlows } from './deploy.js';
import type { FlowNode, SinkBehaviour } from './flow.js';
import { makeUserDir, observeRuntime, requireFromNodeRed, settingsFor } from './node-red-home.js';
import { type Observation, ObservedNodeRed } from './observed.js';

/** Node-RED's API for embedding; the published types know neither its nodes nor that its version is a function. */
export type Runtime = Omit<NodeRedApp, keyof Embedding> & Embedding;

interface Embedding {
  init(server: http.Server, settings: Record<string, unknown>): void;
  httpAdmin: Handler;
  httpNode: Handler;
  nodes: { getNode(id: string): Node | null } & Pick<NodeAPI['nodes'], 'eachNode'>;
  version(): string;
}

type Handler = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  next?: (error?: Error & { status?: number }) => void,
) => void;

interface Hooks {
  add(name: string, hook: (event: unknown, next: () => void) => void): void;
  remove(name: string): void;
}

function hooks(): Hooks {
  return (requireFromNodeRed()('@node-red/util') as { hooks: Hooks }).hooks;
}

export type { DeployType };

/** A running test-sink node. */
export type SinkNode = Node & { behaviour: SinkBehaviour; finish(error?: Error): void };

/** How long a deploy may take: nodes may use up to 15 s to close, and other runs may keep the machine busy. */
const deployTimeout = 60_000;

export class NodeRed extends ObservedNodeRed {
  readonly RED: Runtime;
  /** Of the Node-RED under test, as '4.1.2'. */
  readonly version: string;
  readonly userDir: string;
  readonly #server: http.Server;
  readonly #sockets = new Set<Socket>();

  /** `packages`: names of packages of others that its user has installed. */
  static async start(packages: readonly string[] = []): Promise<NodeRed> {
    const nodeRed = new NodeRed(packages);
    await nodeRed.RED.start();
    await nodeRed.flowsStarted(deployTimeout);
    await new Promise<void>((resolve) => nodeRed.#server.listen(0, '127.0.0.1', resolve));
    return nodeRed;
  }

  private constructor(packages: readonly string[]) {
    super();
    const RED = requireFromNodeRed()('node-red') as Runtime;
    const server = http.createServer((request, response) =>
      RED.httpAdmin(request, response, (error) => {
        if (error) response.writeHead(error.status ?? 500).end(String(error));
        else RED.httpNode(request, response);
      }),
    );
    const observe = (observation: Observation) => this.observe(observation);
    this.userDir = makeUserDir(packages);
    RED.init(server, settingsFor(this.userDir, observe));
    observeRuntime(RED.events, observe);
    this.RED = RED;
    // In a git checkout Node-RED takes itself for one and appends "-git".
    this.version = RED.version().replace(/-git$/, '');
    this.#server = server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Where the editor and the admin API are, without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Deploys as the editor does, and waits until the flows run. */
  async deploy(flow: FlowNode[], type: DeployType = 'full'): Promise<void> {
    this.log.clear();
    this.flows.clear();
    if (flow.length > 0) this.#forgetOtherSinks(flow);
    await postFlows(this.url, flow, type, deployTimeout);
    // The answer comes when the old flows have stopped; the new ones start after it.
    await this.flowsStarted(deployTimeout);
  }

  /** Deploys the empty flow. What sinks have received can still be read. */
  clear(): Promise<void> {
    return this.deploy([]);
  }

  /** The node that runs under this id. */
  node<N extends Node = Node>(id: string): N {
    const node = this.RED.nodes.getNode(id);
    if (!node) throw new Error(`No node with the id ${id} is running.`);
    return node as N;
  }

  /** Sends a message, or an array with one per output, from a node's outputs. */
  send(id: string, message: NodeMessage | Array<NodeMessage | null>): void {
    this.node(id).send(message);
  }

  /** Hands a message to a node's input. */
  receive(id: string, message: NodeMessage): void {
    this.node(id).receive(message);
  }

  /** A runtime hook, as of somebody else: `onSend.label`; it goes on when it calls `next`. */
  addHook(name: string, hook: (event: unknown, next: () => void) => void): void {
    hooks().add(name, hook);
  }

  /** `*.label` = all with this label. */
  removeHook(name: string): void {
    hooks().remove(name);
  }

  async stop(): Promise<void> {
    await this.RED.stop();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    // The server itself would wait for the WebSockets of open editors.
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await fs.rm(this.userDir, { recursive: true, force: true, maxRetries: 5 });
  }

  protected override observe(observation: Observation): void {
    super.observe(observation);
    if (observation.kind === 'flows' && observation.state === 'stopped') this.#forgetStopped();
  }

  /** Statuses of a node that was stopped say nothing about the one that takes its place. */
  #forgetStopped(): void {
    for (const [id, statuses] of this.history) {
      if (!this.RED.nodes.getNode(id)) statuses.clear();
    }
  }

  #forgetOtherSinks(flow: FlowNode[]): void {
    const ids = new Set(flow.map(({ id }) => id));
    for (const id of this.sinks.keys()) {
      if (!ids.has(id)) this.sinks.delete(id);
    }
  }
}

// One for the process, because Node-RED itself can be there only once.
let shared: Promise<NodeRed> | undefined;

/** The Node-RED that all tests of this process use, started for the first that asks and stopped after the last test. */
export function sharedNodeRed(): Promise<NodeRed> {
  if (!shared) {
    shared = NodeRed.start();
    // Called while tests run, mocha takes this as a hook of the root suite.
    after(function () {
      this.timeout(deployTimeout);
      return stopSharedNodeRed();
    });
  }
  return shared;
}

/** Does nothing when it was not started, or is stopped already. */
export async function stopSharedNodeRed(): Promise<void> {
  const running = shared;
  shared = undefined;
  await (await running)?.stop();
}
