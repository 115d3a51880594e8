/** What a built form registers with the editor, read without a browser: its defaults and its checks. */
import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { repositoryRoot } from './node-red-home.js';

interface Property {
  readonly value?: unknown;
  readonly validate?: (this: object, value: unknown, options: object) => unknown;
}

export class BuiltForm {
  readonly #properties: Record<string, Property>;
  /** By property, what a node fresh from the palette stores. */
  readonly defaults: Record<string, unknown>;

  constructor(readonly type: string) {
    const html = fs.readFileSync(path.join(repositoryRoot, 'dist/nodes', `${type}.html`), 'utf8');
    const script = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? '';
    let registered: Record<'defaults' | 'credentials', Record<string, Property>> | undefined;
    const RED = {
      _: String,
      nodes: {
        registerType(_type: string, definition: typeof registered) {
          registered = definition;
        },
        node: () => ({ valid: true }),
      },
      utils: { validateTypedProperty: (value: unknown) => isHarmless(value) || `${value}` },
    };
    // no form is open, so no field is found and the stored values count
    vm.runInNewContext(script, { RED, URL, $: () => ({ length: 0 }) });
    if (!registered) throw new Error(`${type} registers nothing.`);
    this.#properties = { ...registered.defaults, ...registered.credentials };
    const entries = Object.entries(registered.defaults).map(([name, { value }]) => [name, value]);
    this.defaults = JSON.parse(JSON.stringify(Object.fromEntries(entries)));
  }

  /** The names of all that a node stores, credentials included. */
  get properties(): string[] {
    return Object.keys(this.#properties);
  }

  /** The names of the properties that the editor marks red in a node that stores this. */
  problems(stored: Record<string, unknown>): string[] {
    return Object.keys(this.messages(stored));
  }

  /** What the form says of them: the key of each text, and the values that are put into it. */
  messages(stored: Record<string, unknown>): Record<string, string> {
    const text = (key: string, values: object = {}) => [key, ...Object.values(values)].join(' ');
    const node = { ...stored, type: this.type, _: text };
    const answers = Object.entries(this.#properties).map(([name, { validate }]) => [
      name,
      validate?.call(node, stored[name], {}) ?? true,
    ]);
    return Object.fromEntries(
      answers.filter(([, answer]) => answer !== true).map(([name, answer]) => [name, `${answer}`]),
    );
  }
}

function isHarmless(value: unknown): boolean {
  return !String(value).includes('<');
}
