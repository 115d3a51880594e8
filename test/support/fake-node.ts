/** A node of Node-RED's runtime: sends, receives, completes and reports errors as the real ones do. */
import type { NodeMessage } from 'node-red';
import type { FakeHooks } from './fake-hooks';

/** As in Node-RED, a handler of three parameters promises to call `done`. */
export type InputHandler = (
  message: NodeMessage,
  send: (message: Sent) => void,
  done: (error?: unknown) => void,
) => void;
export type Sent = NodeMessage | null | (NodeMessage | NodeMessage[] | null)[];
type CloseHandler = (removed: boolean, done: () => void) => void;

/** One message on one wire. */
export interface SendEvent {
  msg: NodeMessage;
  readonly source: { readonly id: string; readonly node: FakeNode; readonly port: number };
  readonly destination: { readonly id: string; node: FakeNode | undefined };
  readonly cloneMessage: boolean;
}

/** What a node needs of the runtime that it is in. */
interface Runtime {
  readonly hooks: FakeHooks;
  nodesOfType(type: string): FakeNode[];
  getNode(id: string): FakeNode | undefined;
  route(event: SendEvent): void;
}

export interface FakeNodeConfig {
  readonly id: string;
  readonly type?: string;
  readonly name?: string;
  /** Node ids, one list for each output. */
  readonly wires?: readonly (readonly string[])[];
  /** Ids of the nodes that a Catch or Complete node listens to; without it to all. */
  readonly scope?: readonly string[];
  readonly onInput?: InputHandler;
}

export class FakeNode {
  readonly id: string;
  readonly type: string;
  readonly name: string | undefined;
  readonly wires: readonly (readonly string[])[];
  readonly scope: readonly string[] | undefined;
  /** What it said, by level. */
  readonly log: { level: 'warn' | 'error'; text: string }[] = [];
  readonly statuses: unknown[] = [];
  _inputCallback: InputHandler | null = null;
  _inputCallbacks: InputHandler[] | null = null;
  _expectedDoneCount = 0;
  /** The flow that it is in, as the runtime sees it. */
  readonly _flow: { getNode(id: string): FakeNode | undefined };
  readonly #closeHandlers: CloseHandler[] = [];

  constructor(
    config: FakeNodeConfig,
    private readonly runtime: Runtime,
  ) {
    this.id = config.id;
    this._flow = { getNode: (id) => runtime.getNode(id) };
    this.type = config.type ?? 'function';
    this.name = config.name;
    this.wires = config.wires ?? [];
    this.scope = config.scope;
    if (config.onInput) this.on('input', config.onInput);
  }

  on(event: 'input', handler: InputHandler): void;
  on(event: 'close', handler: CloseHandler): void;
  on(event: 'input' | 'close', handler: InputHandler | CloseHandler): void {
    if (event === 'close') {
      this.#closeHandlers.push(handler as CloseHandler);
      return;
    }
    const input = handler as InputHandler;
    if (input.length === 3) this._expectedDoneCount += 1;
    if (this._inputCallback) {
      this._inputCallbacks = [this._inputCallback, input];
      this._inputCallback = null;
    } else if (this._inputCallbacks) this._inputCallbacks.push(input);
    else this._inputCallback = input;
  }

  send(sent: Sent): void {
    const outputs = Array.isArray(sent) ? sent : [sent];
    const events: SendEvent[] = [];
    for (const [port, destinations] of this.wires.entries()) {
      const messages = [outputs[port] ?? []].flat();
      for (const id of destinations) {
        for (const msg of messages) {
          const source = { id: this.id, node: this, port };
          const cloneMessage = events.length > 0;
          events.push({ msg, source, destination: { id, node: undefined }, cloneMessage });
        }
      }
    }
    // one that has no id gets that of the others
    const _msgid = events.find(({ msg }) => msg._msgid)?.msg._msgid ?? `made by ${this.id}`;
    for (const { msg } of events) msg._msgid ??= _msgid;
    if (!this.runtime.hooks.trigger('onSend', events)) return;
    for (const event of events) this.runtime.route(event);
  }

  receive(message: NodeMessage): void {
    const { hooks } = this.runtime;
    const event = { msg: message, destination: { id: this.id, node: this } };
    if (!hooks.trigger('onReceive', event)) return;
    const handlers = this._inputCallbacks ?? (this._inputCallback ? [this._inputCallback] : []);
    let doneCount = 0;
    const done = (error?: unknown) => {
      doneCount += 1;
      // with a single handler each call counts
      if (handlers.length > 1 && doneCount !== this._expectedDoneCount) return;
      this.#complete(message, error);
    };
    for (const handler of handlers) {
      try {
        handler.call(this, message, (sent) => this.send(sent), done);
      } catch (error) {
        this.error(error, message);
      }
    }
    hooks.trigger('postReceive', event);
  }

  #complete(message: NodeMessage, error: unknown): void {
    const event = { msg: message, error, node: { id: this.id, node: this } };
    this.runtime.hooks.trigger('onComplete', event);
    if (error) {
      this.error(error, message);
      return;
    }
    for (const node of this.runtime.nodesOfType('complete')) {
      if (node.scope?.includes(this.id)) node.receive(structuredClone(message));
    }
  }

  error(error: unknown, message?: NodeMessage): void {
    const text = error instanceof Error ? error.message : String(error);
    let isHandled = false;
    for (const node of message ? this.runtime.nodesOfType('catch') : []) {
      if (node.scope && !node.scope.includes(this.id)) continue;
      const source = { id: this.id, type: this.type, name: this.name, count: 1 };
      node.receive({ ...structuredClone(message), error: { message: text, source } } as never);
      isHandled = true;
    }
    if (!isHandled) this.log.push({ level: 'error', text });
  }

  warn(text: string): void {
    this.log.push({ level: 'warn', text });
  }

  status(status: unknown): void {
    this.statuses.push(status);
  }

  /** Its handlers are taken away when it has closed. */
  async close(): Promise<void> {
    const closing = this.#closeHandlers.map(
      (handler) =>
        new Promise<void>((resolve) => {
          handler.call(this, false, resolve);
          if (handler.length < 2) resolve();
        }),
    );
    if (closing.length > 0) await Promise.all(closing);
    this._inputCallback = null;
    this._inputCallbacks = null;
  }
}
