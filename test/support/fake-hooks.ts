/** Node-RED's runtime hooks, with the rules that the real ones have about labels. */

const NAMES = [
  'onSend',
  'preRoute',
  'preDeliver',
  'postDeliver',
  'onReceive',
  'postReceive',
  'onComplete',
];

interface Hook {
  readonly name: string;
  readonly label: string | undefined;
  readonly handler: (event: never) => unknown;
}

export class FakeHooks {
  /** In the order in which they were added. */
  #hooks: readonly Hook[] = [];

  /** Those that are there, as `name.label`. */
  get names(): string[] {
    return this.#hooks.map(({ name, label }) => (label ? `${name}.${label}` : name));
  }

  add(hookId: string, handler: (event: never) => unknown): void {
    const [name = '', label] = hookId.split('.');
    if (!NAMES.includes(name)) throw new Error(`Invalid hook '${name}'`);
    if (label && this.names.includes(hookId)) throw new Error(`Hook ${hookId} already registered`);
    this.#hooks = [...this.#hooks, { name, label, handler }];
  }

  remove(hookId: string): void {
    const [name, label] = hookId.split('.');
    if (!label) throw new Error(`Cannot remove hook without label: ${hookId}`);
    this.#hooks = this.#hooks.filter(
      (hook) => hook.label !== label || (name !== '*' && hook.name !== name),
    );
  }

  /** False where one of them stops the message. */
  trigger(name: string, event: object): boolean {
    for (const hook of this.#hooks) {
      if (hook.name === name && hook.handler(event as never) === false) return false;
    }
    return true;
  }
}
