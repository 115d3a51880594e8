/** The editor's global `RED` as our forms use it, with the validators that answer with a message (Node-RED 3 and later). */
import type editorClient from '@node-red/editor-client';

/** Looks a text up in the catalogue of the node's own package. */
export type Translate = (key: string, values?: Record<string, string | number>) => string;

/** A node as the editor holds it: its stored properties, and what the editor adds. */
export interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly _: Translate;
  readonly valid?: boolean;
  readonly [property: string]: unknown;
}

/** `true`, or the sentences that say what is wrong. */
export type Validity = true | string | string[];

/** The editor takes the answer for a message only from a function that declares both parameters. */
export type Validator<Node> = (this: Node, value: unknown, options?: object) => Validity;

export interface PropertyDefinition<Node> {
  value: unknown;
  required?: boolean;
  /** The type of the config node that this property names. */
  type?: string;
  label?: string;
  validate?: Validator<Node>;
}

export interface CredentialDefinition<Node> {
  type: 'text' | 'password';
  validate?: Validator<Node>;
}

export interface NodeDefinition<Stored extends object, Node = EditorNode & Stored> {
  category: string;
  color?: string;
  defaults: { [Property in keyof Stored]: PropertyDefinition<Node> };
  credentials?: Record<string, CredentialDefinition<Node>>;
  inputs?: 0 | 1;
  outputs?: number;
  inputLabels?: string | string[] | ((this: Node, index: number) => string | undefined);
  outputLabels?: string | string[] | ((this: Node, index: number) => string | undefined);
  icon?: string;
  align?: 'left' | 'right';
  paletteLabel?: string | ((this: Node) => string);
  label: (this: Node) => string;
  labelStyle?: (this: Node) => string;
  oneditprepare?: (this: Node) => void;
  oneditsave?: (this: Node) => void;
  oneditcancel?: (this: Node) => void;
  oneditdelete?: (this: Node) => void;
  /** The editor adds it. */
  readonly _?: Translate;
  oneditresize?: (this: Node, size: { width: number; height: number }) => void;
}

/** The editor for code that Node-RED has: Monaco, or Ace where a user chose it. */
export interface CodeEditor {
  getValue(): string;
  getSession(): { on(event: 'change', listener: () => void): void };
  destroy(): void;
}

interface Editor {
  _: Translate;
  editor: {
    /** Takes the place of the element with this id. */
    createEditor(options: { id: string; mode: string; value: string }): CodeEditor;
  };
  nodes: {
    registerType<Stored extends object>(type: string, definition: NodeDefinition<Stored>): void;
    getType(type: string): NodeDefinition<Record<string, unknown>> | undefined;
    node(id: string): EditorNode | null;
    filterNodes(filter: { type: string }): EditorNode[];
  };
  popover: editorClient.Popover;
  utils: {
    /** `true`, or a message, for a value of a typedInput. */
    validateTypedProperty(value: unknown, type: string, options?: object): true | string;
  };
}

declare global {
  const RED: Editor;
  interface JQuery {
    /** Node-RED's own widget: shows what `search` answers, and puts in what is chosen. */
    autoComplete(options: {
      search: (typed: string) => { value: string; label: string }[];
      minLength: number;
    }): JQuery;
  }
}
