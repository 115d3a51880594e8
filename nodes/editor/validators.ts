/** Checks for one field's value, each answering with a sentence that names the value and says what to type. */
import type { EditorNode, Validator } from './red';

/** `${NAME}`, which Node-RED replaces with an environment variable when the flow starts: nothing to check before. */
export function isEnvironmentVariable(value: unknown): boolean {
  return typeof value === 'string' && /^\$(\{[^{}]+\}|\([^()]+\))$/.test(value.trim());
}

/** The value that the open form shows for a property, or else the stored one: a form's fields may depend on each other. */
export function shownValue(node: EditorNode, property: string): unknown {
  for (const prefix of ['#node-config-input-', '#node-input-']) {
    const input = $(prefix + property);
    if (input.length > 0) {
      return input.is(':checkbox') ? input.prop('checked') : input.val();
    }
  }
  return node[property];
}

/** A check that is made only while `condition` holds, for fields that another field hides. */
export function onlyIf<Node extends EditorNode>(
  condition: (node: Node) => boolean,
  check: Validator<Node>,
): Validator<Node> {
  return function (value, options) {
    return condition(this) ? check.call(this, value, options) : true;
  };
}

/** The text must not be empty. Spaces at its ends do no harm: the runtime takes them off. */
export function text(missing: string): Validator<EditorNode> {
  return function (value, _options) {
    return String(value ?? '').trim() === '' ? this._(missing) : true;
  };
}

/** The value must be one of `choices`. */
export function oneOf(choices: readonly string[], message: string): Validator<EditorNode> {
  return function (value, _options) {
    const known = isEnvironmentVariable(value) || choices.includes(String(value));
    return known ? true : this._(message, { value: String(value) });
  };
}

interface Range {
  min: number;
  max: number;
  /** Whether 0.5 is a number too. */
  fractions?: boolean;
}

/** The number must lie within the range. */
export function number(range: Range, message: string): Validator<EditorNode> {
  const pattern = range.fractions ? /^\d+(\.\d+)?$/ : /^\d+$/;
  return function (value, _options) {
    const typed = String(value ?? '').trim();
    if (isEnvironmentVariable(typed)) return true;
    const fits = pattern.test(typed) && Number(typed) >= range.min && Number(typed) <= range.max;
    return fits ? true : this._(message, { value: typed });
  };
}

/** The name of a host alone: no `amqps://`, no port, no path. */
export function hostName(message: string): Validator<EditorNode> {
  return function (value, _options) {
    const typed = String(value ?? '').trim();
    const name = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(typed);
    const ipv6 = /^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*$/.test(typed);
    return isEnvironmentVariable(typed) || name || ipv6 ? true : this._(message, { value: typed });
  };
}

/** The address of a Redis. It is not repeated in the message: a password may stand in it. */
export function redisUrl(message: string): Validator<EditorNode> {
  return function (value, _options) {
    const typed = String(value ?? '').trim();
    if (isEnvironmentVariable(typed)) return true;
    return /^rediss?:\/\/[^/\s]+(\/\d*)?$/.test(typed) && URL.canParse(typed)
      ? true
      : this._(message);
  };
}

/** The id must be that of a config node that exists, and that is itself filled in. */
export function configNode(messages: {
  missing: string;
  gone: string;
  invalid: string;
}): Validator<EditorNode> {
  return function (value, _options) {
    // The editor's select answers `_ADD_` while nothing is chosen.
    if (!value || value === '_ADD_') return this._(messages.missing);
    const node = RED.nodes.node(String(value));
    if (!node) return this._(messages.gone, { value: String(value) });
    return node.valid === false ? this._(messages.invalid) : true;
  };
}
