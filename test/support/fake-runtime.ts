/** As much of Node-RED's runtime as flows need: nodes that hand messages on, hooks, deploys. No editor, no files. */
import { EventEmitter } from 'node:events';
import type { NodeAPI } from 'node-red';
import { FakeHooks } from './fake-hooks';
import { FakeNode, type FakeNodeConfig, type SendEvent } from './fake-node';
import { turn } from './moved-clock';

export class FakeRuntime {
  readonly hooks = new FakeHooks();
  readonly events = new EventEmitter();
  readonly RED: NodeAPI;
  readonly #nodes = new Map<string, FakeNode>();

  constructor(readonly settings: Record<string, unknown> = {}) {
    const red = {
      hooks: this.hooks,
      events: this.events,
      settings,
      nodes: {
        getNode: (id: string) => this.#nodes.get(id) ?? null,
        eachNode: (told: (node: FakeNode) => void) => this.#nodes.forEach(told),
      },
      util: { cloneMessage: structuredClone },
      _: (key: string, values?: object) => (values ? `${key} ${JSON.stringify(values)}` : key),
    };
    this.RED = red as unknown as NodeAPI;
  }

  /** A node of the flow. It stands at once. */
  add(config: FakeNodeConfig): FakeNode {
    const node = new FakeNode(config, this);
    this.#nodes.set(node.id, node);
    return node;
  }

  /** Puts something else in the place of a node, or of one that is not there. */
  put(id: string, node: object): void {
    this.#nodes.set(id, node as FakeNode);
  }

  nodesOfType(type: string): FakeNode[] {
    return [...this.#nodes.values()].filter((node) => node.type === type);
  }

  getNode(id: string): FakeNode | undefined {
    return this.#nodes.get(id);
  }

  /** Hands a message to a node that is wired; one that is not there does not get it. */
  route(event: SendEvent): void {
    const { destination } = event;
    if (!this.hooks.trigger('preRoute', event)) return;
    const node = this.getNode(destination.id);
    destination.node = node;
    if (!node) return;
    if (event.cloneMessage) event.msg = structuredClone(event.msg);
    if (!this.hooks.trigger('preDeliver', event)) return;
    if (this.settings['runtimeSyncDelivery']) node.receive(event.msg);
    else setImmediate(() => node.receive(event.msg));
    this.hooks.trigger('postDeliver', event);
  }

  /** Closes these nodes in one turn as a deploy does; `start` is called when all of them have closed. */
  async deploy(stopping: readonly FakeNode[], start: () => void = () => undefined): Promise<void> {
    this.events.emit('flows:stopping', {});
    const closing = stopping.map((node) => {
      this.#nodes.delete(node.id);
      return node.close();
    });
    await Promise.all(closing);
    this.events.emit('flows:stopped', {});
    start();
    this.events.emit('flows:started', {});
  }

  /** Lets so much of the event loop pass that every message has gone as far as it can. */
  async settle(turns = 20): Promise<void> {
    for (let n = 0; n < turns; n++) await turn();
  }
}
