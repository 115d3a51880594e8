/** What Node-RED's runtime knows of nodes and messages beyond its public interface. */
import type { Node } from 'node-red';

export interface RuntimeNode extends Node {
  /** How many of its input handlers call `done`. */
  readonly _expectedDoneCount?: number;
  readonly _inputCallback?: unknown;
  readonly _inputCallbacks?: unknown;
}

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
