/** What Node-RED's hooks tell of a message: itself, where it goes, and which node is done with it. */
import type { Node } from 'node-red';

/** What the runtime knows of a node beyond its public interface. */
export interface RuntimeNode extends Node {
  /** How many of its input handlers call `done`. */
  readonly _expectedDoneCount?: number;
  readonly _inputCallback?: unknown;
  readonly _inputCallbacks?: unknown;
}

/** A message as far as following it needs to know. */
export interface RuntimeMessage {
  readonly _msgid?: string;
  readonly delivery?: { readonly id?: unknown };
  readonly error?: { readonly source?: { readonly id?: string } };
}

export interface HandOver {
  readonly msg: RuntimeMessage;
  readonly destination: { readonly id: string; readonly node: RuntimeNode };
}

export interface Completion {
  readonly msg: RuntimeMessage;
  readonly error?: unknown;
  readonly node: { readonly id: string; readonly node: RuntimeNode };
}
