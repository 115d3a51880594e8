/** What Node-RED's runtime knows of nodes and messages beyond its public interface. */
import type { Node } from 'node-red';

export interface RuntimeNode extends Node {
  /** How many of its input handlers call `done`. */
  readonly _expectedDoneCount?: number;
  readonly _inputCallback?: unknown;
  readonly _inputCallbacks?: unknown;
}

export interface RuntimeMessage {
  _msgid?: string;
  readonly delivery?: { readonly id?: unknown };
  readonly error?: { readonly source?: { readonly id?: string } };
  readonly parts?: { readonly id?: unknown; readonly count?: unknown };
}

/** One message on one wire. */
export interface SendEvent {
  readonly msg: RuntimeMessage;
  readonly source: { readonly id: string; readonly node: RuntimeNode };
  readonly destination: { readonly id: string };
}

export interface ReceiveEvent {
  readonly msg: RuntimeMessage;
  readonly destination: { readonly id: string; readonly node: RuntimeNode };
}

export interface CompleteEvent {
  readonly msg: RuntimeMessage;
  readonly error?: unknown;
  readonly node: { readonly id: string; readonly node: RuntimeNode };
}

/** False for a node whose settings are so wrong that it never was set up, and for one that a deploy has stopped. */
export function takesMessages({ _inputCallback, _inputCallbacks }: RuntimeNode): boolean {
  return Boolean(_inputCallback ?? _inputCallbacks);
}

/** A node with a handler that takes no `done` never says when it has finished with a message. */
export function callsDone({ _expectedDoneCount }: RuntimeNode): boolean {
  return Boolean(_expectedDoneCount);
}

/** Whether a message that the node sends to another arrives; Node-RED drops it without a word where not. */
export function reaches(source: RuntimeNode, destinationId: string): boolean {
  const flow = source._flow as unknown as { getNode?(id: string): unknown } | undefined;
  return !flow?.getNode || Boolean(flow.getNode(destinationId));
}

/** What people call a node, and where to find it. */
export function nameOf({ id, name, type }: Pick<RuntimeNode, 'id' | 'name' | 'type'>): string {
  return `${name || type} (${id})`;
}
