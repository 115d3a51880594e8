/** As much of Node-RED as a node needs that is measured by itself: its handler is called as the runtime calls it. */
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI, NodeInitializer, NodeMessage } from 'node-red';

type Handler = (
  message: NodeMessage,
  send: (messages: unknown) => void,
  done: (error?: unknown) => void,
) => void;
type Constructor = (this: object, config: object) => void;

export interface BenchNode {
  receive(message: NodeMessage): void;
  close(): Promise<void>;
}

export class BenchRuntime {
  readonly RED: NodeAPI;
  /** Messages that nodes have sent. */
  sent = 0;
  readonly #events = new EventEmitter();
  readonly #types = new Map<string, Constructor>();
  readonly #nodes = new Map<string, object>();

  constructor(initializers: readonly NodeInitializer[]) {
    this.RED = {
      events: this.#events,
      hooks: { add: () => undefined, remove: () => undefined },
      settings: { userDir: '' },
      log: console,
      _: (key: string) => key,
      nodes: {
        createNode: (node: object, config: object) => Object.assign(node, config),
        registerType: (type: string, create: Constructor) => this.#types.set(type, create),
        getNode: (id: string) => this.#nodes.get(id) ?? null,
        eachNode: () => undefined,
      },
    } as unknown as NodeAPI;
    for (const initialize of initializers) initialize.call(this.RED, this.RED);
  }

  /** Something that is found under this id. */
  put(id: string, node: object): void {
    this.#nodes.set(id, node);
  }

  create(
    config: { readonly id: string; readonly type: string } & Record<string, unknown>,
  ): BenchNode {
    let input: Handler | undefined;
    let close: ((removed: boolean, done: () => void) => void) | undefined;
    const complain = (problem: unknown) => {
      throw new Error(String(problem));
    };
    const node = {
      credentials: {},
      on: (event: string, handler: never) => {
        if (event === 'input') input = handler;
        if (event === 'close') close = handler;
      },
      status: () => undefined,
      error: complain,
      warn: complain,
    };
    this.#nodes.set(config.id, node);
    this.#types.get(config.type)?.call(node as unknown as Node, config);
    const send = () => {
      this.sent += 1;
    };
    const done = (error?: unknown) => {
      if (error) throw error;
    };
    return {
      receive: (message) => input?.(message, send, done),
      close: () => new Promise((resolve) => (close ? close(false, resolve) : resolve())),
    };
  }

  start(): void {
    this.#events.emit('flows:started');
  }
}
